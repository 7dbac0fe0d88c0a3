#pragma once

/* Clocks and sleeping. */

#include "abi/time.h"

typedef int timer_t;
struct sigevent;

/* A moment, field by field; there is no zone but UTC. */
struct tm {
    int tm_sec;
    int tm_min;
    int tm_hour;
    int tm_mday;
    int tm_mon;
    int tm_year; /* since 1900 */
    int tm_wday; /* since Sunday */
    int tm_yday; /* since January 1 */
    int tm_isdst;
};

/* The processor time of the process, in millionths of a second. */
#define CLOCKS_PER_SEC 1000000L
clock_t clock(void);
double difftime(time_t later, time_t earlier);

/* Those without _r, and ctime and asctime, return what the next call of any of
 * them overwrites. */
struct tm *gmtime(const time_t *seconds);
struct tm *localtime(const time_t *seconds);
struct tm *localtime_r(const time_t *restrict seconds, struct tm *restrict tm);
char *asctime(const struct tm *tm);
char *ctime(const time_t *seconds);
time_t mktime(struct tm *tm);
struct tm *gmtime_r(const time_t *restrict seconds, struct tm *restrict tm);
time_t timegm(struct tm *tm);
size_t strftime(char *restrict text, size_t size, const char *restrict format,
                const struct tm *restrict tm);

time_t time(time_t *seconds);
int clock_gettime(clockid_t clock, struct timespec *now);
int clock_getres(clockid_t clock, struct timespec *resolution);
int clock_settime(clockid_t clock, const struct timespec *time);
int clock_nanosleep(clockid_t clock, int flags, const struct timespec *wanted,
                    struct timespec *left);
int timer_create(clockid_t clock, struct sigevent *event, timer_t *timer);
int timer_settime(timer_t timer, int flags, const struct itimerspec *value,
                  struct itimerspec *old);
int timer_gettime(timer_t timer, struct itimerspec *value);
int timer_getoverrun(timer_t timer);
int timer_delete(timer_t timer);
int nanosleep(const struct timespec *wanted, struct timespec *left);

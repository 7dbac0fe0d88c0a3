#pragma once

/* Clocks and sleeping. */

#include "abi/time.h"

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

struct tm *gmtime_r(const time_t *restrict seconds, struct tm *restrict tm);
time_t timegm(struct tm *tm);
size_t strftime(char *restrict text, size_t size, const char *restrict format,
                const struct tm *restrict tm);

time_t time(time_t *seconds);
int clock_gettime(clockid_t clock, struct timespec *now);
int nanosleep(const struct timespec *wanted, struct timespec *left);

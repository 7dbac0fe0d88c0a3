/*
 * libc_time.c: the C library's times: dates from seconds and back, as text, and
 * the calls that only wrap a system call.
 */
#include "tap.h"

#include <sys/time.h>

static void
test_dates(void)
{
    const time_t moment = 1709210096; /* 2024-02-29 12:34:56 */
    struct tm tm = *gmtime(&moment), other;
    char text[64];

    ok(tm.tm_year == 124 && tm.tm_mon == 1 && tm.tm_mday == 29, "gmtime: date");
    ok(tm.tm_hour == 12 && tm.tm_min == 34 && tm.tm_sec == 56, "gmtime: time");
    ok(tm.tm_wday == 4 && tm.tm_yday == 59, "gmtime: days");
    is(mktime(&tm), moment, "mktime is the way back");
    localtime_r(&moment, &other);
    ok(memcmp(&tm, &other, sizeof(tm)) == 0, "localtime is UTC");
    ok(localtime(&moment)->tm_hour == 12, "localtime");
    is_str(asctime(&tm), "Thu Feb 29 12:34:56 2024\n", "asctime");
    is_str(ctime(&moment), "Thu Feb 29 12:34:56 2024\n", "ctime");
    strftime(text, sizeof(text), "%Y-%m-%d %H:%M:%S %j %a", &tm);
    is_str(text, "2024-02-29 12:34:56 060 Thu", "strftime");
    is((long)strftime(text, 4, "%Y", &tm), 0, "strftime: no room");
    tm.tm_mon = 12;
    tm.tm_mday = 0;
    tm.tm_hour = tm.tm_min = tm.tm_sec = 0;
    is(mktime(&tm), 1735603200, "mktime: month 12, day 0");
    ok(tm.tm_mon == 11 && tm.tm_mday == 31, "is December 31");
    ok(difftime(moment, moment - 5) > 4.9 && difftime(5, 10) < -4.9,
        "difftime");
}

static void
test_calls(void)
{
    struct timespec time = { 0, 1000000000 }, left;
    struct itimerval it = { { 0, 0 }, { 0, 1000 } };
    timer_t timer = -1;
    sigset_t alarms;
    int sig = 0;

    errno = 0;
    is(clock_nanosleep(CLOCK_MONOTONIC, 0, &time, &left), EINVAL,
        "clock_nanosleep returns the error");
    is(errno, 0, "and leaves errno");
    fails(clock_getres(99, &time), EINVAL, "clock_getres");
    ok(clock() >= 0, "clock");
    sigemptyset(&alarms);
    sigaddset(&alarms, SIGALRM);
    sigprocmask(SIG_BLOCK, &alarms, NULL);
    is(setitimer(ITIMER_REAL, &it, NULL), 0, "setitimer");
    is(sigwait(&alarms, &sig), 0, "sigwait");
    is(sig, SIGALRM, "SIGALRM");
    is(alarm(30) + 10 * (alarm(0) == 30), 10, "alarm");
    is(timer_create(CLOCK_MONOTONIC, NULL, &timer), 0, "timer_create");
    is(timer_getoverrun(timer), 0, "timer_getoverrun");
    is(timer_delete(timer), 0, "timer_delete");
    fails(timer_delete(timer), EINVAL, "once");
}

int
main(void)
{
    test_dates();
    test_calls();
    return done();
}

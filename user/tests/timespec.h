/*
 * timespec.h: clocks and timers by system calls alone, with structures of its
 * own, so that nothing of the C library stands between a test and the kernel.
 *
 * Load can make everything later: tests demand lower bounds only, and wait as
 * long as it takes. What a process has used of a processor is not late.
 */
#pragma once

#include "sigspec.h"

#include "abi/resource.h"

enum {
    CALL_getitimer = 36, CALL_alarm = 37, CALL_setitimer = 38,
    CALL_timer_create = 222, CALL_timer_settime = 223,
    CALL_timer_gettime = 224, CALL_timer_getoverrun = 225,
    CALL_timer_delete = 226, CALL_clock_settime = 227,
    CALL_clock_getres = 229, CALL_clock_nanosleep = 230,
};

/* Clocks, under the names of the manual, and what settime and sleep take. */
enum {
    REALTIME, MONOTONIC, PROCESS_CPU, THREAD_CPU, MONOTONIC_RAW,
    BOOTTIME = 7, TAI = 11, ABSOLUTE = 1,
};

/* What getitimer and setitimer know. */
enum { REAL, VIRTUAL, PROF };

struct itimer_us {
    struct timeval interval;
    struct timeval value;
};

struct itimer_ns {
    struct timespec interval;
    struct timespec value;
};

#define MS 1000000LL
#define SECOND 1000000000LL

static inline long long
ns_of(struct timespec ts)
{
    return ts.tv_sec * SECOND + ts.tv_nsec;
}

static inline struct timespec
to_timespec(long long ns)
{
    struct timespec ts = { ns / SECOND, ns % SECOND };

    return ts;
}

/* What a clock shows, in ns; -errno if there is no such clock. */
static inline long long
clock_ns(long clock)
{
    struct timespec ts;
    long result = raw(NR_clock_gettime, clock, P(&ts), 0, 0);

    return result < 0 ? result : ns_of(ts);
}

/* Compute until this process has used so much more of a processor. */
static inline void
spend(long long ns)
{
    long long end = clock_ns(PROCESS_CPU) + ns;

    while (clock_ns(PROCESS_CPU) < end) {
        for (volatile int i = 0; i < 20000; i++) {
        }
    }
}

/* Sleep until this clock has gone on by so much. */
static inline void
pass(long clock, long long ns)
{
    long long end = clock_ns(clock) + ns;

    while (clock_ns(clock) < end) {
        nap(1);
    }
}

static inline struct timeval
to_timeval(long long us)
{
    struct timeval tv = { us / 1000000, us % 1000000 };

    return tv;
}

/* Set an interval timer; => 0 or -errno */
static inline long
set_itimer(long which, long long value_us, long long interval_us)
{
    struct itimer_us timer;

    timer.interval = to_timeval(interval_us);
    timer.value = to_timeval(value_us);
    return raw(CALL_setitimer, which, P(&timer), 0, 0);
}

/* What is left of it, in us, and its interval; -1 if the call fails */
static inline long long
left_of(long which)
{
    struct itimer_us timer;

    if (raw(CALL_getitimer, which, P(&timer), 0, 0) != 0) {
        return -1;
    }
    return timer.value.tv_sec * 1000000LL + timer.value.tv_usec;
}

static inline long long
interval_of(long which)
{
    struct itimer_us timer;

    if (raw(CALL_getitimer, which, P(&timer), 0, 0) != 0) {
        return -1;
    }
    return timer.interval.tv_sec * 1000000LL + timer.interval.tv_usec;
}

/* Wait for one of these signals, however long it takes; => its number */
static inline long
wait_for(unsigned long set, void *info)
{
    long sig;

    do {
        sig = raw(NR_rt_sigtimedwait, P(&set), P(info), 0, SET_SIZE);
    } while (sig == -EINTR);
    return sig;
}

/* All of what a usage has used of a processor, in ns. */
static inline long long
used_ns(const struct rusage *usage)
{
    return (usage->ru_utime.tv_sec + usage->ru_stime.tv_sec) * SECOND
           + (usage->ru_utime.tv_usec + usage->ru_stime.tv_usec) * 1000LL;
}

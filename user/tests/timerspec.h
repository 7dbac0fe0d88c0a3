/*
 * timerspec.h: timers of timer_create by system calls alone.
 */
#pragma once

#include "timespec.h"

/* What timer_create takes; 64 bytes. */
enum { BY_SIGNAL = 0, BY_NONE = 1, BY_THREAD_ID = 4 };

struct event {
    union sigval value;
    int sig;
    int notify;
    int thread;
    int unused[11];
};

/* How siginfo_t begins if a timer sent the signal. */
struct timer_info {
    int sig;
    int error;
    int code;
    int unused;
    int id;
    int overrun;
    union sigval value;
    char rest[96];
};

/* Make a timer of this clock that sends a signal with a value; => -errno, or
 * its id */
static inline long
new_timer(long clock, int sig, int value)
{
    struct event event;
    int id = -1;

    memset(&event, 0, sizeof(event));
    event.notify = BY_SIGNAL;
    event.sig = sig;
    event.value.sival_int = value;
    long result = raw(CALL_timer_create, clock, P(&event), P(&id), 0);
    return result < 0 ? result : id;
}

/* Arm it; => 0 or -errno */
static inline long
arm(long id, int flags, long long value, long long interval)
{
    struct itimer_ns timer;

    timer.interval = to_timespec(interval);
    timer.value = to_timespec(value);
    return raw(CALL_timer_settime, id, flags, P(&timer), 0);
}

/* What is left of it, in ns; -errno */
static inline long long
timer_left(long id)
{
    struct itimer_ns timer;
    long result = raw(CALL_timer_gettime, id, P(&timer), 0, 0);

    return result < 0 ? result : ns_of(timer.value);
}

static inline long
delete_timer(long id)
{
    return raw(CALL_timer_delete, id, 0, 0, 0);
}

#pragma once

/* Times, and the clocks that clock_gettime knows. */

#include "abi/posix.h"

struct timespec {
    time_t tv_sec;
    long tv_nsec;
};

struct timeval {
    time_t tv_sec;
    suseconds_t tv_usec;
};

typedef long clock_t;

/* In ticks of 10 ms: CPU time of a process, and of waited-for children. */
struct tms {
    clock_t tms_utime;
    clock_t tms_stime;
    clock_t tms_cutime;
    clock_t tms_cstime;
};

#define CLOCK_REALTIME 0
#define CLOCK_MONOTONIC 1
#define CLOCK_PROCESS_CPUTIME_ID 2
#define CLOCK_THREAD_CPUTIME_ID 3
#define CLOCK_MONOTONIC_RAW 4
#define CLOCK_REALTIME_COARSE 5
#define CLOCK_MONOTONIC_COARSE 6
#define CLOCK_BOOTTIME 7
#define CLOCK_REALTIME_ALARM 8
#define CLOCK_BOOTTIME_ALARM 9
#define CLOCK_TAI 11

#define TIMER_ABSTIME 1 /* a time of the clock, and not from now */

/* A clock of CPU time as a number below 0: ~id << 3, and these bits. The id 0
 * is the caller's. */
#define CPUCLOCK_PROF 0 /* ticks in user and in kernel mode */
#define CPUCLOCK_VIRT 1 /* ticks in user mode */
#define CPUCLOCK_SCHED 2 /* exact */
#define CPUCLOCK_TYPE 3 /* the mask of those */
#define CPUCLOCK_THREAD 4 /* of a thread, and not of a process */
#define CPUCLOCK(id, bits) ((int)(~(unsigned)(id) << 3 | (bits)))

/* Interval timers: when they expire next, and then again and again. */
struct itimerval {
    struct timeval it_interval;
    struct timeval it_value;
};

struct itimerspec {
    struct timespec it_interval;
    struct timespec it_value;
};

#define ITIMER_REAL 0 /* SIGALRM */
#define ITIMER_VIRTUAL 1 /* user mode: SIGVTALRM */
#define ITIMER_PROF 2 /* CPU time: SIGPROF */

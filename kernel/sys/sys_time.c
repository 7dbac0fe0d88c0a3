/*
 * System calls about time: clocks, and sleeping by them.
 */
#include "abi/errno.h"
#include "abi/time.h"

#include "arch/clock.h"

#include "proc/cpuclock.h"
#include "proc/cred.h"
#include "proc/timer.h"

#include "sys/sys.h"
#include "sys/timespec.h"

/* ---- Clocks ---- */

/* The time of a clock, and its resolution.
 * => 0, or -EINVAL: no such clock */
static int
read_clock(int clock, u64 *ns, u64 *resolution)
{
    *ns = clock_ns();
    *resolution = 1;
    switch (clock) {
    case CLOCK_REALTIME_COARSE:
        *resolution = NSEC_PER_TICK;
        __attribute__((fallthrough));
    case CLOCK_REALTIME:
    case CLOCK_TAI:
        *ns += clock_boot_realtime_ns;
        return 0;
    case CLOCK_MONOTONIC_COARSE:
        *resolution = NSEC_PER_TICK;
        return 0;
    case CLOCK_MONOTONIC:
    case CLOCK_MONOTONIC_RAW:
    case CLOCK_BOOTTIME:
        return 0;
    }
    int error = cpu_clock_read(&clock, ns);
    if ((clock & CPUCLOCK_TYPE) != CPUCLOCK_SCHED) {
        *resolution = NSEC_PER_TICK;
    }
    return error;
}

static long
get_rare(int clock, u64 time)
{
    u64 ns, resolution;

    if (read_clock(clock, &ns, &resolution) != 0) {
        return -EINVAL;
    }
    struct timespec ts = timespec_of(ns);
    return copy_to_user(time, &ts, sizeof(ts));
}

/* int clock_gettime(clockid_t clock, struct timespec *time);
 * EINVAL: no such clock, or a process or thread that it names.  EFAULT.
 * Differences from Linux: the coarse clocks are as exact as the others; TAI is
 * UTC; there is no clock that needs an alarm of the hardware. */
long
sys_clock_gettime(u64 clock, u64 time)
{
    if ((u32)clock > CLOCK_MONOTONIC) {
        return get_rare((int)clock, time);
    }
    struct timespec ts = timespec_of(
        clock_ns() + (clock == CLOCK_REALTIME ? clock_boot_realtime_ns : 0));
    return words_to_user(time, &ts, sizeof(ts));
}

/* int clock_getres(clockid_t clock, struct timespec *resolution); as
 * clock_gettime. */
long
sys_clock_getres(u64 clock, u64 user)
{
    u64 ns, resolution;

    if (read_clock((int)clock, &ns, &resolution) != 0
        || cpu_clock_by_thread((int)clock)) {
        return -EINVAL;
    }
    struct timespec ts = timespec_of(resolution);
    return copy_out(user, &ts, sizeof(ts));
}

static long
set_realtime(struct timespec ts)
{
    u64 ns, now = clock_ns();

    if (ns_of(ts, &ns) != 0 || ns < now) {
        return -EINVAL; /* as on Linux: it would have been negative at boot */
    }
    if (!cred_may(RIGHT_TIME)) {
        return -EPERM;
    }
    __atomic_store_n(&clock_boot_realtime_ns, ns - now, __ATOMIC_SEQ_CST);
    timers_follow_realtime();
    return 0;
}

/* int clock_settime(clockid_t clock, const struct timespec *time);
 * EINVAL: no such clock; not a time; or a clock that only counts.
 * EPERM: a clock of CPU time by its number; or not root.  EFAULT. */
long
sys_clock_settime(u64 clock, u64 time)
{
    struct timespec ts;
    u64 ns, resolution;
    bool of_cpu = (int)clock < 0;

    if (read_clock((int)clock, &ns, &resolution) != 0
        || cpu_clock_by_thread((int)clock)
        || (!of_cpu && (int)clock != CLOCK_REALTIME)) {
        return -EINVAL;
    }
    if (copy_from_user(&ts, time, sizeof(ts)) != 0) {
        return -EFAULT;
    }
    return of_cpu ? -EPERM : set_realtime(ts);
}

/* int settimeofday(const struct timeval *time, const struct timezone *zone);
 * EINVAL, EPERM, EFAULT.
 * Differences from Linux: the zone has no effect. */
long
sys_settimeofday(u64 time, u64 zone)
{
    struct timeval tv;
    int utc[2];

    if ((time != 0 && copy_from_user(&tv, time, sizeof(tv)) != 0)
        || (zone != 0 && copy_from_user(utc, zone, sizeof(utc)) != 0)) {
        return -EFAULT;
    }
    if (time == 0) {
        return cred_may(RIGHT_TIME) ? 0 : -EPERM;
    }
    return (u64)tv.tv_usec >= 1000000
               ? -EINVAL
               : set_realtime((struct timespec){tv.tv_sec, tv.tv_usec * 1000});
}

/* int gettimeofday(struct timeval *time, struct timezone *zone); EFAULT.
 * Differences from Linux: the zone is always UTC. */
long
sys_gettimeofday(u64 time, u64 zone)
{
    u64 us = (clock_ns() + clock_boot_realtime_ns) / 1000;
    struct timeval tv = {(long)(us / 1000000), (long)(us % 1000000)};
    static const int utc[2];

    int error = copy_out(time, &tv, sizeof(tv));
    return error != 0 ? error : copy_out(zone, utc, sizeof(utc));
}

/* time_t time(time_t *time);
 * Returns the seconds of CLOCK_REALTIME.  EFAULT. */
long
sys_time(u64 time)
{
    long now = (long)((clock_ns() + clock_boot_realtime_ns) / NSEC_PER_SEC);

    int error = copy_out(time, &now, sizeof(now));
    return error != 0 ? error : now;
}

/* ---- Sleeping ---- */

/* => as sleep_until; *left is 0, or how much is left; -EINVAL: the
 *    process or thread is gone */
static int
sleep_until_cpu_time(int clock, u64 end, u64 *left)
{
    u64 now;

    for (;;) {
        int error = cpu_clock_read(&clock, &now);
        *left = end - MIN(now, end);
        if (error != 0 || *left == 0) {
            return error;
        }
        error = sleep_until(clock_ns() + cpu_clock_soonest(*left));
        if (error != 0) {
            return error;
        }
    }
}

/* The sleep that nanosleep's sleep_on is for CLOCK_MONOTONIC. */
static long
sleep_on_cpu_time(void)
{
    u64 left;
    int error = sleep_until_cpu_time((int)current->sleep_args[1],
                                     current->sleep_end, &left);

    if (error != -ERESTARTSYS) {
        return error;
    }
    struct timespec ts = timespec_of(left);
    error = copy_out(current->sleep_args[0], &ts, sizeof(ts));
    current->restart = sleep_on_cpu_time;
    return error != 0 ? error : -ERESTART_RESTARTBLOCK;
}

static long
sleep_by_cpu_time(int clock, bool absolute, u64 end, u64 left_at)
{
    u64 now, left;
    int error = cpu_clock_read(&clock, &now);

    if (error != 0) {
        return error;
    }
    if (absolute) {
        error = sleep_until_cpu_time(clock, end, &left);
        return error == -ERESTARTSYS ? -ERESTARTNOHAND : error;
    }
    current->sleep_end = MIN(now + end, TIME_MOST);
    current->sleep_args[0] = left_at;
    current->sleep_args[1] = (u64)clock;
    return sleep_on_cpu_time();
}

/* Whether the thread asks for its own CPU time: that stands still. */
static bool
is_own_time(int clock)
{
    return clock < 0 && (clock & CPUCLOCK_THREAD) != 0
           && (cpu_clock_id(clock) == 0 || cpu_clock_id(clock) == current->tid);
}

/* int clock_nanosleep(clockid_t clock, int flags, const struct timespec *time,
 *                     struct timespec *left);
 * Sleep for a time, or with TIMER_ABSTIME until a time of the clock.
 * EINVAL: no such clock, not a time, the thread's own CPU time.  EINTR, EFAULT.
 * EOPNOTSUPP: the clock is only read. */
long
sys_clock_nanosleep(u64 clock, u64 flags, u64 time, u64 left)
{
    struct timespec ts;
    u64 ns, resolution;
    int number = (int)clock;
    int error = read_clock(number, &ns, &resolution);
    bool absolute = (flags & TIMER_ABSTIME) != 0;

    if (error != 0) {
        return error;
    }
    if (number == CLOCK_MONOTONIC_RAW || number == CLOCK_REALTIME_COARSE
        || number == CLOCK_MONOTONIC_COARSE
        || number == CLOCK_THREAD_CPUTIME_ID) {
        return -EOPNOTSUPP;
    }
    if (copy_from_user(&ts, time, sizeof(ts)) != 0) {
        return -EFAULT;
    }
    if (ns_of(ts, &ns) != 0 || is_own_time(number)
        || cpu_clock_by_thread(number)) {
        return -EINVAL;
    }
    if (number < 0 || number == CLOCK_PROCESS_CPUTIME_ID) {
        return sleep_by_cpu_time(number, absolute, ns, left);
    }
    if (!absolute) {
        return sys_nanosleep(time, left); /* of REALTIME, too */
    }
    error = number == CLOCK_REALTIME || number == CLOCK_TAI
                ? sleep_until(BY_REALTIME(ns)) : sleep_until(ns);
    return error == -ERESTARTSYS ? -ERESTARTNOHAND : error;
}

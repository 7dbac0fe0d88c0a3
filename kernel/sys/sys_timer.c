/*
 * System calls about timers: alarm, setitimer, timer_create.
 */
#include "abi/errno.h"
#include "abi/signal.h"
#include "abi/time.h"

#include "arch/clock.h"

#include "proc/itimer.h"

#include "sys/sys.h"
#include "sys/timespec.h"

#define USEC 1000000L

/* ---- Timers of setitimer ---- */

/* The timer's time in whole microseconds; if it runs, at least 1. */
static struct timeval
timeval_of(u64 ns)
{
    u64 us = ns != 0 ? MAX(ns / 1000, 1) : 0;

    return (struct timeval){(long)us / USEC, (long)us % USEC};
}

/* => 0, or -EINVAL: not a time */
static int
ns_of_timeval(struct timeval time, u64 *ns)
{
    return (u64)time.tv_usec >= (u64)USEC
               ? -EINVAL
               : ns_of((struct timespec){time.tv_sec, time.tv_usec * 1000}, ns);
}

/* => 0, and *old, which was zeros, is what was before; -ENOMEM */
static int
set_which(int which, const struct itimer_value *new, struct itimer_value *old)
{
    struct itimers *itimers = current->process->itimers;

    if (itimers == NULL) {
        if (new == NULL || new->value == 0) {
            return 0;
        }
        if ((itimers = itimers_own()) == NULL) {
            return -ENOMEM;
        }
    }
    return itimer_set(&itimers->set[which], 0, false, new, old);
}

static int
tell(u64 user, const struct itimer_value *value)
{
    struct itimerval it = {timeval_of(value->interval),
                           timeval_of(value->value)};

    return copy_to_user(user, &it, sizeof(it));
}

/* int setitimer(int which, const struct itimerval *new, struct itimerval *old);
 * As on Linux, new 0 stops it.  EINVAL: which, or not a time.  EFAULT.
 * Differences from Linux: ENOMEM. */
long
sys_setitimer(u64 which, u64 new, u64 old)
{
    struct itimerval it;
    struct itimer_value value, before = {0};

    if (new == 0) {
        it = (struct itimerval){0};
    } else if (copy_from_user(&it, new, sizeof(it)) != 0) {
        return -EFAULT;
    }
    if (ns_of_timeval(it.it_value, &value.value) != 0
        || ns_of_timeval(it.it_interval, &value.interval) != 0
        || (u32)which > ITIMER_PROF) {
        return -EINVAL;
    }
    int error = set_which((int)which, &value, old != 0 ? &before : NULL);
    return error != 0 || old == 0 ? error : tell(old, &before);
}

/* int getitimer(int which, struct itimerval *value); EINVAL, EFAULT. */
long
sys_getitimer(u64 which, u64 user)
{
    struct itimer_value value = {0};

    if ((u32)which > ITIMER_PROF) {
        return -EINVAL;
    }
    int error = set_which((int)which, NULL, &value);
    return error != 0 ? error : tell(user, &value);
}

/* unsigned alarm(unsigned seconds);
 * Returns the seconds that were left, rounded, but not to 0.
 * Differences from Linux: ENOMEM. */
long
sys_alarm(u64 seconds)
{
    struct itimer_value value = {(u32)seconds * NSEC_PER_SEC, 0};
    struct itimer_value before = {0};
    int error = set_which(ITIMER_REAL, &value, &before);
    u64 left = (before.value + NSEC_PER_SEC / 2) / NSEC_PER_SEC;

    return error != 0 ? error : (long)(before.value != 0 ? MAX(left, 1) : 0);
}

/* ---- Timers of timer_create ---- */

/* int timer_create(clockid_t clock, const sigevent_t *event, timer_t *id);
 * EINVAL: no such clock, or the event is wrong.  EOPNOTSUPP: the clock has no
 * timers.  EAGAIN: too many, or no memory.  EFAULT. */
long
sys_timer_create(u64 clock, u64 event, u64 user)
{
    sigevent_t how;

    if (event != 0 && copy_from_user(&how, event, sizeof(how)) != 0) {
        return -EFAULT;
    }
    int id = itimer_create((int)clock, event != 0 ? &how : NULL);
    if (id >= 0 && copy_to_user(user, &id, sizeof(id)) != 0) {
        (void)itimer_delete(id);
        return -EFAULT;
    }
    return MIN(id, 0);
}

/* int timer_delete(timer_t id), timer_getoverrun; EINVAL: no such id. */
SYS_FORWARD(sys_timer_delete, (u64 id), itimer_delete((int)id))
SYS_FORWARD(sys_timer_getoverrun, (u64 id), itimer_told((int)id))

/* int timer_settime(timer_t id, int flags, const struct itimerspec *new,
 *                   struct itimerspec *old);
 * EINVAL: no such id, or not a time.  EFAULT.  ESRCH: the process whose CPU
 * time it tells is gone. */
long
sys_timer_settime(u64 id, u64 flags, u64 new, u64 old)
{
    struct itimerspec it;
    struct itimer_value value, before;

    if (new == 0) {
        return -EINVAL;
    }
    if (copy_from_user(&it, new, sizeof(it)) != 0) {
        return -EFAULT;
    }
    if (ns_of(it.it_value, &value.value) != 0
        || ns_of(it.it_interval, &value.interval) != 0) {
        return -EINVAL;
    }
    int error = itimer_set(NULL, (int)id, (flags & TIMER_ABSTIME) != 0, &value,
                           &before);
    it = (struct itimerspec){timespec_of(before.interval),
                             timespec_of(before.value)};
    return error != 0 ? error : copy_out(old, &it, sizeof(it));
}

/* int timer_gettime(timer_t id, struct itimerspec *value);
 * EINVAL: no such id.  EFAULT. */
long
sys_timer_gettime(u64 id, u64 user)
{
    struct itimer_value value;
    int error = itimer_set(NULL, (int)id, false, NULL, &value);
    struct itimerspec it = {timespec_of(value.interval),
                            timespec_of(value.value)};

    return error != 0 ? error : copy_to_user(user, &it, sizeof(it));
}

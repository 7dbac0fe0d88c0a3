/*
 * Times of programs, and nanoseconds; and calls that wait.
 */
#pragma once

#include "abi/errno.h"
#include "abi/time.h"

#include "arch/clock.h"

static inline struct timespec
timespec_of(u64 ns)
{
    return (struct timespec){(long)(ns / NSEC_PER_SEC),
                             (long)(ns % NSEC_PER_SEC)};
}

/* At most TIME_MOST.  => 0, or -EINVAL: it is no time */
static inline int
ns_of(struct timespec time, u64 *ns)
{
    u64 seconds = MIN((u64)time.tv_sec, TIME_MOST / NSEC_PER_SEC);

    *ns = MIN(seconds * NSEC_PER_SEC + (u64)time.tv_nsec, TIME_MOST);
    return time.tv_sec < 0 || (u64)time.tv_nsec >= NSEC_PER_SEC ? -EINVAL : 0;
}

/* When so much time from now is over; 0, if that is 0.  => as ns_of */
static inline int
deadline_after(struct timespec time, u64 *deadline)
{
    int error = ns_of(time, deadline);

    *deadline = *deadline == 0 ? 0 : clock_ns() + MIN(*deadline, TIME_MOST / 2);
    return error;
}

/* deadline_after a program's timespec, or NEVER if it gives none (sys_poll.c).
 * => 0; -EINVAL: it is no time; -EFAULT */
int deadline_get(u64 user, u64 *deadline);

/* Give the thread the mask at `user`, unless that is 0, for this call; and its
 * own one again: if a signal has interrupted the call, not before a handler
 * (sys_poll.c).  => 0; -EINVAL: size; -EFAULT */
int call_mask_set(u64 user, u64 size);
void call_mask_end(bool interrupted);

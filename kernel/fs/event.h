/*
 * Files that tell of an event: a count, a signal, a time.
 */
#pragma once

#include "core/types.h"

struct file;

/* timerfd_create(2), of CLOCK_REALTIME or another clock, which then counts as
 * CLOCK_MONOTONIC.  => a descriptor; -EMFILE, -ENOMEM */
int timerfd_create(bool realtime, u32 flags) __must_check;

/* When a timerfd expires, in nanoseconds from now, 0: never; and then, 0: not
 * again. */
struct timerfd_times {
    u64 first, every;
};

/* timerfd_gettime(2) and, if new is not NULL, timerfd_settime(2).
 * => 0 and *old; -EINVAL: it is another file; -ECANCELED: it is set, but before
 *    that the clock was, with TFD_TIMER_CANCEL_ON_SET */
int timerfd_set(struct file *file, u32 flags, const struct timerfd_times *new,
                struct timerfd_times *old) __must_check;

/* eventfd2(2).  => a descriptor; -EMFILE, -ENOMEM */
int eventfd_create(u32 count, u32 flags) __must_check;

/* signalfd4(2): a new file that reads signals of the set; and another set for
 * such a file.  => a descriptor; 0; -EINVAL: it is another file; -EMFILE,
 * -ENOMEM */
int signalfd_create(sigset_t set, u32 flags) __must_check;
int signalfd_set(struct file *file, sigset_t set) __must_check;

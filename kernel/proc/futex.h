/*
 * futex(2): sleep until another thread changes a word in user memory.
 *
 * A word is known by its key: its address in its space or, if it lies in a
 * shared mapping and may be used by other processes, its place in the object.
 * One lock guards all sleepers, so that a call can move them between two words.
 *
 * FU-1  A thread that sleeps on a word has read the value that it expected
 *       there under futex_lock, after which a wake finds it.
 *
 * addr is a multiple of 4, or -EINVAL; `shared` says that other processes may
 * use the word.  All functions: no lock held; -EFAULT: no such memory.
 */
#pragma once

#include "core/types.h"

#define FUTEX_ALL_BITS (~0U)

/* Sleep if the word is still `value`, until a wake for one of these bits.
 * deadline: CLOCK_MONOTONIC in nanoseconds, or NEVER
 * => 0; -EAGAIN: it is not; -ETIMEDOUT; -ERESTARTSYS: a signal came */
long futex_wait(vaddr_t addr, bool shared, u32 value, u64 deadline, u32 bits);

/* Wake at most `count` of the threads that wait for one of these bits, the
 * oldest first.  => how many */
long futex_wake(vaddr_t addr, bool shared, u32 count, u32 bits);

/* What futex_requeue and futex_wake_op do with two words. */
struct futex_pair {
    vaddr_t from, to;
    bool shared;
    u32 wakes;     /* threads to wake at `from`, at most */
    u32 moves;     /* to move from `from` to `to`; wake_op: to wake at `to` */
};

/* Wake, and move others to the second word.  Fail if the first word is not
 * *expected (NULL: whatever it is).  => how many; -EAGAIN */
long futex_requeue(const struct futex_pair *pair, const u32 *expected);

/* Change the second word as `op` says (FUTEX_OP), and wake at the first word
 * and, if the old value compares as it says, at the second.  => how many */
long futex_wake_op(const struct futex_pair *pair, u32 op);

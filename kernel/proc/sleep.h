/*
 * Waiting for a condition.  A wait queue holds threads that wait for the same
 * event.  One lock guards the condition and the queue: a spinlock, or a mutex
 * (mutex.h).  The pattern, with that lock held:
 *
 *      while (!condition) {                            condition = true;
 *          error = wait_sleep(&queue, &lock, mode);    wait_wake_all(&queue);
 *          if (error != 0) { ... }
 *      }
 *
 * To wait for several events, or until a time, take the steps one by one:
 *
 *      wait_begin    for each queue, its lock held: from here a wake-up counts
 *      (look at each condition; if one holds, do not block)
 *      wait_block    no lock held
 *      wait_end      for each queue, its lock held
 */
#pragma once

#include "common/list.h"
#include "core/spin.h"

struct thread;

/* What may end a sleep besides being woken. */
enum wait_mode {
    WAIT_UNINTERRUPTIBLE, /* nothing */
    WAIT_KILLABLE,        /* a signal that ends the process */
    WAIT_INTERRUPTIBLE,   /* any signal that is not blocked or ignored */
};

/* Returned by a call that a signal has interrupted: after the signal has been
 * acted on, the program makes the call again (signal.c).  Linux's values. */
#define ERESTARTSYS           512
#define ERESTARTNOINTR        513 /* again, after any signal */
#define ERESTARTNOHAND        514 /* again, but not after a handler */
#define ERESTART_RESTARTBLOCK 516 /* by restart_syscall(2): it has a deadline */

struct waitq {
    struct list waiters;  /* of struct waiter: the exclusive ones come last, in
                             the order in which they came */
};

/* A thread on a queue; lives on its stack.  Or, without a thread, someone who
 * stays on the queue and is told of each wake-up (fs/poll.h). */
struct waiter {
    struct list link;
    struct thread *thread;
    bool exclusive; /* wait_wake_one wakes only one exclusive waiter */
    /* Without a thread.  => the queue's lock held, and perhaps a process's
     * => whether that woke a thread */
    bool (*notify)(struct waiter *waiter);
};

static inline void
waitq_init(struct waitq *queue)
{
    list_init(&queue->waiters);
}

/* Join the queue; a thread that only looks (as poll(2) does) is not exclusive.
 * => its lock held; the thread is on it at most once */
void wait_begin(struct waitq *queue, struct waiter *waiter, bool exclusive);

/* A deadline by CLOCK_REALTIME: it moves when that clock is set. */
#define REALTIME_BIT (1UL << 63)
#define BY_REALTIME(ns) ((ns) | REALTIME_BIT)

/* Leave the CPU until a wake-up since wait_begin, a signal that `mode` admits,
 * or the deadline (CLOCK_MONOTONIC, nanoseconds; BY_REALTIME, or NEVER).
 * => no lock held
 * => 0, -ETIMEDOUT, -ERESTARTSYS; then look at the conditions of all queues */
int wait_block(enum wait_mode mode, u64 deadline);

/* Leave the queue.  => its lock held
 * => whether a wake-up of this queue took us off.  A thread that wait_wake_one
 *    has chosen must look at the condition, even if a signal has come too: else
 *    the wake-up is lost */
bool wait_end(struct waiter *waiter);

/* Release lock, sleep until woken, take lock again; exclusive.
 * => lock held, by spin_lock, and no other lock
 * => 0, or -ERESTARTSYS for a signal that `mode` admits (perhaps without
 *    sleep); the caller looks at the condition again */
int wait_sleep(struct waitq *queue, struct spinlock *lock, enum wait_mode mode);

/* Wake every waiter; without `all`, of the exclusive ones only the first.
 * => the lock that guards the condition is held */
void wait_wake(struct waitq *queue, bool all);

static inline void
wait_wake_all(struct waitq *queue)
{
    if (!list_empty(&queue->waiters)) {
        wait_wake(queue, true);
    }
}

static inline void
wait_wake_one(struct waitq *queue)
{
    if (!list_empty(&queue->waiters)) {
        wait_wake(queue, false);
    }
}

/* Sleep until this time.  => 0, or -ERESTARTSYS if a signal came first */
int sleep_until(u64 deadline);

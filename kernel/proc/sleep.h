/*
 * Waiting for a condition.  A wait queue holds threads that wait for the same
 * news.  One lock guards the condition and the queue: a spinlock, or a mutex
 * (mutex.h).  The pattern, with that lock held:
 *
 *      while (!condition) {                            condition = true;
 *          error = wait_sleep(&queue, &lock);          wait_wake_all(&queue);
 *          if (error != 0) { ... }
 *      }
 *
 * The sleeper is on the queue before the lock is released, so that a waker who
 * changes the condition under the lock cannot be missed.
 */
#pragma once

#include "common/list.h"
#include "core/spin.h"

struct thread;

/* What may end a sleep besides being woken. */
enum wait_mode {
    WAIT_DEAF,          /* nothing */
    WAIT_KILLABLE,      /* a signal that ends the thread */
    WAIT_INTERRUPTIBLE, /* any signal that is not blocked or ignored */
};

struct waitq {
    struct list waiters;  /* of struct waiter, longest waiting first */
};

static inline void
waitq_init(struct waitq *queue)
{
    list_init(&queue->waiters);
}

/* Release lock, sleep until woken, take lock again.
 * => lock held, by spin_lock, and no other lock
 * => 0, or -EINTR if a signal that is not blocked or ignored is pending
 *    (then also without having slept); the condition must be looked at again */
int wait_sleep(struct waitq *queue, struct spinlock *lock);

/* wait_sleep in another mode. */
int wait_sleep_mode(struct waitq *queue, struct spinlock *lock,
                    enum wait_mode mode);

/* Make every waiter / the longest waiting one runnable.
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

/* Sleep for at least ns nanoseconds of CLOCK_MONOTONIC.
 * => 0, or -EINTR if a signal came first, with *left the time that was left */
int sleep_ns(u64 ns, u64 *left);

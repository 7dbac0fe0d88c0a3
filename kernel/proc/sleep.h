/*
 * Waiting for a condition.  A wait queue holds processes that wait for the same
 * news.  The pattern, with the lock that guards the condition held:
 *
 *      while (!condition) {
 *          error = wait_sleep(&queue, &lock);
 *          if (error != 0) { ... }
 *      }
 *
 * The sleeper is on the queue before the lock is released, so that a waker who
 * changes the condition under the lock cannot be missed.
 */
#pragma once

#include "common/list.h"
#include "core/spin.h"

struct process;

/* What may end a sleep besides being woken. */
enum wait_mode {
    WAIT_DEAF,          /* nothing */
    WAIT_KILLABLE,      /* a signal that ends the process */
    WAIT_INTERRUPTIBLE, /* any signal that is not blocked or ignored */
};

struct waitq {
    struct spinlock lock; /* RANK_WAITQ */
    struct list waiters;  /* of struct waiter, longest waiting first */
};

void waitq_init(struct waitq *queue);

/* Release lock, sleep until woken, take lock again.
 * => lock held, by spin_lock, and no other lock
 * => 0, or -EINTR if a signal that is not blocked or ignored is pending
 *    (then also without having slept); the condition must be looked at again */
int wait_sleep(struct waitq *queue, struct spinlock *lock);

/* wait_sleep in another mode. */
int wait_sleep_mode(struct waitq *queue, struct spinlock *lock,
                    enum wait_mode mode);

/* Make every waiter / the longest waiting one runnable.
 * => any context, also from interrupt handlers; the lock that guards the
 *    condition may be held */
void wait_wake_all(struct waitq *queue);
void wait_wake_one(struct waitq *queue);

/* Sleep for at least ns nanoseconds of CLOCK_MONOTONIC.
 * => 0, or -EINTR if a signal came first, with *left the time that was left */
int sleep_ns(u64 ns, u64 *left);

/*
 * A sleeping lock, for work that may copy to or from user memory.  It orders
 * before every spinlock.
 */
struct mutex {
    struct spinlock lock;    /* RANK_MUTEX: guards owner */
    struct process *owner;
    struct waitq queue;
};

void mutex_init(struct mutex *mutex);

/* Take the mutex; deaf to signals.
 * => no spinlock held, not in a handler */
void mutex_lock(struct mutex *mutex);
void mutex_unlock(struct mutex *mutex);

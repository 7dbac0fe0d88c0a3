/*
 * Waiting for a condition.  A wait queue holds processes that wait for the same
 * news.  One lock guards the condition and the queue: a spinlock, or a mutex.
 * The pattern, with that lock held:
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
#include "core/panic.h"
#include "core/spin.h"

#include "arch/percpu.h"

struct process;

/* What may end a sleep besides being woken. */
enum wait_mode {
    WAIT_DEAF,          /* nothing */
    WAIT_KILLABLE,      /* a signal that ends the process */
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

/* wait_sleep where a mutex guards condition and queue. */
struct mutex;
int wait_sleep_mutex(struct waitq *queue, struct mutex *mutex);

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

/*
 * A sleeping lock, for work that may copy to or from user memory.  It orders
 * before every spinlock.
 *
 * Taking a free one is one instruction on its owner word, and so is giving it
 * back; the rest is for those who wait.
 */
struct mutex {
    u64 owner;             /* struct process *, and MUTEX_WAITED; 0: free */
    struct spinlock lock;  /* RANK_MUTEX: guards the queue and the mark */
    struct waitq queue;
};

#define MUTEX_WAITED 1UL /* somebody waits, or did: both ends take the lock */

static inline void
mutex_init(struct mutex *mutex)
{
    mutex->owner = 0;
    spin_init(&mutex->lock, RANK_MUTEX, "mutex");
    waitq_init(&mutex->queue);
}

void mutex_wait(struct mutex *mutex);
void mutex_pass_on(struct mutex *mutex);

/* Take the mutex; deaf to signals.
 * => no spinlock held, not in a handler */
static inline void
mutex_lock(struct mutex *mutex)
{
    u64 none = 0;

    assert(cpu_rank() == 0);
    if (!__atomic_compare_exchange_n(&mutex->owner, &none, (u64)cpu_current(),
                                     false, __ATOMIC_ACQUIRE,
                                     __ATOMIC_RELAXED)) {
        mutex_wait(mutex);
    }
}

static inline void
mutex_unlock(struct mutex *mutex)
{
    u64 mine = (u64)cpu_current();

    if (!__atomic_compare_exchange_n(&mutex->owner, &mine, 0, false,
                                     __ATOMIC_RELEASE, __ATOMIC_RELAXED)) {
        mutex_pass_on(mutex);
    }
}

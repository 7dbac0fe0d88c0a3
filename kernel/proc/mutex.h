/*
 * A sleeping lock, for work that may copy to or from user memory.  It is taken
 * before any spinlock, and mutexes are taken by rank (core/lockrank.h): each
 * mutex_lock checks both.
 */
#pragma once

#include "core/lockrank.h"
#include "core/panic.h"
#include "core/spin.h"

#include "arch/percpu.h"

#include "proc/thread.h"
#include "proc/sleep.h"

struct mutex {
    u64 owner;             /* struct thread *, and MUTEX_WAITED; 0: free */
    u32 rank;              /* enum mutex_rank */
    u32 outer;             /* rank that its owner held before */
    struct spinlock lock;  /* RANK_MUTEX: guards the queue and the mark */
    struct waitq queue;
};

#define MUTEX_WAITED 1UL /* a thread waits, or did: lock, unlock use `lock` */

/* For a mutex that is there from the start. */
#define MUTEX_INIT(mutex, r)                                               \
    {                                                                      \
        .rank = (r), .lock = SPINLOCK_INIT(RANK_MUTEX),                    \
        .queue = {LIST_INIT((mutex).queue.waiters)},                       \
    }

void mutex_init(struct mutex *mutex, enum mutex_rank rank);

/* sleep.c: the slow paths. */
void mutex_wait(struct mutex *mutex);
void mutex_pass_on(struct mutex *mutex);

/* Take the mutex; no signal ends the wait.
 * => not in a handler; no spinlock and no mutex of this rank or above held */
static inline void
mutex_lock(struct mutex *mutex)
{
    struct thread *thread = current;
    u64 none = 0;

    assert(cpu_rank() == 0);
    assert(thread->mutex_rank < mutex->rank);
    if (!__atomic_compare_exchange_n(&mutex->owner, &none, (u64)thread, false,
                                     __ATOMIC_ACQUIRE, __ATOMIC_RELAXED)) {
        mutex_wait(mutex);
    }
    mutex->outer = thread->mutex_rank;
    thread->mutex_rank = mutex->rank;
}

/* Release it.  => it is the one taken last (checked by rank) */
static inline void
mutex_unlock(struct mutex *mutex)
{
    struct thread *thread = current;
    u64 mine = (u64)thread;

    assert(thread->mutex_rank == mutex->rank);
    thread->mutex_rank = mutex->outer;
    if (!__atomic_compare_exchange_n(&mutex->owner, &mine, 0, false,
                                     __ATOMIC_RELEASE, __ATOMIC_RELAXED)) {
        mutex_pass_on(mutex);
    }
}

/* wait_sleep, interruptible, where a mutex guards condition and queue. */
int wait_sleep_mutex(struct waitq *queue, struct mutex *mutex);

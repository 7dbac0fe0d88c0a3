/*
 * Sleep and wake-up.  The essential fact: a sleeper says that it is leaving
 * (its state), and stands on the queue, before it releases the lock that guards
 * its condition; from then on a wake-up finds it, even if it has not left.
 * The waiter on its stack stays valid until it has that lock again.
 */
#include "abi/errno.h"

#include "core/panic.h"

#include "arch/clock.h"
#include "arch/cpu.h"

#include "proc/mutex.h"
#include "proc/thread.h"
#include "proc/sched.h"
#include "proc/signal.h"
#include "proc/sleep.h"
#include "proc/timer.h"

/* A sleeper on a queue; lives on its stack. */
struct waiter {
    struct list link;
    struct thread *thread;
};

/* A sleeper in sleep_ns. */
struct timer {
    struct list link;
    u64 deadline;
    struct thread *thread;
};

static struct spinlock timer_lock = SPINLOCK_INIT(RANK_TIMER);
static struct list timers = LIST_INIT(timers); /* earliest first */
static u64 first_deadline = ~0UL; /* of them; read without the lock */

static inline bool
interrupted(enum wait_mode mode)
{
    return signal_pending()
           && (mode == WAIT_INTERRUPTIBLE
               || (mode == WAIT_KILLABLE && signal_fatal_pending()));
}

/* Say that we leave, and stand on the queue.  => its lock is held */
static void
enqueue(struct waitq *queue, struct waiter *waiter, enum wait_mode mode)
{
    waiter->thread = current;
    current->wait_mode = mode;
    sched_prepare(THREAD_SLEEPING);
    list_add_tail(&queue->waiters, &waiter->link);
}

/* Leave the CPU, unless a signal is there.  => as wait_sleep */
static int
leave(enum wait_mode mode)
{
    if (interrupted(mode)) {
        sched_wake(current, THREAD_SLEEPING);
    } else {
        schedule();
    }
    if (!interrupted(mode)
        || (mode == WAIT_INTERRUPTIBLE && signal_stop_here())) {
        return 0;
    }
    return -EINTR;
}

int
wait_sleep_mode(struct waitq *queue, struct spinlock *lock,
                enum wait_mode mode)
{
    struct waiter waiter;

    enqueue(queue, &waiter, mode);
    spin_unlock(lock);
    int error = leave(mode);
    spin_lock(lock);
    list_del(&waiter.link);
    return error;
}

int
wait_sleep_mutex(struct waitq *queue, struct mutex *mutex)
{
    struct waiter waiter;

    enqueue(queue, &waiter, WAIT_INTERRUPTIBLE);
    mutex_unlock(mutex);
    int error = leave(WAIT_INTERRUPTIBLE);
    mutex_lock(mutex);
    list_del(&waiter.link);
    return error;
}

int
wait_sleep(struct waitq *queue, struct spinlock *lock)
{
    return wait_sleep_mode(queue, lock, WAIT_INTERRUPTIBLE);
}

void
wait_wake(struct waitq *queue, bool all)
{
    list_for_each_safe(pos, &queue->waiters) {
        struct waiter *waiter = list_entry(pos, struct waiter, link);
        list_del(&waiter->link);
        if (sched_wake(waiter->thread, THREAD_SLEEPING) && !all) {
            break;
        }
    }
}

/* => timer_lock held */
static void
note_first(void)
{
    struct list *first = list_first(&timers);
    u64 deadline = first == NULL
                       ? ~0UL : list_entry(first, struct timer, link)->deadline;

    __atomic_store_n(&first_deadline, deadline, __ATOMIC_RELAXED);
}

static void
timer_add(struct timer *timer)
{
    spin_lock(&timer_lock);
    struct list *at = timers.prev;

    while (at != &timers
           && list_entry(at, struct timer, link)->deadline > timer->deadline) {
        at = at->prev;
    }
    list_insert(at, &timer->link);
    note_first();
    spin_unlock(&timer_lock);
}

static void
timer_del(struct timer *timer)
{
    spin_lock(&timer_lock);
    list_del(&timer->link);
    note_first();
    spin_unlock(&timer_lock);
}

bool
timer_due(void)
{
    return clock_ns() >= __atomic_load_n(&first_deadline, __ATOMIC_RELAXED);
}

void
timer_wake(void)
{
    cpu_clear_work(WORK_TIMER); /* before we look: what comes later sets it */
    u64 now = clock_ns();
    spin_lock(&timer_lock);

    list_for_each_safe(pos, &timers) {
        struct timer *timer = list_entry(pos, struct timer, link);
        if (timer->deadline > now) {
            break;
        }
        list_del(&timer->link);
        sched_wake(timer->thread, THREAD_SLEEPING);
    }
    note_first();
    spin_unlock(&timer_lock);
}

int
sleep_ns(u64 ns, u64 *left)
{
    u64 now = clock_ns();
    struct timer timer = {.thread = current};
    int error = 0;

    timer.deadline = now + ns < now ? ~0UL : now + ns;
    current->wait_mode = WAIT_INTERRUPTIBLE;
    while (now < timer.deadline && error == 0) {
        sched_prepare(THREAD_SLEEPING);
        timer_add(&timer);
        error = leave(WAIT_INTERRUPTIBLE);
        timer_del(&timer);
        now = clock_ns();
    }
    *left = now < timer.deadline ? timer.deadline - now : 0;
    return *left == 0 ? 0 : -EINTR;
}

void
mutex_init(struct mutex *mutex, enum mutex_rank rank)
{
    mutex->owner = 0;
    mutex->rank = rank;
    spin_init(&mutex->lock, RANK_MUTEX, "mutex");
    waitq_init(&mutex->queue);
}

/* With the mark set nobody but us can change the owner: all come here. */
void
mutex_wait(struct mutex *mutex)
{
    spin_lock(&mutex->lock);
    while ((__atomic_fetch_or(&mutex->owner, MUTEX_WAITED, __ATOMIC_ACQUIRE)
            & ~MUTEX_WAITED) != 0) {
        assert(mutex->owner != ((u64)current | MUTEX_WAITED));
        (void)wait_sleep_mode(&mutex->queue, &mutex->lock, WAIT_DEAF);
    }
    /* The mark stays, so that we wake the next one when we are done. */
    __atomic_store_n(&mutex->owner, (u64)current | MUTEX_WAITED,
                     __ATOMIC_RELAXED);
    spin_unlock(&mutex->lock);
}

void
mutex_pass_on(struct mutex *mutex)
{
    spin_lock(&mutex->lock);
    assert(mutex->owner == ((u64)current | MUTEX_WAITED));
    __atomic_store_n(&mutex->owner, 0, __ATOMIC_RELEASE);
    wait_wake_one(&mutex->queue);
    spin_unlock(&mutex->lock);
}

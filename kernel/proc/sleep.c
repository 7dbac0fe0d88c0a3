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

#include "proc/process.h"
#include "proc/sched.h"
#include "proc/signal.h"
#include "proc/sleep.h"
#include "proc/timer.h"

/* A sleeper on a queue; lives on its stack. */
struct waiter {
    struct list link;
    struct process *process;
};

/* A sleeper in sleep_ns. */
struct timer {
    struct list link;
    u64 deadline;
    struct process *process;
};

static struct spinlock timer_lock = SPINLOCK_INIT(RANK_TIMER);
static struct list timers = LIST_INIT(timers); /* earliest first */

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
    waiter->process = current;
    current->wait_mode = mode;
    sched_prepare(PROC_SLEEPING);
    list_add_tail(&queue->waiters, &waiter->link);
}

/* Leave the CPU, unless a signal is there.  => as wait_sleep */
static int
leave(enum wait_mode mode)
{
    if (interrupted(mode)) {
        sched_wake(current, PROC_SLEEPING);
    } else {
        schedule();
    }
    if (!interrupted(mode)) {
        return 0;
    }
    if (mode == WAIT_INTERRUPTIBLE) {
        signal_stop_here();
    }
    return interrupted(mode) ? -EINTR : 0;
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
        if (sched_wake(waiter->process, PROC_SLEEPING) && !all) {
            break;
        }
    }
}

static void
timer_add(struct timer *timer)
{
    struct list *at = timers.prev;

    while (at != &timers
           && list_entry(at, struct timer, link)->deadline > timer->deadline) {
        at = at->prev;
    }
    list_insert(at, &timer->link);
}

void
timer_tick(void)
{
    u64 now = clock_ns();
    u64 flags = spin_lock_irq(&timer_lock);

    list_for_each_safe(pos, &timers) {
        struct timer *timer = list_entry(pos, struct timer, link);
        if (timer->deadline > now) {
            break;
        }
        list_del(&timer->link);
        sched_wake(timer->process, PROC_SLEEPING);
    }
    spin_unlock_irq(&timer_lock, flags);
}

int
sleep_ns(u64 ns, u64 *left)
{
    u64 start = clock_ns();
    struct timer timer = {.process = current};
    u64 now;

    timer.deadline = start + ns < start ? ~0UL : start + ns;
    current->wait_mode = WAIT_INTERRUPTIBLE;
    while ((now = clock_ns()) < timer.deadline && !signal_pending()) {
        sched_prepare(PROC_SLEEPING);
        u64 flags = spin_lock_irq(&timer_lock);
        timer_add(&timer);
        spin_unlock_irq(&timer_lock, flags);
        if (signal_pending()) {
            sched_wake(current, PROC_SLEEPING);
        } else {
            schedule();
        }
        flags = spin_lock_irq(&timer_lock);
        list_del(&timer.link);
        spin_unlock_irq(&timer_lock, flags);
        signal_stop_here();
    }
    *left = now < timer.deadline ? timer.deadline - now : 0;
    return *left == 0 ? 0 : -EINTR;
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

/*
 * Sleep and wake-up.  The essential fact: a sleeper says that it is leaving
 * (its state), and stands on the queue, before it releases the lock that guards
 * its condition; from then on a wake-up finds it, even if it has not left.
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

void
waitq_init(struct waitq *queue)
{
    spin_init(&queue->lock, RANK_WAITQ, "waitq");
    list_init(&queue->waiters);
}

static bool
interrupted(enum wait_mode mode)
{
    if (mode == WAIT_INTERRUPTIBLE) {
        return signal_pending();
    }
    return mode == WAIT_KILLABLE && signal_fatal_pending();
}

static void
enqueue(struct waitq *queue, struct waiter *waiter, enum wait_mode mode)
{
    waiter->process = current;
    current->wait_mode = mode;
    sched_prepare(PROC_SLEEPING);
    u64 flags = spin_lock_irq(&queue->lock);
    list_add_tail(&queue->waiters, &waiter->link);
    spin_unlock_irq(&queue->lock, flags);
}

/* Leave the CPU, unless a signal is there; then leave the queue. */
static int
sleep_and_leave(struct waitq *queue, struct waiter *waiter,
                enum wait_mode mode)
{
    if (interrupted(mode)) {
        sched_wake(current, PROC_SLEEPING);
    } else {
        schedule();
    }
    u64 flags = spin_lock_irq(&queue->lock);
    list_del(&waiter->link);
    spin_unlock_irq(&queue->lock, flags);
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
    int error = sleep_and_leave(queue, &waiter, mode);
    spin_lock(lock);
    return error;
}

int
wait_sleep(struct waitq *queue, struct spinlock *lock)
{
    return wait_sleep_mode(queue, lock, WAIT_INTERRUPTIBLE);
}

static void
wake(struct waitq *queue, bool all)
{
    u64 flags = spin_lock_irq(&queue->lock);

    list_for_each_safe(pos, &queue->waiters) {
        struct waiter *waiter = list_entry(pos, struct waiter, link);
        list_del(&waiter->link);
        if (sched_wake(waiter->process, PROC_SLEEPING) && !all) {
            break;
        }
    }
    spin_unlock_irq(&queue->lock, flags);
}

void
wait_wake_all(struct waitq *queue)
{
    wake(queue, true);
}

void
wait_wake_one(struct waitq *queue)
{
    wake(queue, false);
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

void
mutex_init(struct mutex *mutex)
{
    spin_init(&mutex->lock, RANK_MUTEX, "mutex");
    mutex->owner = NULL;
    waitq_init(&mutex->queue);
}

void
mutex_lock(struct mutex *mutex)
{
    spin_lock(&mutex->lock);
    while (mutex->owner != NULL) {
        assert(mutex->owner != current);
        wait_sleep_mode(&mutex->queue, &mutex->lock, WAIT_DEAF);
    }
    mutex->owner = current;
    spin_unlock(&mutex->lock);
}

void
mutex_unlock(struct mutex *mutex)
{
    spin_lock(&mutex->lock);
    assert(mutex->owner == current);
    mutex->owner = NULL;
    spin_unlock(&mutex->lock);
    wait_wake_one(&mutex->queue);
}

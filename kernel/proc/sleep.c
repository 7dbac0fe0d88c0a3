/*
 * Sleep and wake-up.  The essential fact: a thread sets its state to SLEEPING
 * and joins the queue before it releases the lock that guards its condition.
 * From then on a wake-up finds it, even if it has not called schedule yet.
 * The waiter on its stack stays valid until it holds that lock again.
 */
#include "abi/errno.h"

#include "core/panic.h"

#include "arch/clock.h"

#include "proc/mutex.h"
#include "proc/oom.h"
#include "proc/sched.h"
#include "proc/signal.h"
#include "proc/sleep.h"
#include "proc/timer.h"

static inline bool
interrupted(enum wait_mode mode)
{
    return signal_pending()
           && (mode == WAIT_INTERRUPTIBLE
               || (mode == WAIT_KILLABLE && signal_fatal_pending()));
}

void
wait_begin(struct waitq *queue, struct waiter *waiter, bool exclusive)
{
    waiter->thread = current;
    waiter->exclusive = exclusive;
    sched_prepare(THREAD_SLEEPING);
    list_insert(exclusive ? queue->waiters.prev : &queue->waiters,
                &waiter->link);
}

/* Leave the CPU, unless a signal is pending.  A full barrier: we set wait_mode
 * before we read `pending`; a sender does the reverse. */
static inline void
leave_cpu(enum wait_mode mode)
{
    (void)__atomic_exchange_n(&current->wait_mode, mode, __ATOMIC_SEQ_CST);
    if (interrupted(mode)) {
        current->state = THREAD_RUNNING;
    } else {
        schedule();
    }
}

/* Wakes a thread that waits for no longer than this. */
struct alarm {
    struct timer timer;
    struct thread *thread;
    bool late; /* the time is over */
};

static void
wake_late(struct timer *timer)
{
    struct alarm *alarm = container_of(timer, struct alarm, timer);

    alarm->late = true;
    sched_wake(alarm->thread, THREAD_SLEEPING);
}

int
wait_block(enum wait_mode mode, u64 deadline)
{
    bool late = false;

    if (deadline == NEVER) {
        leave_cpu(mode);
    } else {
        struct alarm alarm = {.thread = current};
        timer_init(&alarm.timer, wake_late);
        alarm.timer.deadline = deadline;
        if (deadline & REALTIME_BIT) {
            alarm.timer.realtime = MAX(deadline & ~REALTIME_BIT, 1);
        }
        timer_start(&alarm.timer);
        leave_cpu(mode);
        timer_stop(&alarm.timer);
        late = alarm.late;
    }
    return interrupted(mode) ? signal_restart() : late ? -ETIMEDOUT : 0;
}

bool
wait_end(struct waiter *waiter)
{
    if (list_empty(&waiter->link)) {
        return true; /* and the wake-up made it RUNNING */
    }
    list_leave(&waiter->link);
    current->state = THREAD_RUNNING; /* if it did not block */
    return false;
}

int
wait_sleep(struct waitq *queue, struct spinlock *lock, enum wait_mode mode)
{
    struct waiter waiter;

    wait_begin(queue, &waiter, true);
    spin_unlock(lock);
    int error = wait_block(mode, NEVER);
    spin_lock(lock);
    return wait_end(&waiter) ? 0 : error;
}

int
wait_sleep_mutex(struct waitq *queue, struct mutex *mutex)
{
    struct waiter waiter;

    wait_begin(queue, &waiter, true);
    mutex_unlock(mutex);
    int error = wait_block(WAIT_INTERRUPTIBLE, NEVER);
    mutex_lock(mutex);
    return wait_end(&waiter) ? 0 : error;
}

void
wait_wake(struct waitq *queue, bool all)
{
    list_for_each_safe(pos, &queue->waiters) {
        struct waiter *waiter = list_entry(pos, struct waiter, link);
        struct thread *thread = waiter->thread;
        if (thread != NULL) {
            list_del(&waiter->link);
        }
        if ((thread != NULL ? sched_wake(thread, THREAD_SLEEPING)
                            : waiter->notify(waiter))
            && !all && waiter->exclusive) {
            break;
        }
    }
}

int
sleep_until(u64 deadline)
{
    int error = clock_ns() < deadline ? 0 : -ETIMEDOUT;

    while (error == 0) {
        sched_prepare(THREAD_SLEEPING);
        error = wait_block(WAIT_INTERRUPTIBLE, deadline);
    }
    return error == -ETIMEDOUT ? 0 : error;
}

/* One queue for all locks: few rest, and seldom does anyone wait. */
static struct spinlock rest_lock = SPINLOCK_INIT(RANK_MUTEX);
static struct waitq rest_queue = {LIST_INIT(rest_queue.waiters)};

void
on_rest_wait(const u32 *held)
{
    assert(cpu_rank() == 0 && current->state == THREAD_RUNNING);
    spin_lock(&rest_lock);
    while ((__atomic_load_n(held, __ATOMIC_SEQ_CST) & SPIN_RESTS) != 0) {
        (void)wait_sleep(&rest_queue, &rest_lock, WAIT_UNINTERRUPTIBLE);
    }
    spin_unlock(&rest_lock);
    oom_note_again();
}

void
on_rest_end(void)
{
    spin_lock(&rest_lock);
    wait_wake_all(&rest_queue);
    spin_unlock(&rest_lock);
}

void
mutex_init(struct mutex *mutex, enum mutex_rank rank)
{
    mutex->owner = 0;
    mutex->rank = rank;
    spin_init(&mutex->lock, RANK_MUTEX, "mutex");
    waitq_init(&mutex->queue);
}

/* With MUTEX_WAITED set, each lock and unlock comes here and takes `lock`. */
void
mutex_wait(struct mutex *mutex)
{
    spin_lock(&mutex->lock);
    while ((__atomic_fetch_or(&mutex->owner, MUTEX_WAITED, __ATOMIC_ACQUIRE)
            & ~MUTEX_WAITED) != 0) {
        assert(mutex->owner != ((u64)current | MUTEX_WAITED));
        (void)wait_sleep(&mutex->queue, &mutex->lock, WAIT_UNINTERRUPTIBLE);
    }
    /* The mark stays set, so that our unlock wakes the next thread. */
    __atomic_store_n(&mutex->owner, (u64)current | MUTEX_WAITED,
                     __ATOMIC_RELAXED);
    spin_unlock(&mutex->lock);
    oom_note_again();
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

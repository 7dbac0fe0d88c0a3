/*
 * Run queues, and how work moves between CPUs: for sched.c and balance.c.
 *
 * Balance: a thread stays on the CPU where it ran; a child begins on its
 * parent's.  When its time slice ends, and before it halts, a CPU takes the
 * longest-waiting thread of the longest queue, if its own is shorter.  A halted
 * CPU has no ticks: at each of its own ticks, a CPU with waiting threads wakes
 * it.  So while a CPU is idle, a thread waits at most one tick (longer only if
 * the 16 threads before it may not run there).
 */
#pragma once

#include "core/spin.h"

#include "proc/thread.h"

/* Each has its own cache line. */
struct runqueue {
    struct spinlock lock;    /* RANK_RUNQUEUE */
    u32 length;              /* all that wait, also at other levels */
    bool mixed;              /* there are other levels than 0 (shares.h) */
    struct list ready;       /* of threads at level 0, next to run first */
} __attribute__((aligned(64)));

extern struct runqueue queues[MAX_CPUS];
extern struct thread idle_threads[MAX_CPUS];

/* The calling context is this CPU's idle thread. */
void sched_become_idle(struct cpu *cpu);

/* Several CPUs (balance.c).  First, a CPU has got work: wake it if it is
 * halted.  Then, wake all but this one so.  Then, lock the queue of the best
 * CPU that the thread may run on: => the lock of `queue` is held, where it was.
 */
void wake_cpu(int cpu);
void wake_other_cpus(void);
struct runqueue *send_away(struct thread *thread, struct runqueue *queue,
                           u64 flags);

/* The levels of shares.c.  First: => boot.  Then, charge the running thread for
 * its time, and take the next off its list: => NULL: none waits; the queue's
 * lock held, and it is this CPU's.  Then, note who runs, and whether a crowd
 * waits: => in the timer's handler. */
void shares_init(void);
struct thread *share_next(struct runqueue *queue);
void share_tick(void);

/* The thread waits to run.  If it gives up the CPU, it keeps its place as its
 * policy says; else it may be better than the running one, which then leaves.
 * => make_ready only (shares.c) */
void share_join(struct runqueue *queue, struct thread *thread);
/* It was taken off its list.  => leave_ready only; its level is not 0 */
void share_leave(struct runqueue *queue, const struct thread *thread);

static inline bool
may_run(const struct thread *thread, int cpu)
{
    return (thread->affinity & 1UL << cpu) != 0;
}

/* => the queue's lock is held, and the thread is in none */
static inline void
make_ready(struct runqueue *queue, struct thread *thread)
{
    thread->state = THREAD_RUNNABLE;
    if (thread->share.level | queue->mixed) {
        share_join(queue, thread);
        return;
    }
    list_add_tail(&queue->ready, &thread->run_link);
    queue->length++;
}

/* Take a thread off its list.  => the queue's lock is held */
static inline void
leave_ready(struct runqueue *queue, struct thread *thread)
{
    list_del(&thread->run_link);
    queue->length--;
    if (thread->share.level != 0) {
        share_leave(queue, thread);
    }
}

/* Go on to the queue that the thread has moved to.
 * => the lock of `queue` is held, where it was; of the result, where it is */
struct runqueue *follow_thread(const struct thread *thread,
                               struct runqueue *queue, u64 flags);

/* Lock the queue that the thread belongs to, wherever that is by now. */
static inline struct runqueue *
lock_queue_of(struct thread *thread, u64 *flags)
{
    int cpu = __atomic_load_n(&thread->cpu, __ATOMIC_RELAXED);
    struct runqueue *queue = &queues[cpu];

    *flags = spin_lock_irq(&queue->lock);
    return thread->cpu == cpu ? queue
                              : follow_thread(thread, queue, *flags);
}

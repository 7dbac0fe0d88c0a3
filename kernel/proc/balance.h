/*
 * Run queues, and how work moves between CPUs: for sched.c and balance.c.
 *
 * Balance: a thread stays on the CPU where it ran; a child begins on its
 * parent's.  When its time slice ends, and before it halts, a CPU takes the
 * longest-waiting thread of the longest queue, if its own is shorter.  A halted
 * CPU has no ticks: a CPU with waiting threads wakes it at each of its own.  So
 * a thread waits at most one tick while a CPU is idle (longer only behind 16
 * that may not run there).  A child that execs or exits within a tick costs no
 * interrupt.  Three threads that never sleep get two thirds of a CPU each.
 */
#pragma once

#include "core/spin.h"

#include "proc/thread.h"

/* Each has its own cache line. */
struct runqueue {
    struct spinlock lock;    /* RANK_RUNQUEUE */
    u32 length;
    struct list ready;       /* of threads, next to run first */
} __attribute__((aligned(64)));

extern struct runqueue queues[MAX_CPUS];

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
    list_add_tail(&queue->ready, &thread->run_link);
    queue->length++;
}

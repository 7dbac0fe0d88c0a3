/*
 * Run queues, and how work moves between CPUs: for sched.c and balance.c.
 *
 * Balance: a thread stays on the CPU where it ran; a child begins on its
 * parent's.  When a time slice ends, and before it rests, a CPU for which fewer
 * wait than for another takes the longest-waiting thread of the longest queue;
 * those that rest have no ticks, so a CPU where others wait wakes them at its
 * own.  So nobody waits longer than a tick while a CPU is idle (but behind 16
 * that may not run there), what is over sooner (a child that only calls exec
 * or exit) costs no interrupt, and three that never sleep go round on two CPUs,
 * so that each gets two thirds of one.
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

/*
 * Run queues, and how work moves between CPUs: for sched.c and balance.c.
 *
 * Balance: a process stays on the CPU where it ran; a child begins on its
 * parent's.  A CPU without work takes the longest-waiting process of the
 * longest queue; one that has more work than it can do wakes such a CPU with
 * its tick.  So nobody waits longer than a tick while a CPU is idle, and what
 * is over sooner (a child that only calls exec or exit) costs no interrupt.
 */
#pragma once

#include "core/spin.h"

#include "proc/process.h"

/* Each has its own cache line. */
struct runqueue {
    struct spinlock lock;    /* RANK_RUNQUEUE */
    u32 length;
    struct process *leaving; /* for another queue, when off its stack */
    struct list ready;       /* of processes, next to run first */
} __attribute__((aligned(64)));

extern struct runqueue queues[MAX_CPUS];

static inline bool
may_run(const struct process *process, int cpu)
{
    return (process->affinity & 1UL << cpu) != 0;
}

/* => the queue's lock is held, and the process is in none */
static inline void
make_ready(struct runqueue *queue, struct process *process)
{
    process->state = PROC_RUNNABLE;
    list_add_tail(&queue->ready, &process->run_link);
    queue->length++;
}

/* The CPU has got work: end its rest, if it rests.  => interrupts off */
void cpu_wake(int cpu);

/* Put a RUNNABLE process that is in no queue where it may run. */
void sched_place(struct process *process);

/* Take work from another CPU.  => whether there was some; in the idle loop */
bool sched_steal(void);

/* If work waits here, wake a CPU that has none.  => in the tick */
void sched_balance(void);

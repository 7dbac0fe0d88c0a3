/*
 * Clocks of CPU time: of a process or a thread; exact, or in sampled ticks.
 */
#pragma once

#include "abi/time.h"

#include "core/types.h"

#include "arch/clock.h"
#include "arch/percpu.h"

#include "proc/process.h"

/* The id in such a clock's number: 0 means the caller's. */
static inline pid_t
cpu_clock_id(int clock)
{
    return ~(clock >> 3);
}

/* Whether a process's clock is named by another of its threads, which is good
 * for reading only. */
static inline bool
cpu_clock_by_thread(int clock)
{
    return clock < 0 && (clock & CPUCLOCK_THREAD) == 0
           && cpu_clock_id(clock) == current->tid
           && current->tid != current->process->pid;
}

/* Read one, and if it is CLOCK_*_CPUTIME_ID, replace that by its number.
 * => 0; -EINVAL: no such clock, process, or thread of this process */
int cpu_clock_read(int *clock, u64 *ns);

/* Read one of this process, or of a thread of it (0, if it has ended).
 * => its lock held */
u64 cpu_clock_now(struct process *process, int clock);

/* How long it takes at least to spend this CPU time: as on all CPUs at once. */
static inline u64
cpu_clock_soonest(u64 ns)
{
    return MAX(ns / (u64)cpu_count, NSEC_PER_TICK);
}

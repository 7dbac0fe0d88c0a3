/*
 * What a process has used: CPU time, faults, switches, memory (usage.c).
 */
#pragma once

#include "abi/resource.h"

#include "proc/process.h"

/* proc_time, and that of children it has waited for, split into user and system
 * as the ticks say, of which neither ever goes down.
 * => child: family_lock held */
void proc_split(struct process *process, struct cpu_split *split);
void proc_child_split(struct process *process, struct cpu_split *split);

/* getrusage(2): RUSAGE_SELF or RUSAGE_CHILDREN of a process, or RUSAGE_THREAD
 * of the current thread.  => family_lock held */
void proc_usage_of(struct process *process, int who, struct rusage *rusage);

/*
 * What a process has used: CPU time, faults, switches, memory (usage.c).
 */
#pragma once

#include "proc/process.h"

/* proc_time, and that of children it has waited for, split into user and system
 * as the ticks say, of which neither ever goes down.
 * => child: family_lock held */
void proc_split(struct process *process, struct cpu_split *split);
void proc_child_split(struct process *process, struct cpu_split *split);

/* getrusage(2): RUSAGE_SELF, or with a thread RUSAGE_THREAD; RUSAGE_CHILDREN.
 * => family_lock held; it is the current thread */
void proc_own_usage(struct process *process, struct thread *thread,
                    struct rusage *rusage);
void proc_child_usage(struct process *process, struct rusage *rusage);

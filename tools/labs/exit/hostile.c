/*
 * preempt=always, in this lab's tree: a thread that has just released its last
 * lock gives up the CPU, as if another CPU or an interrupt had been quicker.
 * What is between two locks, or between a lock and a sleep, then takes long
 * enough for everybody else to do what they like.
 *
 * The essential fact: this changes no result of correct code, since a lock was
 * the only thing that kept others away.
 */
#include "core/panic.h"

#include "arch/cpu.h"
#include "arch/percpu.h"

#include "proc/sched.h"

void hostile_point(void);

void
hostile_point(void)
{
    const struct thread *thread = current;

    if (preempt_always && thread->state == THREAD_RUNNING && cpu_rank() == 0
        && thread != this_cpu()->idle && (cpu_flags() & RFLAGS_IF) != 0) {
        schedule();
    }
}

/*
 * Clocks of CPU time.
 */
#include "abi/errno.h"

#include "arch/clock.h"

#include "proc/cpuclock.h"
#include "proc/pid.h"
#include "proc/sched.h"

u64
cpu_clock_now(struct process *process, int clock)
{
    int type = clock & CPUCLOCK_TYPE;
    struct cpu_time time = {0};

    if ((clock & CPUCLOCK_THREAD) == 0) {
        time = proc_time_locked(process);
    } else {
        struct thread *thread = thread_of(process, cpu_clock_id(clock));
        if (thread != NULL) {
            time = thread->time;
            time.ran = sched_ran(thread);
        }
    }
    u64 ticks = time.user + (type == CPUCLOCK_PROF ? time.system : 0);
    return type == CPUCLOCK_SCHED ? clock_tsc_to_ns(time.ran)
                                  : ticks * NSEC_PER_TICK;
}

/* Put the caller's id in the place of 0. */
static int
number_of(int clock)
{
    int bits = clock & (CPUCLOCK_TYPE | CPUCLOCK_THREAD);

    if (clock == CLOCK_PROCESS_CPUTIME_ID) {
        bits = CPUCLOCK_SCHED;
    } else if (clock == CLOCK_THREAD_CPUTIME_ID) {
        bits = CPUCLOCK_SCHED | CPUCLOCK_THREAD;
    } else if (cpu_clock_id(clock) != 0) {
        return clock;
    }
    return CPUCLOCK((bits & CPUCLOCK_THREAD) != 0 ? current->tid
                                                  : current->process->pid,
                    bits);
}

int
cpu_clock_read(int *clock, u64 *ns)
{
    bool exists = *clock < 0 || *clock == CLOCK_PROCESS_CPUTIME_ID
                  || *clock == CLOCK_THREAD_CPUTIME_ID;
    int number = *clock = number_of(*clock);
    bool of_thread = (number & CPUCLOCK_THREAD) != 0;
    pid_t id = cpu_clock_id(number);

    if (!exists || (number & CPUCLOCK_TYPE) == CPUCLOCK_TYPE) {
        return -EINVAL;
    }
    spin_lock(&pids_lock);
    struct process *process = pid_process(id);
    bool found = process != NULL
                 && (of_thread ? process == current->process
                               : process->pid == id || id == current->tid);
    if (found) {
        spin_lock(&process->lock);
        found = !of_thread || thread_of(process, id) != NULL;
        *ns = cpu_clock_now(process, number);
        spin_unlock(&process->lock);
    }
    spin_unlock(&pids_lock);
    return found ? 0 : -EINVAL;
}

/*
 * No memory for pid 1, which cannot be killed: another process is.
 */
#include "arch/smp.h"

#include "proc/process.h"
#include "proc/sched.h"
#include "proc/signal.h"

/* Whether the process can end soon.  Not if it waits for a mutex: we may hold
 * it.  Not an embryo: it cannot run before its parent, maybe us, goes on. */
static bool
can_make_room(struct process *process)
{
    bool can = process != init_process && !proc_is_zombie(process);
    spin_lock(&process->lock);

    for_each_thread(thread, process) {
        can &= thread->state != THREAD_EMBRYO
               && !(thread->state == THREAD_SLEEPING
                    && thread->wait_mode == WAIT_UNINTERRUPTIBLE);
    }
    spin_unlock(&process->lock);
    return can;
}

bool
kill_youngest(vaddr_t addr)
{
    struct process *victim = NULL;

    spin_lock(&family_lock);
    for_each_process(process) {
        if (can_make_room(process)) {
            victim = process;
        }
    }
    if (victim != NULL) {
        kill_for_memory(victim, addr);
    }
    spin_unlock(&family_lock);
    park_here(); /* a CPU that parks all others waits for this one, too */
    schedule();
    return victim != NULL;
}

/*
 * Finding a thread or the next process by its number, for optional files.
 */
#include "proc/pid.h"
#include "proc/process.h"

bool
thread_lock(pid_t tid, struct thread **thread)
{
    tid = tid == 0 ? current->tid : tid;
    *thread = NULL;
    spin_lock(&pids_lock);
    struct process *process = pid_process(tid);
    if (process != NULL) {
        spin_lock(&process->lock);
        struct thread *found = pids[tid].thread;
        if (found == NULL && !proc_is_zombie(process)) {
            found = list_entry(process->threads.next, struct thread, link);
        }
        /* Not a thread that is ending; not another thread than tid's. */
        if (found != NULL && found->tid == tid && !list_empty(&found->link)) {
            *thread = found;
            return true;
        }
        spin_unlock(&process->lock);
    }
    spin_unlock(&pids_lock);
    return process != NULL;
}

void
thread_unlock(struct thread *thread)
{
    spin_unlock(&thread->process->lock);
    spin_unlock(&pids_lock);
}

pid_t
pid_next(pid_t pid)
{
    for (; pid <= highest_pid; pid++) {
        const struct pid_slot *slot = &pids[pid];
        if (__atomic_load_n(&slot->process, __ATOMIC_RELAXED) != NULL
            && slot->thread == NULL) {
            return pid;
        }
    }
    return 0;
}

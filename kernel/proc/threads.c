/*
 * More threads than one: how they join their process, leave it, and are ended
 * by one of them that calls execve.
 */
#include "abi/errno.h"

#include "core/optional.h"
#include "core/panic.h"

#include "proc/cred.h"
#include "proc/pid.h"
#include "proc/process.h"
#include "proc/signal.h"

OPTIONAL(job_leave) OPTIONAL(job_report_stop) OPTIONAL(proc_tell_orphan)

int
thread_join(struct thread *thread)
{
    struct process *process = thread->process;

    assert(process == current->process && list_empty(&thread->link));
    spin_lock(&pids_lock);
    spin_lock(&process->lock);
    bool calm = !signal_pending();
    pid_t tid = calm ? pid_alloc_locked() : 0;
    if (tid != 0) {
        assert(pids[tid].process == NULL);
        pids[tid].process = process;
        pids[tid].thread = thread;
        thread->tid = tid;
        list_add_tail(&process->threads, &thread->link);
    }
    spin_unlock(&process->lock);
    spin_unlock(&pids_lock);
    return !calm ? -ERESTARTNOINTR : tid != 0 ? 0 : -EAGAIN;
}

int
thread_end_others(void)
{
    struct process *process = current->process;
    pid_t tid = current->tid;
    int error = 0;

    spin_lock(&process->lock);
    if (process->exec_thread != NULL || process->ending) {
        error = -EAGAIN; /* and SIGKILL is pending */
    } else if (!proc_has_one_thread(process)) {
        process->exec_thread = current;
        waitq_init(&process->exec_wait);
        signal_others(process, SIGKILL);
    }
    while (!proc_has_one_thread(process) && error == 0) {
        error = wait_sleep(&process->exec_wait, &process->lock, WAIT_KILLABLE);
    }
    if (process->exec_thread == current) {
        process->exec_thread = NULL;
    }
    bool moves = error == 0 && tid != process->pid;
    struct cred *old = moves ? process->cred : NULL;
    if (moves) { /* it is the first thread now */
        current->tid = process->pid;
        process->cred = current->cred;
    }
    spin_unlock(&process->lock);
    if (moves) {
        cred_put(old);
        spin_lock(&family_lock);
        list_for_each_entry(child, &process->children, struct process,
                            sibling) {
            child->parent_tid = process->pid;
        }
        spin_unlock(&family_lock);
        pid_free(tid);
    }
    return error;
}

bool
thread_ends_for_exec(const struct process *process, int status)
{
    return process->exec_thread != current && status == SIGKILL
           && (current->pending.set & SIGNAL_BIT(SIGKILL)) == 0;
}

/* The thread that made some of the current process's children has ended: they
 * are the first thread's. */
static void
lose_thread(pid_t tid)
{
    struct process *process = current->process;

    spin_lock(&family_lock);
    spin_lock(&process->lock);
    pid_t first = list_entry(process->threads.next, struct thread, link)->tid;
    spin_unlock(&process->lock);
    list_for_each_entry(child, &process->children, struct process, sibling) {
        if (child->parent_tid == tid) {
            child->parent_tid = first;
            proc_tell_orphan(child, process);
        }
    }
    spin_unlock(&family_lock);
}

void
thread_leave_others(struct thread *thread)
{
    struct process *process = thread->process;

    proc_keep_time(process);
    list_del(&thread->link);
    signal_pass_on(process);
    if (process->exec_thread != NULL && proc_has_one_thread(process)) {
        wait_wake_all(&process->exec_wait);
    }
    bool stopped = job_leave(thread);
    spin_unlock(&process->lock);
    if (stopped) {
        job_report_stop(process);
    }
    if (!list_empty(&process->children)) {
        lose_thread(thread->tid);
    }
}

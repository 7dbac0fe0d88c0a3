/*
 * exit and wait: one conversation.  A thread that ends gives up all it holds.
 * The last thread ends its process, stores the status and tells the parent.
 * What is left is a zombie: pid, status and times, until the parent waits.
 *
 * The essential fact: a thread cannot free the stack that it runs on.  The next
 * thread on its CPU frees it (finish_switch), even after the parent has reaped.
 */
#include "abi/errno.h"
#include "abi/signal.h"
#include "abi/wait.h"

#include "core/optional.h"
#include "core/panic.h"

#include "fs/inherit.h"

#include "proc/cred.h"
#include "proc/exit.h"
#include "proc/fork.h"
#include "proc/group.h"
#include "proc/pid.h"
#include "proc/process.h"
#include "proc/signal.h"

OPTIONAL(job_lose_parent) OPTIONAL(job_orphan_groups) OPTIONAL(session_end)
OPTIONAL(itimer_exit) OPTIONAL(proc_usage) OPTIONAL(proc_count_child)
OPTIONAL(proc_set_subreaper) OPTIONAL(proc_reaper) OPTIONAL(proc_tell_orphan)
OPTIONAL(thread_ends_for_exec)

/* The signal for the parent: the one that it gave to clone, or SIGCHLD if the
 * parent has called execve since.  => family_lock held */
static int
end_signal(const struct process *process)
{
    return process->parent->execs == process->parent_execs
               ? process->exit_signal : SIGCHLD;
}

/* => family_lock held */
static const struct kernel_sigaction *
parent_action(const struct process *process)
{
    assert(spin_held(&family_lock));
    return &process->parent->sigacts->action[SIGCHLD - 1];
}

/* Whether the parent ignores SIGCHLD: then it will not wait for the child. */
static bool
parent_declines(const struct process *process)
{
    return end_signal(process) == SIGCHLD
           && (parent_action(process)->handler == SIG_IGN
               || (parent_action(process)->flags & SA_NOCLDWAIT) != 0);
}

/* A zombie tells its parent.  If that declines, it is reaped at once. */
static void
tell_parent(struct process *process)
{
    bool declines = parent_declines(process);
    int status = process->exit_status;
    int signal = end_signal(process);
    bool exited = WIFEXITED(status);

    proc_make_reportable(process);
    /* Mostly it is dropped: so the rest need not be cheap.  With SIG_IGN it
     * does not even pend while it is blocked. */
    if (signal != SIGCHLD
        || !(parent_action(process)->handler == SIG_IGN
             || signal_is_dropped(process->parent, signal))) {
        tell_child(process, signal, exited ? CLD_EXITED : CLD_KILLED,
                   exited ? WEXITSTATUS(status) : WTERMSIG(status));
    }
    wait_wake_all(&process->parent->child_wait);
    if (declines) {
        proc_unlink(process);
    }
}

/* Give its children another parent: the nearest subreaper among its ancestors,
 * or init.  => family_lock held */
static void
give_children_away(struct process *process)
{
    if (list_empty(&process->children)) {
        return;
    }
    struct process *reaper = subreapers == 0 ? init_process
                                             : proc_reaper(process);
    list_for_each_safe(pos, &process->children) {
        struct process *child = list_entry(pos, struct process, sibling);
        job_lose_parent(child, process);
        list_del(&child->sibling);
        child->exit_signal = SIGCHLD; /* what a reaper waits for */
        proc_set_parent(child, reaper);
        proc_tell_orphan(child, process); /* its handler sees the new parent */
        if (!list_empty(&child->report_link)) {
            list_del(&child->report_link);
            proc_make_reportable(child);
        }
        if (proc_is_zombie(child)) {
            tell_parent(child);
        }
    }
}

/* The last thread ends: the process becomes a zombie. */
static void
end_process(struct process *process)
{
    if (process == init_process) {
        int status = process->exit_status;
        panic("init, pid 1, %s %d", WIFSIGNALED(status)
              ? "was killed by signal" : "ended with status",
              WIFSIGNALED(status) ? WTERMSIG(status) : WEXITSTATUS(status));
    }
    if (process->itimers != NULL) {
        itimer_exit();
    }
    spin_lock(&family_lock);
    bool may_orphan = !list_empty(&process->children)
                      || process->parent->group != process->group;
    give_children_away(process);
    if (process->end_is_special) {
        proc_set_subreaper(process, false);
        wait_wake_all(&process->child_wait);
    }
    spin_lock(&process->lock);
    struct sigacts *sigacts = process->sigacts;
    process->sigacts = NULL; /* signal_send finds no target */
    proc_keep_time(process);
    list_del(&current->link);
    spin_unlock(&process->lock);
    struct session *session = process->group->session;
    if (process->pid == session->sid) {
        session_end(session);
    }
    if (may_orphan) {
        job_orphan_groups(process);
    }
    tell_parent(process);
    spin_unlock(&family_lock);
    sigacts_put(sigacts);
}

void
thread_exit(int status)
{
    struct thread *thread = current;
    struct files *files = thread->files;
    struct fs_context *fs = thread->fs;

    /* Give up files, directory and memory, while sleeping is still allowed. */
    thread->files = NULL; /* first: /proc may read it while we sleep */
    thread->fs = NULL;
    files_put(files);
    fs_context_put(fs);
    proc_change_memory(NULL);
    vfork_release(thread);
    if (thread_leave(thread, status)) {
        end_process(thread->process);
    }
    sched_prepare(THREAD_DEAD);
    schedule();
    panic("a dead thread ran");
}

void
proc_exit(int status)
{
    struct process *process = current->process;

    spin_lock(&process->lock);
    if (process->exec_thread != NULL && thread_ends_for_exec(process, status)) {
        status = 0;
    } else if (!process->ending) {
        process->ending = true;
        process->exit_status = process->killer != 0 ? process->killer : status;
        if (!proc_has_one_thread(process)) {
            signal_others(process, SIGKILL);
        }
    }
    spin_unlock(&process->lock);
    thread_exit(status);
}

static inline bool
wants(pid_t pid, int options, const struct process *child)
{
    u32 kind = child->exit_signal == SIGCHLD ? 0 : __WCLONE;

    if (((options & __WALL) == 0 && ((u32)options & __WCLONE) != kind)
        || ((options & __WNOTHREAD) && child->parent_tid != current->tid)
        /* It will never have what is waited for. */
        || ((options & WEXITED) == 0 && proc_is_zombie(child))) {
        return false;
    }
    if (options & WAIT_PGID) {
        return child->group->pgid == pid;
    }
    if (pid > 0) {
        return child->pid == pid;
    }
    return pid == -1 || (pid == 0 ? child->group == current->process->group
                                  : child->group->pgid == -pid);
}

/* Take the status that the child reports under these options: only once.
 * => its pid; 0: nothing yet */
static inline int
take_status(struct process *child, int options, int *status)
{
    if (proc_is_zombie(child)) {
        *status = child->exit_status;
        return child->pid;
    }
    return options & (WUNTRACED | WCONTINUED)
               ? job_take_status(child, options, status) : 0;
}

/* Find the oldest child that is asked for and has a status to report.
 * => family_lock held
 * => its pid; 0: none has a status; -ECHILD: no such child */
static __noinline long
find_any(pid_t pid, int options, int *status, struct process **found)
{
    struct process *process = current->process;
    int reported;

    list_for_each_entry(child, &process->reportable, struct process,
                        report_link) {
        if (wants(pid, options, child)
            && (reported = take_status(child, options, status)) != 0) {
            *found = child;
            return reported;
        }
    }
    /* The youngest first: a shell that waits for a group has just made it. */
    for (struct list *pos = process->children.prev; pos != &process->children;
         pos = pos->prev) {
        if (wants(pid, options, list_entry(pos, struct process, sibling))) {
            return 0;
        }
    }
    return -ECHILD;
}

/* The same, but a child may also be asked for by its pid. */
static inline long
find_reportable(pid_t pid, int options, int *status, struct process **found)
{
    struct process *child = *found = pid_process(pid);

    if (pid <= 0 || (options & WAIT_PGID)) {
        return find_any(pid, options, status, found);
    }
    return child != NULL && child->parent == current->process
                   && wants(pid, options, child)
               ? take_status(child, options, status) : -ECHILD;
}

long
proc_wait(pid_t pid, int options, int *status, struct waited *more)
{
    struct process *process = current->process;
    struct process *child = NULL;
    long result;

    spin_lock(&family_lock);
    while ((result = find_reportable(pid, options, status, &child)) == 0
           && (options & WNOHANG) == 0) {
        result = wait_sleep(&process->child_wait, &family_lock,
                            WAIT_INTERRUPTIBLE);
        if (result != 0) {
            break;
        }
    }
    if (result > 0 && more != NULL) {
        *more = (struct waited){.uid = child->cred->uid};
        proc_usage(child, &more->usage); /* zeros, if there is no usage.c */
    }
    if (result > 0 && (options & WNOWAIT) == 0 && proc_is_zombie(child)) {
        proc_count_child(process, child);
        proc_unlink(child);
    }
    spin_unlock(&family_lock);
    return result;
}

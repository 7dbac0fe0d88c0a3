/*
 * Job control: signals to groups and to all, stopping and continuing processes,
 * orphaned groups, the background, setpgid, and the end of a session.
 */
#include "abi/errno.h"
#include "abi/wait.h"

#include "core/panic.h"

#include "proc/exit.h"
#include "proc/jobs.h"
#include "proc/pid.h"
#include "proc/sched.h"
#include "proc/signal.h"

/* ---- Sending to many ---- */

/* => family_lock held, as for the next two
 * => 0 if one of them has got it, or the last error */
static int
send_group(pid_t pgid, const siginfo_t *info)
{
    struct pgrp *group = group_find(pgid);
    int result = -ESRCH;

    if (group != NULL) {
        for_each_member(process, group) {
            int error = signal_send_checked(process, info);
            result = result == 0 ? 0 : error;
        }
    }
    return result;
}

/* To all but init and the caller.  As on Linux, whoever may not be signalled
 * counts as one that was. */
static int
send_all(const siginfo_t *info)
{
    int result = -ESRCH;

    for_each_process(process) {
        if (process != init_process && process != current->process) {
            int error = signal_send_checked(process, info);
            result = error != -EPERM ? error : result == -ESRCH ? 0 : result;
        }
    }
    return result;
}

void
group_send(pid_t pgid, int signal)
{
    siginfo_t info = {.si_signo = signal, .si_code = SI_KERNEL};

    (void)send_group(pgid, &info);
}

void
signal_send_group(pid_t pgid, int signal)
{
    spin_lock(&family_lock);
    group_send(pgid, signal);
    spin_unlock(&family_lock);
}

int
signal_kill_many(pid_t pid, const siginfo_t *info)
{
    spin_lock(&family_lock);
    int result = pid == -1 ? send_all(info)
                 : send_group(pid == 0 ? current->process->group->pgid
                                       : (pid_t)-(u32)pid, info);
    spin_unlock(&family_lock);
    return result;
}

/* ---- Stopping and going on ---- */

/* A stop signal undoes a pending SIGCONT, and SIGCONT undoes pending stops.  A
 * stopped process goes on, and tells its parent itself. */
void
job_signal(struct process *process, int signal)
{
    if (signal == SIGCONT) {
        signal_forget(process, STOP_SIGNALS);
        process->stop_signal = 0;
        if (process->stopped) {
            process->stopped = false;
            process->continued = true;
            process->stop_status = 0xffff;
        }
        for_each_thread(thread, process) {
            thread->stop_taken = false;
            if (thread->stops) {
                thread->stops = false;
                sched_wake(thread, THREAD_STOPPED);
            }
        }
    } else if (SIGNAL_BIT(signal) & STOP_SIGNALS) {
        signal_forget(process, SIGNAL_BIT(SIGCONT));
    }
}

/* The process has stopped or goes on: send its parent SIGCHLD, unless that does
 * not want it, and wake its wait.  => family_lock held */
static void
tell_stop(struct process *process, int code, int signal)
{
    struct process *parent = process->parent;

    assert(spin_held(&family_lock));
    if ((parent->sigacts->action[SIGCHLD - 1].flags & SA_NOCLDSTOP) == 0) {
        tell_child(process, SIGCHLD, code, signal);
    }
    wait_wake_all(&parent->child_wait);
}

/* Whether it is stopped, and SIGKILL is not about to end it.
 * => its lock held */
static bool
stays_stopped(const struct process *process)
{
    sigset_t pending = process->pending.set;

    for_each_thread(thread, process) {
        pending |= thread->pending.set;
    }
    return process->stopped && (pending & SIGNAL_BIT(SIGKILL)) == 0;
}

/* Nobody will continue a member that stops: no member has its parent in another
 * group of the session (pid 1 does not count).  => family_lock held */
static bool
is_orphaned(const struct pgrp *group)
{
    for_each_member(process, group) {
        const struct process *parent = process->parent;
        if (!proc_is_zombie(process) && parent != init_process
            && parent->group != group
            && parent->group->session == group->session) {
            return false;
        }
    }
    return true;
}

static struct list lost = LIST_INIT(lost); /* groups to be looked at */

/* Note the child's group, if this parent has kept it from being orphaned. */
void
job_lose_parent(const struct process *child, const struct process *parent)
{
    struct pgrp *group = child->group;

    if (parent->group != group && parent->group->session == group->session
        && list_empty(&group->lost_link)) {
        list_add_tail(&lost, &group->lost_link);
    }
}

/* Each group is looked at once, however many of its members lost a parent. */
void
job_orphan_groups(const struct process *ended)
{
    assert(spin_held(&family_lock));
    if (ended->parent != init_process) {
        job_lose_parent(ended, ended->parent);
    }
    list_for_each_safe(pos, &lost) {
        struct pgrp *group = list_entry(pos, struct pgrp, lost_link);
        bool stopped = false;
        list_del(pos);
        for_each_member(process, group) {
            spin_lock(&process->lock);
            stopped = stopped || stays_stopped(process);
            spin_unlock(&process->lock);
        }
        if (stopped && is_orphaned(group)) {
            group_send(group->pgid, SIGHUP);
            group_send(group->pgid, SIGCONT);
        }
    }
}

long
job_refuse(int signal)
{
    struct process *process = current->process;
    const struct kernel_sigaction *action =
        &process->sigacts->action[signal - 1];

    assert(spin_held(&family_lock));
    if ((current->blocked & SIGNAL_BIT(signal)) || action->handler == SIG_IGN) {
        return signal == SIGTTIN ? -EIO : 0;
    }
    if (is_orphaned(process->group)) {
        return -EIO;
    }
    group_send(process->group->pgid, signal);
    return signal_restart();
}

/* One thread fewer has yet to stop.  => process->lock held
 * => whether that was the last: the process is stopped */
static bool
count_stop(struct process *process)
{
    process->stopped = --process->moving == 0;
    if (process->stopped) {
        process->stop_status = W_STOPCODE(process->stop_signal);
    }
    return process->stopped;
}

bool
job_leave(struct thread *thread)
{
    struct process *process = thread->process;

    return process->stop_signal != 0 && !thread->stops && count_stop(process);
}

/* => family_lock held */
static void
report_stop(struct process *process, int signal)
{
    proc_make_reportable(process);
    tell_stop(process, CLD_STOPPED, signal);
}

void
job_report_stop(struct process *process)
{
    spin_lock(&family_lock);
    int signal = process->stop_signal;
    if (signal != 0) { /* no SIGCONT has come since */
        report_stop(process, signal);
    }
    spin_unlock(&family_lock);
}

/* The current thread stops.  The first one to do so makes the others stop, too.
 * => process->lock held; whether the process is stopped now */
static bool
begin_stop(struct process *process, int signal)
{
    if (process->stop_signal == 0) {
        process->stop_signal = signal;
        process->moving = 0;
        for_each_thread(thread, process) {
            process->moving++;
        }
        signal_others(process, SIGSTOP);
    }
    current->stops = true;
    sched_prepare(THREAD_STOPPED);
    return count_stop(process);
}

/* Stop, until SIGCONT or SIGKILL; but not if one of these came after the stop
 * signal was taken, nor in an orphaned group by any but SIGSTOP.  Both sides
 * hold process->lock: the sender sees us stop, or we see what it did. */
void
job_stop(int signal)
{
    struct process *process = current->process;

    proc_note_peak(); /* for the wait that reports the stop */
    spin_lock(&family_lock);
    spin_lock(&process->lock);
    bool stops = current->stop_taken
                 && ((process->pending.set | current->pending.set)
                     & SIGNAL_BIT(SIGKILL)) == 0
                 && (signal == SIGSTOP || !is_orphaned(process->group));
    bool all = stops && begin_stop(process, signal);
    signal = process->stop_signal;
    spin_unlock(&process->lock);
    if (all) {
        report_stop(process, signal);
    }
    spin_unlock(&family_lock);
    if (!stops) {
        return;
    }
    schedule();
    spin_lock(&family_lock);
    if (process->continued) { /* the first of its threads that runs */
        process->continued = false;
        tell_stop(process, CLD_CONTINUED, SIGCONT);
    } else if (process->stopped) { /* SIGKILL: it has no stop to report */
        spin_lock(&process->lock);
        process->stopped = false;
        process->stop_status = 0;
        spin_unlock(&process->lock);
        list_del(&process->report_link);
    }
    spin_unlock(&family_lock);
}

/* What wait4 reports of a stop or a continue: only once. */
int
job_take_status(struct process *child, int options, int *status)
{
    spin_lock(&child->lock);
    bool reports = child->stopped
                       ? (options & WUNTRACED) != 0 && stays_stopped(child)
                       : (options & WCONTINUED) != 0;
    *status = reports ? child->stop_status : 0;
    if (*status != 0 && (options & WNOWAIT) == 0) {
        child->stop_status = 0;
        if (!child->stopped) {
            list_del(&child->report_link);
        }
    }
    spin_unlock(&child->lock);
    return *status != 0 ? child->pid : 0;
}

/* ---- Groups and sessions ---- */

void
session_forget_left(struct session *session)
{
    if (session->left != 0) {
        pid_put(session->left);
        session->left = 0;
    }
}

void
session_end(struct session *session)
{
    if (session->terminal != NULL) {
        session->leader_ended(session->terminal);
    }
    group_send(session->left, SIGHUP);
    group_send(session->left, SIGCONT);
    session_forget_left(session);
}

int
group_set(struct process *target, pid_t pgid)
{
    struct process *process = current->process;
    struct session *session = process->group->session;

    if (target == NULL || (target != process && target->parent != process)) {
        return -ESRCH;
    }
    if (target->group->session != session || target->pid == session->sid) {
        return -EPERM;
    }
    if (target != process && target->execs != target->parent_execs) {
        return -EACCES;
    }
    pgid = pgid == 0 ? target->pid : pgid;
    struct pgrp *group = group_find(pgid);
    if (group != NULL ? group->session != session : pgid != target->pid) {
        return -EPERM;
    }
    if (group == NULL && (group = group_alloc(pgid, session)) == NULL) {
        return -ENOMEM;
    }
    /* ---- no failure below this line ---- */
    group_move(target, group);
    return 0;
}

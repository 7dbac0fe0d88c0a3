/*
 * Signals.  Entry points: post for the sender, signal_deliver for the target.
 */
#include "abi/errno.h"
#include "abi/syscall.h"
#include "abi/wait.h"

#include "core/panic.h"

#include "arch/percpu.h"
#include "arch/trap.h"

#include "proc/exit.h"
#include "proc/group.h"
#include "proc/process.h"
#include "proc/sched.h"
#include "proc/signal.h"

#define SET(signal) SIGNAL_BIT(signal)

#define SYSCALL_LENGTH 2 /* of the instruction */

#define FAULTS                                                             \
    (SET(SIGILL) | SET(SIGTRAP) | SET(SIGBUS) | SET(SIGFPE) | SET(SIGSEGV))

static bool
is_ignored(const struct process *process, int signal)
{
    return (process->sigacts->ignored & SET(signal)) != 0;
}

static bool
is_default(const struct process *process, int signal)
{
    return process->sigacts->action[signal - 1].handler == SIG_DFL;
}

static bool
is_fatal(const struct process *process, int signal)
{
    return is_default(process, signal)
           && (SET(signal) & (IGNORED_BY_DEFAULT | STOP_SIGNALS)) == 0;
}

/* Make the target look at its signals.  The barrier: we set `pending` before we
 * read wait_mode; the target sets wait_mode before it reads `pending`. */
static void
notify(struct thread *target, int signal)
{
    __atomic_thread_fence(__ATOMIC_SEQ_CST);
    bool wakes = target->wait_mode == WAIT_INTERRUPTIBLE
                 || (target->wait_mode == WAIT_KILLABLE
                     && is_fatal(target->process, signal));

    if (target == current) {
        cpu_add_work(WORK_SIGNAL);
    } else if (wakes) {
        sched_wake(target, THREAD_SLEEPING);
    }
    if (signal == SIGKILL) {
        sched_wake(target, THREAD_STOPPED);
    }
    sched_poke(target);
}

void
signal_forget(struct process *process, sigset_t set)
{
    assert(spin_held(&process->lock));
    process->pending &= ~set;
    for_each_thread(thread, process) {
        thread->pending &= ~set;
    }
}

/* A stop signal undoes a pending SIGCONT, and SIGCONT undoes pending stops.  A
 * stopped process goes on, and tells its parent itself. */
static void
undo_opposite(struct process *process, int signal)
{
    if (signal == SIGCONT) {
        signal_forget(process, STOP_SIGNALS);
        process->stop_taken = false;
        if (process->stopped) {
            process->stopped = false;
            process->continued = true;
            process->stop_status = 0xffff;
            for_each_thread(thread, process) {
                sched_wake(thread, THREAD_STOPPED);
            }
        }
    } else if (SET(signal) & STOP_SIGNALS) {
        signal_forget(process, SET(SIGCONT));
    }
}

/* This thread (NULL: the first one), if it does not block the signal. */
static struct thread *
taker_of(struct process *process, struct thread *thread, int signal)
{
    for_each_thread(any, process) {
        if ((thread == NULL || thread == any)
            && (any->blocked & SET(signal)) == 0) {
            return any;
        }
    }
    return NULL;
}

/* Make the signal pending on the process or, if it is not NULL, on the thread.
 * Drop it if the process ignores it or has ended, or if it is 0.  Pid 1 gets
 * only signals that it handles: nothing but a fault of its own may end it.
 * => process->lock held */
static void
post(struct process *process, struct thread *thread, int signal)
{
    if (signal < 1 || signal > SIGNAL_MAX || process->sigacts == NULL) {
        return;
    }
    struct thread *taker = taker_of(process, thread, signal);
    undo_opposite(process, signal);
    if (taker != NULL
        && (is_ignored(process, signal)
            || (process == init_process && is_default(process, signal)))) {
        return;
    }
    *(thread != NULL ? &thread->pending : &process->pending) |= SET(signal);
    if (taker != NULL) {
        notify(taker, signal);
    }
}

void
signal_send(struct process *target, int signal)
{
    spin_lock(&target->lock);
    post(target, NULL, signal);
    spin_unlock(&target->lock);
}

void
signal_kill_others(struct process *process)
{
    assert(spin_held(&process->lock));
    for_each_thread(thread, process) {
        if (thread != current) {
            thread->pending |= SET(SIGKILL);
            notify(thread, SIGKILL);
        }
    }
}

/* What kill(2) returns: ESRCH is checked before EINVAL. */
static int
outcome(bool found, int signal)
{
    return !found ? -ESRCH : signal < 0 || signal > SIGNAL_MAX ? -EINVAL : 0;
}

int
signal_send_group(pid_t pgid, int signal)
{
    spin_lock(&family_lock);
    struct pgrp *group = pgid == 0 ? current->process->group : group_find(pgid);
    if (group != NULL) {
        for_each_member(process, group) {
            signal_send(process, signal);
        }
    }
    spin_unlock(&family_lock);
    return outcome(group != NULL, signal);
}

int
signal_kill(pid_t pid, int signal)
{
    bool found = false;

    if (pid == -1) { /* all but init and the caller */
        spin_lock(&family_lock);
        for_each_process(process) {
            if (process != init_process && process != current->process) {
                found = true;
                signal_send(process, signal);
            }
        }
        spin_unlock(&family_lock);
        return outcome(found, signal);
    }
    if (pid <= 0) {
        return signal_send_group((pid_t)-(u32)pid, signal);
    }
    spin_lock(&pids_lock);
    struct process *target = pid_process(pid);
    if (target != NULL) {
        signal_send(target, signal);
    }
    spin_unlock(&pids_lock);
    return outcome(target != NULL, signal);
}

int
signal_kill_thread(pid_t pid, pid_t tid, int signal)
{
    struct thread *target;
    bool found = thread_lock(tid, &target);

    if (target != NULL) {
        found = pid == 0 || target->process->pid == pid;
        post(target->process, target, found ? signal : 0);
        thread_unlock(target);
    } else {
        found = found && (pid == 0 || pid == tid); /* a first thread, ended */
    }
    return outcome(found, signal);
}

void
signal_pass_on(struct process *process)
{
    assert(spin_held(&process->lock));
    for (sigset_t left = process->pending; left != 0; left &= left - 1) {
        int signal = __builtin_ctzl(left) + 1;
        struct thread *taker = taker_of(process, NULL, signal);
        if (taker != NULL) {
            notify(taker, signal);
        }
    }
}

void
signal_set_blocked(sigset_t mask)
{
    spin_lock(&current->process->lock);
    current->blocked = mask & ~UNBLOCKABLE;
    signal_pass_on(current->process);
    if (signal_pending()) {
        cpu_add_work(WORK_SIGNAL);
    }
    spin_unlock(&current->process->lock);
}

int
signal_fatal_pending(void)
{
    int fatal = 0;

    spin_lock(&current->process->lock);
    sigset_t left = signal_pending();
    for (; left != 0 && fatal == 0; left &= left - 1) {
        int signal = __builtin_ctzl(left) + 1;
        fatal = is_fatal(current->process, signal) ? signal : 0;
    }
    spin_unlock(&current->process->lock);
    return fatal;
}

/* The process has stopped or goes on: send its parent SIGCHLD, unless that does
 * not want it, and wake its wait.  => family_lock held */
static void
tell_stop(struct process *process)
{
    struct process *parent = process->parent;

    assert(spin_held(&family_lock));
    if ((parent->sigacts->action[SIGCHLD - 1].flags & SA_NOCLDSTOP) == 0) {
        signal_send(parent, SIGCHLD);
    }
    wait_wake_all(&parent->child_wait);
}

/* Stop, until SIGCONT or SIGKILL; but not if one of these came after the stop
 * signal was taken.  Both sides hold process->lock: the sender sees us stopped,
 * or we see what the sender did. */
static void
stop(int signal)
{
    struct process *process = current->process;

    spin_lock(&family_lock);
    spin_lock(&process->lock);
    bool stops = process->stop_taken
                 && ((process->pending | current->pending) & SET(SIGKILL)) == 0;
    if (stops) {
        process->stopped = true;
        process->stop_status = W_STOPCODE(signal);
        proc_make_reportable(process);
        sched_prepare(THREAD_STOPPED);
    }
    spin_unlock(&process->lock);
    if (stops) {
        tell_stop(process);
    }
    spin_unlock(&family_lock);
    if (!stops) {
        return;
    }
    schedule();
    spin_lock(&family_lock);
    if (process->continued) {
        process->continued = false;
        tell_stop(process);
    }
    spin_unlock(&family_lock);
}

void
signal_force(int signal)
{
    spin_lock(&current->process->lock);
    void (*handler)(int) =
        current->process->sigacts->action[signal - 1].handler;

    if ((current->blocked & SET(signal)) != 0 || handler == SIG_IGN) {
        current->forced = signal;
        current->blocked &= ~SET(signal);
    }
    current->pending |= SET(signal);
    cpu_add_work(WORK_SIGNAL);
    spin_unlock(&current->process->lock);
}

/* Take the next signal to act on: SIGKILL, or the lowest pending on the thread
 * (a fault's is there), or on the process.  Skip those that are ignored now.
 * => 0: none */
static int
take_signal(void)
{
    struct process *process = current->process;
    int signal = 0;

    spin_lock(&process->lock);
    sigset_t ready;
    while (signal == 0 && (ready = signal_pending()) != 0) {
        sigset_t own = current->pending & ready;
        sigset_t first = (ready & SET(SIGKILL)) != 0 ? SET(SIGKILL)
                         : own != 0 ? own : ready;
        signal = __builtin_ctzl(first) + 1;
        *(own & SET(signal) ? &current->pending
                            : &process->pending) &= ~SET(signal);
        process->stop_taken = (SET(signal) & STOP_SIGNALS) != 0;
        if (signal != current->forced && is_ignored(process, signal)) {
            signal = 0;
        }
    }
    spin_unlock(&process->lock);
    return signal;
}

static void
act_by_default(int signal)
{
    if (current->process == init_process && !init_process->ending
        && (SET(signal) & FAULTS) == 0) {
        return;
    }
    if (SET(signal) & STOP_SIGNALS) {
        stop(signal);
        return;
    }
    /* No core file, so no core flag: as on Linux with RLIMIT_CORE 0. */
    proc_exit(signal);
}

int
signal_restart(void)
{
    current->frame->vector = VECTOR_RESTART;
    return -ERESTARTSYS;
}

/* Make the program call the system call again, as if no signal had come. */
static void
call_again(struct trapframe *frame)
{
    long result = (long)frame->rax;

    frame->vector = VECTOR_CHANGED;
    if (result == -ERESTARTSYS || result == -ERESTARTNOINTR) {
        frame->rax = frame->error; /* its number */
    } else if (result == -ERESTART_RESTARTBLOCK) {
        frame->rax = SYS_restart_syscall;
    } else {
        return;
    }
    frame->rip -= SYSCALL_LENGTH;
}

void
signal_deliver(struct trapframe *frame)
{
    int signal;

    while ((signal = take_signal()) != 0) {
        act_by_default(signal);
    }
    if (frame->vector == VECTOR_RESTART) {
        call_again(frame);
    }
}

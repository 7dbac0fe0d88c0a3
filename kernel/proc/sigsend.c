/*
 * Signals, the sender's side: what makes one pending.  Entry point:
 * signal_post.  The target's side is signal.c, the queues are sigqueue.c.
 */
#include "abi/errno.h"

#include "core/optional.h"
#include "core/panic.h"

#include "arch/percpu.h"

#include "proc/cred.h"
#include "proc/pid.h"
#include "proc/process.h"
#include "proc/sched.h"
#include "proc/signal.h"

#define SET(signal) SIGNAL_BIT(signal)
#define CORE_SIGNALS                                                           \
    (SET(SIGQUIT) | SET(SIGILL) | SET(SIGTRAP) | SET(SIGABRT) | SET(SIGBUS)    \
     | SET(SIGFPE) | SET(SIGSEGV) | SET(SIGXCPU) | SET(SIGXFSZ) | SET(SIGSYS))

OPTIONAL(job_signal) OPTIONAL(cred_refuse_signal)
OPTIONAL_ENOSYS(signal_kill_many)
OPTIONAL(sigqueue_add) OPTIONAL(sigqueue_reserve) OPTIONAL(sigqueue_forget)

void (*signal_watcher)(void);

/* Make the target look at its signals. */
static void
notify(struct thread *target, int signal)
{
    bool wakes = target->wait_mode == WAIT_INTERRUPTIBLE
                 || (target->wait_mode == WAIT_KILLABLE
                     && signal_is_fatal(target->process, signal));

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
signal_forget_pending(struct process *process, struct sigpending *pending,
                      sigset_t set)
{
    assert(spin_held(&process->lock));
    sigqueue_forget(process, pending, set);
    pending->set &= ~set;
}

void
signal_forget(struct process *process, sigset_t set)
{
    signal_forget_pending(process, &process->pending, set);
    for_each_thread(thread, process) {
        signal_forget_pending(process, &thread->pending, set);
        if (thread->fault.signal != 0 && (set & SET(thread->fault.signal))) {
            thread->fault.signal = 0; /* it will fault again */
        }
    }
}

/* This thread (NULL: the first one), if it has not ended and blocks none of the
 * set. */
static struct thread *
taker_of(struct process *process, struct thread *thread, sigset_t set)
{
    for_each_thread(any, process) {
        if ((thread == NULL || thread == any) && (any->blocked & set) == 0) {
            return any;
        }
    }
    return NULL;
}

/* Whether the process ignores the signal, and the thread (NULL: one of its
 * threads) would take it. */
static inline bool
drops(struct process *process, struct thread *thread, int signal)
{
    return signal_is_ignored(process, signal)
           && taker_of(process, thread, SET(signal)) != NULL;
}

bool
signal_is_dropped(struct process *process, int signal)
{
    spin_lock(&process->lock);
    bool dropped = drops(process, NULL, signal);
    spin_unlock(&process->lock);
    return dropped;
}

static inline bool
is_free(const struct process *process, const struct thread *thread)
{
    sigset_t waits = (process->pending.set | thread->pending.set)
                     & ~thread->blocked;

    return thread->state != THREAD_STOPPED && (waits == 0 || thread->on_cpu);
}

/* Whether the signal, fatal and not pending yet, ends the process from now on:
 * no other that comes before it is taken can change that.  As on Linux, the
 * signal must not be one that writes a core file, and must find a thread that
 * has nothing else to take, and does not stand still. */
static __noinline bool
ends(struct process *process, struct thread *thread, int signal)
{
    if (process->killer != 0 || (SET(signal) & CORE_SIGNALS)) {
        return false;
    }
    for_each_thread(any, process) {
        if ((thread == NULL || thread == any)
            && (any->blocked & SET(signal)) == 0
            && (signal == SIGKILL || is_free(process, any))) {
            return true;
        }
    }
    return false;
}

int
signal_post(struct process *process, struct thread *thread,
            const siginfo_t *info)
{
    int signal = info->si_signo;

    if (signal < 1 || signal > SIGNAL_MAX || process->sigacts == NULL) {
        return 0;
    }
    if (signal == SIGKILL) {
        thread = NULL; /* it ends all of them */
    }
    bool dropped = drops(process, thread, signal);
    if (signal != SIGKILL && !dropped && sigqueue_reserve(process, signal)) {
        /* A new thread is not in the place of one that has ended: to join takes
         * pids_lock, which a sender to one thread holds. */
        if (process->sigacts == NULL || taker_of(process, thread, 0) == NULL) {
            return 0;
        }
        dropped = drops(process, thread, signal);
    }
    if (SET(signal) & (STOP_SIGNALS | SET(SIGCONT))) {
        job_signal(process, signal);
    }
    if (dropped) {
        return 0;
    }
    struct sigpending *pending = thread != NULL ? &thread->pending
                                                : &process->pending;
    bool final = signal_is_fatal(process, signal)
                 && ends(process, thread, signal);
    int error = sigqueue_add(process, pending, info);
    if (error != 0) {
        return error;
    }
    /* The barrier: we set `pending` before we read who blocks the signal, or
     * who waits; a thread that changes either does the reverse. */
    __atomic_fetch_or(&pending->set, SET(signal), __ATOMIC_SEQ_CST);
    if (final) { /* whoever takes SIGKILL now ends by this signal */
        process->killer = signal;
        signal = SIGKILL;
        thread = NULL;
        __atomic_fetch_or(&process->pending.set, SET(signal), __ATOMIC_SEQ_CST);
    }
    struct thread *taker = taker_of(process, thread, SET(signal));
    if (taker != NULL) {
        notify(taker, signal);
    }
    for_each_thread(any, process) {
        if (any->waits_for & SET(signal)) {
            sched_wake(any, THREAD_SLEEPING);
        }
    }
    if (signal_watcher != NULL) {
        signal_watcher();
    }
    return 0;
}

int
signal_send_info(struct process *target, const siginfo_t *info)
{
    spin_lock(&target->lock);
    int error = signal_post(target, NULL, info);
    spin_unlock(&target->lock);
    return error;
}

void
signal_send(struct process *target, int signal)
{
    siginfo_t info = {.si_signo = signal, .si_code = SI_KERNEL};

    (void)signal_send_info(target, &info);
}

siginfo_t
signal_from_me(int signal, int code)
{
    return (siginfo_t){.si_signo = signal, .si_code = code,
                       .si_pid = current->process->pid,
                       .si_uid = cred_current()->uid};
}

void
signal_raise(int signal)
{
    siginfo_t info = signal_from_me(signal, SI_USER);

    (void)signal_send_info(current->process, &info);
}

void
signal_others(struct process *process, int signal)
{
    assert(spin_held(&process->lock));
    for_each_thread(thread, process) {
        if (thread != current) {
            __atomic_fetch_or(&thread->pending.set, SET(signal),
                              __ATOMIC_SEQ_CST); /* as in signal_post */
            notify(thread, signal);
        }
    }
}

int
signal_outcome(int result, const siginfo_t *info)
{
    bool known = info->si_signo >= 0 && info->si_signo <= SIGNAL_MAX;

    return (result == 0 || result == -EPERM) && !known ? -EINVAL : result;
}

int
signal_send_checked(struct process *target, const siginfo_t *info)
{
    spin_lock(&target->lock);
    int error = info->si_code == SI_KERNEL
                    ? 0 : cred_refuse_signal(target, info->si_signo);
    error = error == 0 ? signal_post(target, NULL, info) : error;
    spin_unlock(&target->lock);
    return error;
}

int
signal_kill(pid_t pid, const siginfo_t *info)
{
    int result = -ESRCH;

    if (pid <= 0) {
        return signal_outcome(signal_kill_many(pid, info), info);
    }
    /* Either keeps the target; SIGCONT is allowed in a session. */
    struct spinlock *lock = info->si_signo == SIGCONT ? &family_lock
                                                      : &pids_lock;
    spin_lock(lock);
    struct process *target = pid_process(pid);
    if (target != NULL) {
        result = signal_send_checked(target, info);
    }
    spin_unlock(lock);
    return signal_outcome(result, info);
}

void
signal_pass_on(struct process *process)
{
    assert(spin_held(&process->lock));
    for (sigset_t left = process->pending.set; left != 0; left &= left - 1) {
        int signal = __builtin_ctzl(left) + 1;
        struct thread *taker = taker_of(process, NULL, SET(signal));
        if (taker != NULL) {
            notify(taker, signal);
        }
    }
}

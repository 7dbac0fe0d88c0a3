/*
 * Signals.  Entry points: signal_send (the sender's side), signal_deliver (the
 * receiver's).
 */
#include "abi/errno.h"

#include "core/panic.h"
#include "core/printk.h"

#include "arch/percpu.h"

#include "mm/heap.h"

#include "proc/exit.h"
#include "proc/process.h"
#include "proc/sched.h"
#include "proc/signal.h"

#define SET(signal) SIGNAL_BIT(signal)

#define STOP_SIGNALS (SET(SIGSTOP) | SET(SIGTSTP) | SET(SIGTTIN) | SET(SIGTTOU))
#define IGNORED_BY_DEFAULT                                                 \
    (SET(SIGCHLD) | SET(SIGCONT) | SET(SIGURG) | SET(SIGWINCH))
#define FAULTS                                                             \
    (SET(SIGILL) | SET(SIGTRAP) | SET(SIGBUS) | SET(SIGFPE) | SET(SIGSEGV))
#define UNBLOCKABLE (SET(SIGKILL) | SET(SIGSTOP))

struct sigacts *
sigacts_alloc(void)
{
    struct sigacts *sigacts = kzalloc(sizeof(*sigacts));

    if (sigacts != NULL) {
        sigacts->refs = 1;
        sigacts->ignored = IGNORED_BY_DEFAULT;
    }
    return sigacts;
}

void
sigacts_get(struct sigacts *sigacts)
{
    __atomic_fetch_add(&sigacts->refs, 1, __ATOMIC_RELAXED);
}

void
sigacts_put(struct sigacts *sigacts)
{
    if (__atomic_fetch_sub(&sigacts->refs, 1, __ATOMIC_ACQ_REL) == 1) {
        kfree(sigacts);
    }
}

static bool
is_ignored(const struct process *process, int signal)
{
    return (process->sigacts->ignored & SET(signal)) != 0;
}

/* Nothing may end pid 1 but its own fault. */
static bool
is_immune(const struct process *process, int signal)
{
    return process == init_process
           && process->sigacts->action[signal - 1].handler == SIG_DFL;
}

static bool
is_fatal(const struct process *process, int signal)
{
    void (*handler)(int) = process->sigacts->action[signal - 1].handler;

    return handler == SIG_DFL
           && (SET(signal) & (IGNORED_BY_DEFAULT | STOP_SIGNALS)) == 0;
}

/* Bring the target to where it looks at its signals.  The barrier: it says how
 * it sleeps before it looks at what is pending, we do the reverse. */
static void
notify(struct process *target, int signal)
{
    __atomic_thread_fence(__ATOMIC_SEQ_CST);
    bool wakes = target->wait_mode == WAIT_INTERRUPTIBLE
                 || (target->wait_mode == WAIT_KILLABLE
                     && is_fatal(target, signal));

    if (target == current) {
        cpu_add_work(WORK_SIGNAL);
    } else if (wakes) {
        sched_wake(target, PROC_SLEEPING);
    }
    if (signal == SIGKILL) {
        sched_wake(target, PROC_STOPPED);
    }
    sched_poke(target);
}

void
signal_tell_stop(struct process *parent)
{
    assert(spin_held(&family_lock));
    if ((parent->sigacts->action[SIGCHLD - 1].flags & SA_NOCLDSTOP) == 0) {
        signal_send(parent, SIGCHLD);
    }
    wait_wake_all(&parent->child_wait);
}

void
signal_send(struct process *target, int signal)
{
    spin_lock(&target->siglock);
    if (target->sigacts == NULL) { /* it ends */
        spin_unlock(&target->siglock);
        return;
    }
    bool blocked = (target->blocked & SET(signal)) != 0;
    bool drop = !blocked
                && (is_ignored(target, signal) || is_immune(target, signal));
    /* A stop undoes a pending continue, and the other way round. */
    if (signal == SIGCONT) {
        target->pending &= ~STOP_SIGNALS;
        target->stop_taken = false;
    } else if (SET(signal) & STOP_SIGNALS) {
        target->pending &= ~SET(SIGCONT);
    }
    if (!drop) {
        target->pending |= SET(signal);
    }
    bool continued = signal == SIGCONT && sched_wake(target, PROC_STOPPED);
    if (continued) {
        target->cont_news = 0xffff;
    }
    if (!drop && !blocked) {
        notify(target, signal);
    }
    spin_unlock(&target->siglock);
    if (continued) {
        signal_tell_stop(target->parent);
    }
}

/* => family_lock held; 0 or -EINVAL: nobody being there comes before that */
static int
deliver(struct process *target, int signal)
{
    if (signal < 0 || signal > SIGNAL_MAX) {
        return -EINVAL;
    }
    if (signal != 0) {
        signal_send(target, signal);
    }
    return 0;
}

static int
send_to_one(pid_t pid, int signal)
{
    spin_lock(&family_lock);
    struct process *target = proc_find(pid);
    int error = target != NULL ? deliver(target, signal) : -ESRCH;
    spin_unlock(&family_lock);
    return error;
}

/* To a group, or if it is 0 to all but init and ourselves. */
static int
send_to_many(pid_t pgid, int signal)
{
    int error = -ESRCH;

    spin_lock(&family_lock);
    list_for_each(pos, &all_processes) {
        struct process *process = list_entry(pos, struct process, all_link);
        if (pgid != 0 ? process->pgid == pgid
                      : process != init_process && process != current) {
            error = deliver(process, signal);
        }
    }
    spin_unlock(&family_lock);
    return error;
}

int
signal_kill(pid_t pid, int signal)
{
    if (pid > 0) {
        return send_to_one(pid, signal);
    }
    if (pid == -1) {
        return send_to_many(0, signal);
    }
    return send_to_many(pid == 0 ? current->pgid : (pid_t)-(u32)pid, signal);
}

int
signal_send_group(pid_t pgid, int signal)
{
    return send_to_many(pgid, signal);
}

/* Actions change with both locks held, so that either is enough to read them:
 * a child that ends looks at its parent's under family_lock. */
static void
lock_actions(void)
{
    spin_lock(&family_lock);
    spin_lock(&current->siglock);
}

static void
unlock_actions(void)
{
    spin_unlock(&current->siglock);
    spin_unlock(&family_lock);
}

/* Become the only owner of the current process's actions. */
static int
own_sigacts(void)
{
    struct sigacts *old = current->sigacts;

    if (__atomic_load_n(&old->refs, __ATOMIC_ACQUIRE) == 1) {
        return 0;
    }
    struct sigacts *copy = kmalloc(sizeof(*copy));
    if (copy == NULL) {
        return -ENOMEM;
    }
    *copy = *old;
    copy->refs = 1;
    lock_actions();
    current->sigacts = copy;
    unlock_actions();
    sigacts_put(old);
    return 0;
}

/* Put an action there, and sum it up in the sets. */
static void
set_action(struct sigacts *sigacts, int signal,
           const struct kernel_sigaction *new)
{
    struct kernel_sigaction *action = &sigacts->action[signal - 1];
    bool by_default = new->handler == SIG_DFL;
    bool plain = by_default && new->flags == 0 && new->mask == 0;

    *action = *new;
    action->mask &= ~UNBLOCKABLE;
    sigacts->ignored &= ~SET(signal);
    sigacts->exec_resets &= ~SET(signal);
    if (new->handler == SIG_IGN
        || (by_default && (SET(signal) & IGNORED_BY_DEFAULT) != 0)) {
        sigacts->ignored |= SET(signal);
    }
    if (new->handler != SIG_IGN && !plain) {
        sigacts->exec_resets |= SET(signal);
    }
}

int
signal_action(int signal, const struct kernel_sigaction *new,
              struct kernel_sigaction *old)
{
    if (signal < 1 || signal > SIGNAL_MAX
        || (new != NULL && (SET(signal) & UNBLOCKABLE) != 0)) {
        return -EINVAL;
    }
    if (old != NULL) {
        *old = current->sigacts->action[signal - 1];
    }
    if (new == NULL) {
        return 0;
    }
    int error = own_sigacts();
    if (error != 0) {
        return error;
    }
    lock_actions();
    set_action(current->sigacts, signal, new);
    if (is_ignored(current, signal)) {
        current->pending &= ~SET(signal);
    }
    unlock_actions();
    return 0;
}

void
signal_set_blocked(sigset_t mask)
{
    spin_lock(&current->siglock);

    current->blocked = mask & ~UNBLOCKABLE;
    if (current->pending & ~current->blocked) {
        cpu_add_work(WORK_SIGNAL);
    }
    spin_unlock(&current->siglock);
}

bool
signal_fatal_pending(void)
{
    sigset_t ready = current->pending & ~current->blocked;

    for (; ready != 0; ready &= ready - 1) {
        if (is_fatal(current, __builtin_ctzl(ready) + 1)) {
            return true;
        }
    }
    return false;
}

/* What is pending, less what by its default action only stops.  One look: a
 * stop signal may come, or be taken back, at any time. */
static sigset_t
pending_besides_stops(sigset_t *stops)
{
    sigset_t ready = current->pending & ~current->blocked;

    *stops = ready & STOP_SIGNALS;
    for (sigset_t left = *stops; left != 0; left &= left - 1) {
        int signal = __builtin_ctzl(left) + 1;
        if (current->sigacts->action[signal - 1].handler != SIG_DFL) {
            *stops &= ~SET(signal);
        }
    }
    return ready & ~*stops;
}

bool
signal_stop_here(void)
{
    sigset_t stops;

    while (pending_besides_stops(&stops) == 0) {
        if (stops == 0) {
            return true;
        }
        sigset_t first = stops & -stops;
        spin_lock(&current->siglock);
        current->stop_taken = (current->pending & first) != 0;
        current->pending &= ~first;
        spin_unlock(&current->siglock);
        proc_stop(__builtin_ctzl(first) + 1);
    }
    return false;
}

bool
signal_announce_stop(void)
{
    spin_lock(&current->siglock);
    bool stops = current->stop_taken
                 && (current->pending & SET(SIGKILL)) == 0;

    /* One lock for both: whoever continues or kills us sees us stopped, or we
     * see that it has been. */
    if (stops) {
        sched_prepare(PROC_STOPPED);
    }
    spin_unlock(&current->siglock);
    return stops;
}

void
signal_force(int signal)
{
    spin_lock(&current->siglock);
    void (*handler)(int) = current->sigacts->action[signal - 1].handler;

    if ((current->blocked & SET(signal)) != 0 || handler == SIG_IGN) {
        current->forced = signal;
        current->blocked &= ~SET(signal);
    }
    current->pending |= SET(signal);
    cpu_add_work(WORK_SIGNAL);
    spin_unlock(&current->siglock);
}

int
signal_reserve_exec(void)
{
    return current->sigacts->exec_resets == 0 ? 0 : own_sigacts();
}

void
signal_reset_exec(void)
{
    static const struct kernel_sigaction plain = {.handler = SIG_DFL};
    sigset_t left = current->sigacts->exec_resets;

    if (left == 0) {
        return;
    }
    lock_actions();

    for (; left != 0; left &= left - 1) {
        set_action(current->sigacts, __builtin_ctzl(left) + 1, &plain);
    }
    unlock_actions();
}

/* The next signal to act on: a fault's own first, as it comes from this very
 * instruction.  => 0: none */
static int
take_signal(void)
{
    int signal = 0;
    spin_lock(&current->siglock);
    sigset_t ready = current->pending & ~current->blocked;

    if (ready != 0) {
        signal = (ready & SET(SIGKILL)) != 0 ? SIGKILL
                                             : __builtin_ctzl(ready) + 1;
        current->pending &= ~SET(signal);
        current->stop_taken = (SET(signal) & STOP_SIGNALS) != 0;
    }
    spin_unlock(&current->siglock);
    return signal;
}

static void
act_by_default(int signal)
{
    if (current == init_process && (SET(signal) & FAULTS) == 0) {
        return;
    }
    if (SET(signal) & STOP_SIGNALS) {
        proc_stop(signal);
        return;
    }
    /* No core is written, so the core flag of the status stays clear: as on
     * a Linux with RLIMIT_CORE 0. */
    proc_exit(signal);
}

void
signal_deliver(struct trapframe *frame)
{
    int signal;

    (void)frame;
    while ((signal = take_signal()) != 0) {
        if (signal == current->forced || !is_ignored(current, signal)) {
            act_by_default(signal);
        }
    }
}

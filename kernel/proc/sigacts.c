/*
 * Signal actions.
 */
#include "abi/errno.h"

#include "core/optional.h"
#include "core/panic.h"

#include "mm/heap.h"

#include "proc/process.h"
#include "proc/signal.h"
#include "proc/timer.h"

#define SET(signal) SIGNAL_BIT(signal)

OPTIONAL(itimer_unignored)

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
sigacts_put(struct sigacts *sigacts)
{
    if (__atomic_fetch_sub(&sigacts->refs, 1, __ATOMIC_ACQ_REL) == 1) {
        kfree(sigacts);
    }
}

static void
copy_actions(struct sigacts *copy, const struct sigacts *sigacts)
{
    *copy = *sigacts;
    copy->refs = 1;
    copy->together = false;
}

/* Take both locks, and make the actions this process's own, or (not `alone`)
 * those of the processes that change them together.
 * => 0, and *old for unlock_actions; -ENOMEM: no lock is held */
static int
lock_own_actions(bool alone, struct sigacts **old)
{
    struct process *process = current->process;
    struct sigacts *copy = NULL;

    spin_lock(&family_lock); /* while it is held, no fork shares them */
    if (__atomic_load_n(&process->sigacts->refs, __ATOMIC_ACQUIRE) > 1
        && (alone || !process->sigacts->together)
        && (copy = sigacts_alloc()) == NULL) {
        spin_unlock(&family_lock);
        return -ENOMEM;
    }
    spin_lock(&process->lock);
    *old = NULL;
    if (copy != NULL) {
        *old = process->sigacts;
        copy_actions(copy, *old);
        process->sigacts = copy;
    }
    return 0;
}

/* Release both locks, and the reference to the shared actions (NULL: none). */
static void
unlock_actions(struct sigacts *old)
{
    spin_unlock(&current->process->lock);
    spin_unlock(&family_lock);
    if (old != NULL) {
        sigacts_put(old);
    }
}

int
sigacts_prepare_rare(struct process *child, u64 flags)
{
    struct sigacts *shared;

    if (!(flags & CLONE_SIGHAND)) {
        child->sigacts = sigacts_alloc();
        return child->sigacts == NULL ? -ENOMEM : 0;
    }
    int error = lock_own_actions(false, &shared);
    if (error == 0) {
        current->process->sigacts->together = true;
        unlock_actions(shared);
    }
    return error;
}

/* Set an action, and the two sets that follow from it.
 * ignored: the kernel drops the signal now */
static inline void
set_action(struct sigacts *sigacts, int signal,
           const struct kernel_sigaction *new, bool ignored)
{
    struct kernel_sigaction *action = &sigacts->action[(u32)signal - 1];
    bool plain = (new->handler == SIG_DFL || new->handler == SIG_IGN)
                 && (new->flags | new->mask) == 0;

    action->handler = new->handler;
    action->flags = new->flags & SA_KNOWN; /* so that a program can ask */
    action->restorer = new->restorer;
    action->mask = new->mask & ~UNBLOCKABLE;
    sigacts->ignored &= ~SET(signal);
    sigacts->exec_resets |= SET(signal);
    if (ignored) {
        sigacts->ignored |= SET(signal);
    }
    if (plain) {
        sigacts->exec_resets &= ~SET(signal);
    }
}

/* The same, where others may read meanwhile (sigacts_action).
 * => whether the signal is ignored now */
static bool
set_shared_action(struct sigacts *sigacts, int signal,
                  const struct kernel_sigaction *new)
{
    bool ignored = new->handler == SIG_IGN
                   || (new->handler == SIG_DFL
                       && (SET(signal) & IGNORED_BY_DEFAULT) != 0);

    __atomic_store_n(&sigacts->changes, sigacts->changes + 1, __ATOMIC_SEQ_CST);
    set_action(sigacts, signal, new, ignored);
    __atomic_store_n(&sigacts->changes, sigacts->changes + 1, __ATOMIC_RELEASE);
    return ignored;
}

/* exec, and CLONE_CLEAR_SIGHAND: no handlers, flags and masks. */
static void
clear_actions(struct sigacts *sigacts)
{
    for (sigset_t left = sigacts->exec_resets; left != 0; left &= left - 1) {
        int signal = __builtin_ctzl(left) + 1;
        bool ignored = sigacts->action[signal - 1].handler == SIG_IGN;
        set_shared_action(sigacts, signal, &(struct kernel_sigaction){
            .handler = ignored ? SIG_IGN : SIG_DFL});
    }
}

bool
sigacts_give_rare(struct process *child, u64 flags)
{
    struct sigacts *sigacts = current->process->sigacts;

    assert(spin_held(&family_lock));
    if (child->sigacts != NULL) {
        copy_actions(child->sigacts, sigacts);
        if (flags & CLONE_CLEAR_SIGHAND) {
            clear_actions(child->sigacts);
        }
    } else if ((flags & CLONE_SIGHAND) && sigacts->together) {
        __atomic_fetch_add(&sigacts->refs, 1, __ATOMIC_RELAXED);
        child->sigacts = sigacts;
    }
    return child->sigacts != NULL;
}

static __noinline int
change_action(int signal, const struct kernel_sigaction *new,
              struct kernel_sigaction *old)
{
    struct process *process = current->process;
    struct sigacts *shared;

    int error = SET(signal) & UNBLOCKABLE ? -EINVAL
                                          : lock_own_actions(false, &shared);
    if (error != 0) {
        return error;
    }
    *old = process->sigacts->action[signal - 1];
    if (set_shared_action(process->sigacts, signal, new)) {
        signal_forget(process, SET(signal));
    } else if (process->itimers != NULL) {
        itimer_unignored(process, signal);
    }
    unlock_actions(shared);
    return 0;
}

static __noinline int
read_action(int signal, struct kernel_sigaction *old)
{
    struct process *process = current->process;

    spin_lock(&process->lock);
    *old = sigacts_action(process->sigacts, signal);
    spin_unlock(&process->lock);
    return 0;
}

/* Whether a change needs no lock: nobody else can change or share what one
 * thread has alone; and nothing follows from it.  (A signal may be ignored now;
 * a timer may have missed it; the end of a child asks about SIGCHLD.) */
static inline bool
changes_alone(const struct process *process, int signal,
              const struct kernel_sigaction *new)
{
    return (SET(signal) & (UNBLOCKABLE | IGNORED_BY_DEFAULT)) == 0
           && new->handler != SIG_IGN && process->itimers == NULL
           && proc_has_one_thread(process)
           && __atomic_load_n(&process->sigacts->refs, __ATOMIC_ACQUIRE) == 1;
}

int
signal_action(int signal, const struct kernel_sigaction *new,
              struct kernel_sigaction *old)
{
    struct process *process = current->process;

    if ((u32)signal - 1 >= SIGNAL_MAX) {
        return -EINVAL;
    }
    if (new == NULL) {
        return read_action(signal, old);
    }
    if (!changes_alone(process, signal, new)) {
        return change_action(signal, new, old);
    }
    *old = process->sigacts->action[(u32)signal - 1];
    set_action(process->sigacts, signal, new, false);
    return 0;
}

int
signal_reset(int signal)
{
    struct sigacts *shared;

    int error = lock_own_actions(false, &shared);
    if (error == 0) {
        struct sigacts *sigacts = current->process->sigacts;
        struct kernel_sigaction reset = sigacts->action[signal - 1];
        reset.handler = SIG_DFL;
        set_shared_action(sigacts, signal, &reset);
        unlock_actions(shared);
    }
    return error;
}

int
signal_reset_exec(bool clear)
{
    struct sigacts *shared;

    if (current->process->sigacts->exec_resets == 0
        && !current->process->sigacts->together) {
        return 0;
    }
    int error = lock_own_actions(true, &shared);
    if (error != 0) {
        return error;
    }
    if (clear) {
        clear_actions(current->process->sigacts);
    }
    unlock_actions(shared);
    return 0;
}

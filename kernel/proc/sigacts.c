/*
 * Signal actions.
 */
#include "abi/errno.h"

#include "core/spin.h"

#include "mm/heap.h"

#include "proc/process.h"
#include "proc/sigacts.h"
#include "proc/signal.h"

#define SET(signal) SIGNAL_BIT(signal)

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

static void
lock_actions(void)
{
    spin_lock(&family_lock);
    spin_lock(&current->process->lock);
}

static void
unlock_actions(void)
{
    spin_unlock(&current->process->lock);
    spin_unlock(&family_lock);
}

/* => the current process's lock held */
static bool
are_shared(void)
{
    return __atomic_load_n(&current->process->sigacts->refs,
                           __ATOMIC_ACQUIRE) > 1;
}

/* Make the current process the only owner of its actions. */
static int
own_sigacts(void)
{
    struct process *process = current->process;

    spin_lock(&process->lock);
    bool shared = are_shared();
    spin_unlock(&process->lock);
    struct sigacts *copy = shared ? kmalloc(sizeof(*copy)) : NULL;
    if (copy == NULL) {
        return shared ? -ENOMEM : 0;
    }
    struct sigacts *spare = copy; /* if another thread has been here */
    lock_actions();
    if (are_shared()) {
        spare = process->sigacts;
        *copy = *spare;
        process->sigacts = copy;
    }
    copy->refs = 1;
    unlock_actions();
    sigacts_put(spare);
    return 0;
}

/* Take both locks, with actions that nobody shares.
 * => 0; -ENOMEM, with no lock taken */
static int
lock_own_actions(void)
{
    int error;

    while ((error = own_sigacts()) == 0) {
        lock_actions();
        if (!are_shared()) {
            break;
        }
        unlock_actions(); /* another thread has forked */
    }
    return error;
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
    spin_lock(&current->process->lock);
    *old = current->process->sigacts->action[signal - 1];
    spin_unlock(&current->process->lock);
    int error = new != NULL ? lock_own_actions() : 0;
    if (error != 0 || new == NULL) {
        return error;
    }
    set_action(current->process->sigacts, signal, new);
    if (current->process->sigacts->ignored & SET(signal)) {
        signal_forget(current->process, SET(signal));
    }
    unlock_actions();
    return 0;
}

int
signal_reserve_exec(void)
{
    return current->process->sigacts->exec_resets == 0 ? 0 : own_sigacts();
}

void
signal_reset_exec(void)
{
    static const struct kernel_sigaction plain = {.handler = SIG_DFL};
    sigset_t left = current->process->sigacts->exec_resets;

    if (left == 0) {
        return;
    }
    lock_actions();

    for (; left != 0; left &= left - 1) {
        set_action(current->process->sigacts, __builtin_ctzl(left) + 1, &plain);
    }
    unlock_actions();
}

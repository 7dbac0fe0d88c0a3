/*
 * Signal actions: what signals do to a process.
 */
#pragma once

#include "abi/sched.h"
#include "abi/signal.h"

#include "core/types.h"

#include "proc/process.h"

/* What signals do to a process.  Fork shares it; it is immutable while its
 * count is over 1, and copied at the first change, except with CLONE_SIGHAND.
 * A writer holds family_lock and the process's lock, so a reader needs only one
 * of them: a child that ends reads what its parent does with SIGCHLD.  One
 * thread that has them alone may change another action without a lock: others
 * only read whether it is ignored, and its handler. */
struct sigacts {
    u32 refs;
    sigset_t ignored;      /* by SIG_IGN, or by default */
    sigset_t exec_resets;  /* not plainly ignored or default */
    bool together;         /* its processes change it for all (CLONE_SIGHAND) */
    u32 changes;           /* odd while a process changes it together */
    struct kernel_sigaction action[SIGNAL_MAX]; /* of signal n at n - 1 */
};

struct sigacts *sigacts_alloc(void); /* all default; NULL: no memory */

/* Processes that change their actions together do not share them until a change
 * with others: so their other children get a copy at once.  Prepare to give a
 * child the current process's actions, and give them, if one of the two shares
 * `together` (CLONE_SIGHAND), or has, or the child is to have no handlers
 * (CLONE_CLEAR_SIGHAND).
 * => prepare: 0, or -ENOMEM.  give: family_lock held; false: prepare again, as
 *    another thread has changed what is shared */
int sigacts_prepare_rare(struct process *child, u64 flags) __must_check;
bool sigacts_give_rare(struct process *child, u64 flags) __must_check;

/* The same for any child; mostly both share until one of them changes them. */
#define SIGACTS_RARE (CLONE_SIGHAND | CLONE_CLEAR_SIGHAND)

static inline int __must_check
sigacts_prepare(struct process *child, u64 flags)
{
    return (flags & SIGACTS_RARE) || current->process->sigacts->together
               ? sigacts_prepare_rare(child, flags) : 0;
}

static inline bool __must_check
sigacts_give(struct process *child, u64 flags)
{
    struct sigacts *sigacts = current->process->sigacts;

    if ((flags & SIGACTS_RARE) || sigacts->together) {
        return sigacts_give_rare(child, flags);
    }
    __atomic_fetch_add(&sigacts->refs, 1, __ATOMIC_RELAXED);
    child->sigacts = sigacts;
    return true;
}

/* What a process does with a signal.  => as the head of struct sigacts says */
static inline struct kernel_sigaction
sigacts_action(const struct sigacts *sigacts, int signal)
{
    struct kernel_sigaction action;
    u32 before;

    do { /* another process may change it */
        before = __atomic_load_n(&sigacts->changes, __ATOMIC_ACQUIRE);
        action = sigacts->action[signal - 1];
        __atomic_thread_fence(__ATOMIC_ACQUIRE);
    } while (before != __atomic_load_n(&sigacts->changes, __ATOMIC_RELAXED)
             || before % 2 != 0);
    return action;
}
void sigacts_put(struct sigacts *sigacts);

/* rt_sigaction(2), in the current process; new may be NULL.
 * => 0, -EINVAL, -ENOMEM; *old is what was there before */
int signal_action(int signal, const struct kernel_sigaction *new,
                  struct kernel_sigaction *old) __must_check;

/* The handler of this signal is gone, its flags stay (SA_RESETHAND).
 * => 0, or -ENOMEM with nothing changed */
int signal_reset(int signal) __must_check;

/* exec: caught signals go back to default, ignored ones stay.
 * clear: not only make the actions its own, which may fail
 * => 0, or -ENOMEM with nothing changed */
int signal_reset_exec(bool clear) __must_check;

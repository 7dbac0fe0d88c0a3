/*
 * Signals: sending, the default actions, and ignoring.
 *
 * A signal is made pending on its target by anyone; only the target acts on it,
 * on its way back to user mode (signal_deliver).  A sleeping target is woken
 * so that it gets there.
 *
 * The actions are one counted object that fork shares; it is immutable while
 * its count is over 1, and copied at the first change.
 */
#pragma once

#include "abi/signal.h"

#include "core/types.h"

#include "proc/process.h"

struct trapframe;

struct sigacts {
    u32 refs;
    sigset_t ignored;      /* by SIG_IGN, or as the default does nothing */
    sigset_t exec_resets;  /* neither ignored nor as they were at the start */
    struct kernel_sigaction action[SIGNAL_MAX]; /* of signal n at n - 1 */
};

struct sigacts *sigacts_alloc(void); /* all default; NULL: no memory */
void sigacts_get(struct sigacts *sigacts);
void sigacts_put(struct sigacts *sigacts);

/* Make signal pending on the process; an ignored one is dropped.
 * => any context that keeps the target alive: family_lock, or itself
 * => no lock of RANK_SIGNAL or higher is held */
void signal_send(struct process *target, int signal);

/* A child of parent has stopped or goes on: SIGCHLD, if wanted, and a wake-up
 * for its wait.  => family_lock held */
void signal_tell_stop(struct process *parent);

/* The current process will stop at its next schedule(), unless SIGCONT or
 * SIGKILL came since it took the stop signal.
 * => family_lock held; whether it stops */
bool signal_announce_stop(void);

/* A fault of the current process: not blocked, not ignored. */
void signal_force(int signal);

/* Whether a signal is pending on the current process that ends an interruptible
 * sleep / that will end the process. */
static inline bool
signal_pending(void)
{
    return (current->pending & ~current->blocked) != 0;
}

bool signal_fatal_pending(void);

/* Act on stop signals now: a sleeper that is stopped goes on with its sleep
 * afterwards, and its system call does not end.
 * => no spinlock held; whether nothing else is pending, that ends the sleep */
bool signal_stop_here(void);

/* Send to every process of the group.
 * => process context, family_lock not held
 * => 0, -ESRCH: nobody; -EINVAL: no such signal */
int signal_send_group(pid_t pgid, int signal);

/* Send to whom kill(2) means by pid: one process, a group (0, -pgid), all (-1).
 * => process context, family_lock not held
 * => 0, -ESRCH: nobody; -EINVAL: no such signal */
int signal_kill(pid_t pid, int signal);

/* rt_sigaction(2), in the current process; either pointer may be NULL.
 * => 0, -EINVAL, -ENOMEM */
int signal_action(int signal, const struct kernel_sigaction *new,
                  struct kernel_sigaction *old) __must_check;

/* Set the current process's mask; SIGKILL and SIGSTOP stay unblocked. */
void signal_set_blocked(sigset_t mask);

/* exec: caught signals go back to default, ignored ones stay.
 * => reserve: 0, or -ENOMEM with nothing changed; reset cannot fail then */
int signal_reserve_exec(void) __must_check;
void signal_reset_exec(void);

/* Act on what is pending.  => on the way to user mode, no lock held */
void signal_deliver(struct trapframe *frame);

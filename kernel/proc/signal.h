/*
 * Signals: sending, the actions (sigacts.c), and what the default ones do.
 *
 * Any process makes a signal pending on a target; only the target acts on it,
 * on its way back to user mode (signal_deliver).  A sleeping target is woken
 * so that it gets there.
 */
#pragma once

#include "abi/signal.h"

#include "core/types.h"

#include "proc/process.h"

struct trapframe;

#define STOP_SIGNALS                                                       \
    (SIGNAL_BIT(SIGSTOP) | SIGNAL_BIT(SIGTSTP) | SIGNAL_BIT(SIGTTIN)       \
     | SIGNAL_BIT(SIGTTOU))
#define IGNORED_BY_DEFAULT                                                 \
    (SIGNAL_BIT(SIGCHLD) | SIGNAL_BIT(SIGCONT) | SIGNAL_BIT(SIGURG)        \
     | SIGNAL_BIT(SIGWINCH))
#define UNBLOCKABLE (SIGNAL_BIT(SIGKILL) | SIGNAL_BIT(SIGSTOP))

/* What signals do to a process.  Fork shares it; it is immutable while its
 * count is over 1, and copied at the first change.  A writer holds family_lock
 * and the process's lock, so a reader needs only one of them: a child that ends
 * reads its parent's actions. */
struct sigacts {
    u32 refs;
    sigset_t ignored;      /* by SIG_IGN, or by default */
    sigset_t exec_resets;  /* not SIG_IGN, and not the plain default */
    struct kernel_sigaction action[SIGNAL_MAX]; /* of signal n at n - 1 */
};

struct sigacts *sigacts_alloc(void); /* all default; NULL: no memory */
void sigacts_put(struct sigacts *sigacts);

/* rt_sigaction(2), in the current process; new may be NULL.
 * => 0, -EINVAL, -ENOMEM; *old is what was there before */
int signal_action(int signal, const struct kernel_sigaction *new,
                  struct kernel_sigaction *old) __must_check;

/* exec: caught signals go back to default, ignored ones stay.
 * => 0, or -ENOMEM with nothing changed */
int signal_reset_exec(void) __must_check;

/* Make signal pending on the process, for one of its threads.  It is dropped if
 * the process ignores it or has ended, or if it is 0.
 * => the target stays alive: by family_lock or pids_lock, or it is the caller
 * => no lock of RANK_PROCESS or higher is held */
void signal_send(struct process *target, int signal);

/* Drop these signals from all that is pending.  => process->lock held */
void signal_forget(struct process *process, sigset_t set);

/* A thread has ended, or blocks more signals.  It may have been notified of a
 * pending one: notify another thread.  => process->lock held */
void signal_pass_on(struct process *process);

/* Send SIGKILL to all other threads of the process.  => its lock held */
void signal_kill_others(struct process *process);

/* Send a fault's signal to the current thread, even if blocked or ignored. */
void signal_force(int signal);

/* The unblocked signals that are pending for the current thread. */
static inline sigset_t
signal_pending(void)
{
    return (current->pending | current->process->pending) & ~current->blocked;
}

/* The first of these that will end the process, or 0. */
int signal_fatal_pending(void);

/* Mark the current system call as interrupted: after the signal has been acted
 * on, the program makes the call again (if it returns one of sleep.h's ERESTART
 * errors).  => -ERESTARTSYS */
int signal_restart(void);

/* Send to every process of the group (0: the current process's).
 * => process context, family_lock not held
 * => 0, -ESRCH: no process; -EINVAL: no such signal */
int signal_send_group(pid_t pgid, int signal);

/* kill(2): send to one process, to a group (pid 0 or -pgid), or to all (-1).
 * => as signal_send_group */
int signal_kill(pid_t pid, int signal);

/* tgkill(2), and with pid 0 tkill(2): to one thread.  => as signal_kill */
int signal_kill_thread(pid_t pid, pid_t tid, int signal);

/* Set the current thread's mask; SIGKILL and SIGSTOP stay unblocked. */
void signal_set_blocked(sigset_t mask);

/* Act on what is pending.
 * => on the way to user mode by this frame, no lock held */
void signal_deliver(struct trapframe *frame);

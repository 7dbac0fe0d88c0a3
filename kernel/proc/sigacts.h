/*
 * What signals do to a process: its actions.  One counted object that fork
 * shares; it is immutable while its count is over 1, and copied at the first
 * change.  A writer holds family_lock and the process's lock, so a reader needs
 * only one of them: a child that ends reads its parent's actions.
 */
#pragma once

#include "abi/signal.h"

#include "core/types.h"

struct process;

#define STOP_SIGNALS                                                       \
    (SIGNAL_BIT(SIGSTOP) | SIGNAL_BIT(SIGTSTP) | SIGNAL_BIT(SIGTTIN)       \
     | SIGNAL_BIT(SIGTTOU))
#define IGNORED_BY_DEFAULT                                                 \
    (SIGNAL_BIT(SIGCHLD) | SIGNAL_BIT(SIGCONT) | SIGNAL_BIT(SIGURG)        \
     | SIGNAL_BIT(SIGWINCH))
#define UNBLOCKABLE (SIGNAL_BIT(SIGKILL) | SIGNAL_BIT(SIGSTOP))

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

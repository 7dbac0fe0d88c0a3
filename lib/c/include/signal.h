#pragma once

/* Sending signals and saying what they do. */

#include "abi/posix.h"
#include "abi/signal.h"

#define NSIG (SIGNAL_MAX + 1)

typedef unsigned long sigset_t;
typedef int sig_atomic_t;
typedef void (*sighandler_t)(int);

struct sigaction {
    union {
        void (*sa_handler)(int);
        void (*sa_sigaction)(int, siginfo_t *, void *);
    };
    sigset_t sa_mask;
    int sa_flags;
};

int kill(pid_t pid, int sig);
int tgkill(pid_t pid, pid_t tid, int sig);
int raise(int sig);
int sigaltstack(const stack_t *stack, stack_t *old);
sighandler_t signal(int sig, sighandler_t handler);
int sigaction(int sig, const struct sigaction *action, struct sigaction *old);
int sigprocmask(int how, const sigset_t *set, sigset_t *old);
int sigpending(sigset_t *set);

int sigemptyset(sigset_t *set);
int sigfillset(sigset_t *set);
int sigaddset(sigset_t *set, int sig);
int sigdelset(sigset_t *set, int sig);
int sigismember(const sigset_t *set, int sig);

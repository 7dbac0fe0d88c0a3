#pragma once

/* Sending signals and saying what they do. */

#include "abi/posix.h"
#include "abi/signal.h"
#include "abi/time.h"

#define NSIG (SIGNAL_MAX + 1)
#define SIGRTMIN 34 /* libraries with threads use 32 and 33 */
#define SIGRTMAX SIGNAL_MAX
#define SIGPOLL SIGIO

#define si_int si_value.sival_int
#define si_ptr si_value.sival_ptr

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

/* Sending. */
int kill(pid_t pid, int sig);
int killpg(pid_t pgid, int sig);
int tgkill(pid_t pid, pid_t tid, int sig);
int raise(int sig);
struct pthread;
int pthread_kill(struct pthread *thread, int sig);
int sigqueue(pid_t pid, int sig, union sigval value);

/* What a signal does. */
sighandler_t signal(int sig, sighandler_t handler);
int sigaction(int sig, const struct sigaction *action, struct sigaction *old);
int siginterrupt(int sig, int interrupts);
int sigaltstack(const stack_t *stack, stack_t *old);

/* Which signals wait, and waiting for one. */
int sigprocmask(int how, const sigset_t *set, sigset_t *old);
int pthread_sigmask(int how, const sigset_t *set, sigset_t *old);
int sigpending(sigset_t *set);
int sigsuspend(const sigset_t *mask);
int sigwait(const sigset_t *set, int *sig);
int sigwaitinfo(const sigset_t *set, siginfo_t *info);
int sigtimedwait(const sigset_t *set, siginfo_t *info,
                 const struct timespec *timeout);

/* Sets of signals. */
int sigemptyset(sigset_t *set);
int sigfillset(sigset_t *set);
int sigaddset(sigset_t *set, int sig);
int sigdelset(sigset_t *set, int sig);
int sigismember(const sigset_t *set, int sig);
int sigisemptyset(const sigset_t *set);
int sigandset(sigset_t *set, const sigset_t *left, const sigset_t *right);
int sigorset(sigset_t *set, const sigset_t *left, const sigset_t *right);

/* On stderr: what a signal is called, and what is known of it. */
void psignal(int sig, const char *prefix);
void psiginfo(const siginfo_t *info, const char *prefix);

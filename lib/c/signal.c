/*
 * Signals. Essential fact: the kernel's structure has the flags before the
 * mask, and the address to which a handler returns (SA_RESTORER).
 */
#include <errno.h>
#include <signal.h>
#include <unistd.h>

#include "c/internal.h"

int
sigaction(int sig, const struct sigaction *action, struct sigaction *old)
{
    struct kernel_sigaction new_action = {0};
    struct kernel_sigaction old_action = {0};

    if (action != NULL) {
        new_action.handler = action->sa_handler;
        new_action.flags = (unsigned)action->sa_flags | SA_RESTORER;
        new_action.restorer = signal_return;
        new_action.mask = action->sa_mask;
    }
    if (sys_rt_sigaction(sig, action == NULL ? NULL : &new_action, &old_action,
                         sizeof(sigset_t)) < 0) {
        return -1;
    }
    if (old != NULL) {
        old->sa_handler = old_action.handler;
        old->sa_flags = (int)(old_action.flags & ~(unsigned long)SA_RESTORER);
        old->sa_mask = old_action.mask;
    }
    return 0;
}

sighandler_t
signal(int sig, sighandler_t handler)
{
    struct sigaction action = {.sa_handler = handler, .sa_flags = SA_RESTART};
    struct sigaction old;

    return sigaction(sig, &action, &old) < 0 ? SIG_ERR : old.sa_handler;
}

int
sigprocmask(int how, const sigset_t *set, sigset_t *old)
{
    return sys_rt_sigprocmask(how, set, old, sizeof(*set));
}

int
sigpending(sigset_t *set)
{
    return sys_rt_sigpending(set, sizeof(*set));
}

/* For threads: the number of an error, and errno is left alone. */
int
pthread_sigmask(int how, const sigset_t *set, sigset_t *old)
{
    int error = errno;
    int result = sigprocmask(how, set, old) < 0 ? errno : 0;

    errno = error;
    return result;
}

int
sigsuspend(const sigset_t *mask)
{
    return sys_rt_sigsuspend(mask, sizeof(*mask));
}

int
sigtimedwait(const sigset_t *set, siginfo_t *info,
             const struct timespec *timeout)
{
    return sys_rt_sigtimedwait(set, info, timeout, sizeof(*set));
}

int
sigwaitinfo(const sigset_t *set, siginfo_t *info)
{
    return sigtimedwait(set, info, NULL);
}

/* A handler of another signal does not end this one: POSIX has no EINTR. */
int
sigwait(const sigset_t *set, int *sig)
{
    int got;

    do {
        got = sigtimedwait(set, NULL, NULL);
    } while (got < 0 && errno == EINTR);
    if (got < 0) {
        return errno;
    }
    *sig = got;
    return 0;
}

/* To the thread: so it is there, if it is not blocked, when raise returns. */
int
raise(int sig)
{
    return tgkill(getpid(), gettid(), sig);
}

int
killpg(pid_t pgid, int sig)
{
    if (pgid < 0) {
        errno = EINVAL;
        return -1;
    }
    return kill(-pgid, sig);
}

int
sigqueue(pid_t pid, int sig, union sigval value)
{
    siginfo_t info = {.si_signo = sig, .si_code = SI_QUEUE};

    info.si_pid = getpid();
    info.si_uid = getuid();
    info.si_value = value;
    return sys_rt_sigqueueinfo(pid, sig, &info);
}

/* Whether a call that sig interrupts fails with EINTR, or begins again. */
int
siginterrupt(int sig, int interrupts)
{
    struct sigaction action;

    if (sigaction(sig, NULL, &action) < 0) {
        return -1;
    }
    if (interrupts) {
        action.sa_flags &= ~SA_RESTART;
    } else {
        action.sa_flags |= SA_RESTART;
    }
    return sigaction(sig, &action, NULL);
}

int
sigemptyset(sigset_t *set)
{
    *set = 0;
    return 0;
}

int
sigfillset(sigset_t *set)
{
    *set = ~0ul;
    return 0;
}

/* The bit of sig; 0 and EINVAL if there is no such signal. */
static sigset_t
checked_bit(int sig)
{
    if (sig < 1 || sig > SIGNAL_MAX) {
        errno = EINVAL;
        return 0;
    }
    return SIGNAL_BIT(sig);
}

int
sigaddset(sigset_t *set, int sig)
{
    sigset_t bit = checked_bit(sig);

    *set |= bit;
    return bit == 0 ? -1 : 0;
}

int
sigdelset(sigset_t *set, int sig)
{
    sigset_t bit = checked_bit(sig);

    *set &= ~bit;
    return bit == 0 ? -1 : 0;
}

int
sigismember(const sigset_t *set, int sig)
{
    sigset_t bit = checked_bit(sig);

    return bit == 0 ? -1 : (*set & bit) != 0;
}

int
sigisemptyset(const sigset_t *set)
{
    return *set == 0;
}

int
sigandset(sigset_t *set, const sigset_t *left, const sigset_t *right)
{
    *set = *left & *right;
    return 0;
}

int
sigorset(sigset_t *set, const sigset_t *left, const sigset_t *right)
{
    *set = *left | *right;
    return 0;
}

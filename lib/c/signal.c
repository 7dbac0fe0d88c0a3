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

int
raise(int sig)
{
    return kill(getpid(), sig);
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

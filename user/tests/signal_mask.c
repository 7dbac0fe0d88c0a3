/*
 * signal_mask.c: a blocked signal stays pending, an ignored one is discarded; a
 * fault or SIGKILL can be neither blocked nor ignored.
 */
#include "tap.h"

#include "raw.h"

static int *volatile nowhere;

static void
set(int how, int sig)
{
    sigset_t mask;
    sigemptyset(&mask);
    if (sig) {
        sigaddset(&mask, sig);
    }
    sigprocmask(how, &mask, NULL);
}

static int
blocked_waits(void *unblock)
{
    set(SIG_BLOCK, SIGTERM);
    kill(getpid(), SIGTERM);
    getppid();
    nap(1);
    if (*(int *)unblock) {
        set(SIG_UNBLOCK, SIGTERM);
        return 1;
    }
    return 3;
}

static int
setmask_delivers(void *unused)
{
    (void)unused;
    set(SIG_BLOCK, SIGUSR1);
    kill(getpid(), SIGUSR1);
    set(SIG_SETMASK, 0);
    return 1;
}

/* HUP is 1, TERM is 15: the lower number comes first. */
static int
lowest_first(void *unused)
{
    sigset_t both, none;
    (void)unused;
    sigemptyset(&none);
    sigemptyset(&both);
    sigaddset(&both, SIGTERM);
    sigaddset(&both, SIGHUP);
    sigprocmask(SIG_BLOCK, &both, NULL);
    kill(getpid(), SIGTERM);
    kill(getpid(), SIGHUP);
    sigprocmask(SIG_SETMASK, &none, NULL);
    return 1;
}

static int
ignored_vanishes(void *unused)
{
    (void)unused;
    signal(SIGTERM, SIG_IGN);
    kill(getpid(), SIGTERM);
    signal(SIGTERM, SIG_DFL);
    return 3;
}

/* Pending, then ignored: it is not pending any more. */
static int
ignoring_discards(void *unused)
{
    (void)unused;
    set(SIG_BLOCK, SIGTERM);
    kill(getpid(), SIGTERM);
    signal(SIGTERM, SIG_IGN);
    signal(SIGTERM, SIG_DFL);
    set(SIG_UNBLOCK, SIGTERM);
    return 3;
}

/* The same of one that is pending for this thread alone. */
static int
ignoring_discards_own(void *unused)
{
    (void)unused;
    set(SIG_BLOCK, SIGTERM);
    raw(NR_tkill, getpid(), SIGTERM, 0, 0);
    signal(SIGTERM, SIG_IGN);
    signal(SIGTERM, SIG_DFL);
    set(SIG_UNBLOCK, SIGTERM);
    return 3;
}

/* Pending, and there is nothing to do about it: once. */
static int
own_is_taken(void *unused)
{
    (void)unused;
    set(SIG_BLOCK, SIGCHLD);
    raw(NR_tkill, getpid(), SIGCHLD, 0, 0);
    set(SIG_UNBLOCK, SIGCHLD);
    return 3;
}

static int
block_kill(void *unused)
{
    sigset_t all;
    (void)unused;
    sigfillset(&all);
    sigprocmask(SIG_SETMASK, &all, NULL);
    kill(getpid(), SIGKILL);
    return 1;
}

static int
fault_blocked(void *unused)
{
    (void)unused;
    set(SIG_BLOCK, SIGSEGV);
    *nowhere = 1;
    return 1;
}

static int
fault_ignored(void *unused)
{
    (void)unused;
    signal(SIGSEGV, SIG_IGN);
    *nowhere = 1;
    return 1;
}

static int
trap_ignored(void *unused)
{
    (void)unused;
    signal(SIGILL, SIG_IGN);
    __asm__ volatile("ud2");
    return 1;
}

static void
test_calls(void)
{
    unsigned long mask = 0, all = ~0UL;

    is(raw(NR_rt_sigprocmask, SIG_SETMASK, P(&all), 0, 8), 0, "block all");
    raw(NR_rt_sigprocmask, SIG_SETMASK, 0, P(&mask), 8);
    ok(mask == (all & ~(1UL << (SIGKILL - 1)) & ~(1UL << (SIGSTOP - 1))),
        "all but SIGKILL and SIGSTOP are blocked");
    mask = 0;
    raw(NR_rt_sigprocmask, SIG_SETMASK, P(&mask), P(&all), 8);
    is(raw(NR_rt_sigprocmask, 3, P(&mask), 0, 8), -EINVAL, "how 3");
    is(raw(NR_rt_sigprocmask, 3, 0, P(&mask), 8), 0, "is not looked at alone");
    is(raw(NR_rt_sigprocmask, 0, P(&mask), 0, 4), -EINVAL, "a set of 4 bytes");
    is(raw(NR_rt_sigaction, SIGTERM, 0, 0, 4), -EINVAL, "in sigaction too");
    is(raw(NR_rt_sigaction, 0, 0, 0, 8), -EINVAL, "sigaction of signal 0");
    is(raw(NR_rt_sigaction, 65, 0, 0, 8), -EINVAL, "of signal 65");
    is(raw(NR_rt_sigaction, SIGKILL, 0, 0, 8), 0, "SIGKILL can be asked for");
    ok(signal(SIGKILL, SIG_IGN) == SIG_ERR && errno == EINVAL,
        "but not ignored");
    ok(signal(SIGSTOP, SIG_IGN) == SIG_ERR && errno == EINVAL,
        "SIGSTOP neither");
    ok(signal(SIGTERM, SIG_IGN) == SIG_DFL, "signal gives the old action");
    ok(signal(SIGTERM, SIG_DFL) == SIG_IGN, "and again");
}

static void
test_masks(void)
{
    unsigned long one = 1UL << 9, two = 1UL << 11, both = one | two, now = 0;

    raw(NR_rt_sigprocmask, SIG_BLOCK, P(&one), 0, 8);
    raw(NR_rt_sigprocmask, SIG_BLOCK, P(&two), P(&now), 8);
    ok(now == one, "the old mask comes back");
    raw(NR_rt_sigprocmask, SIG_UNBLOCK, P(&one), P(&now), 8);
    ok(now == both, "blocking adds");
    raw(NR_rt_sigprocmask, SIG_UNBLOCK, P(&two), P(&now), 8);
    ok(now == two, "unblocking takes away");
    raw(NR_rt_sigprocmask, SIG_BLOCK, 0, P(&now), 8);
    ok(now == 0, "nothing is left");
}

int
main(void)
{
    int no = 0, yes = 1;

    test_calls();
    test_masks();
    exited(in_child(blocked_waits, &no), 3, "a blocked signal waits");
    killed(in_child(blocked_waits, &yes), SIGTERM, "until it is unblocked");
    killed(in_child(setmask_delivers, NULL), SIGUSR1, "or the mask is set");
    killed(in_child(lowest_first, NULL), SIGHUP, "of two the lowest is first");
    exited(in_child(ignored_vanishes, NULL), 3, "an ignored signal vanishes");
    exited(in_child(ignoring_discards, NULL), 3,
        "a pending one when it is ignored");
    exited(in_child(ignoring_discards_own, NULL), 3, "a thread's own, too");
    exited(in_child(own_is_taken, NULL), 3, "or when it has been acted on");
    killed(in_child(block_kill, NULL), SIGKILL, "SIGKILL cannot be blocked");
    killed(in_child(fault_blocked, NULL), SIGSEGV,
        "a fault whose signal is blocked is deadly");
    killed(in_child(fault_ignored, NULL), SIGSEGV, "so is one ignored");
    killed(in_child(trap_ignored, NULL), SIGILL, "an illegal instruction too");
    return done();
}

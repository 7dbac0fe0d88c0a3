/*
 * sigspec_wait.c: the calls that wait for a signal: rt_sigsuspend,
 * rt_sigtimedwait, pause; and rt_sigpending.
 */
#include "sigspec.h"

static volatile int calls;
static volatile unsigned long mask_in, mask_saved, rax_saved;

static void
look(int sig, siginfo_t *info, void *context)
{
    ucontext_t *uc = context;
    (void)sig;
    (void)info;
    calls++;
    mask_in = mask_now();
    mask_saved = uc->uc_sigmask;
    rax_saved = uc->uc_mcontext.gregs[REG_RAX];
}

/* Wait for a handler with this mask. */
static long
suspend(unsigned long set)
{
    return raw(NR_rt_sigsuspend, P(&set), SET_SIZE, 0, 0);
}

static long
timed(unsigned long set, siginfo_t *info, long seconds, long nanoseconds)
{
    struct timespec ts = { seconds, nanoseconds };

    return raw(NR_rt_sigtimedwait, P(&set), P(info), P(&ts), SET_SIZE);
}

/* A child that waits until its parent sleeps, then sends it signals. */
static pid_t
sender(const int *sigs)
{
    pid_t parent = getpid(), pid = must_fork();

    if (pid == 0) {
        for (; *sigs != 0; sigs++) {
            until_state(parent, 'S');
            kill(parent, *sigs);
        }
        _exit(0);
    }
    return pid;
}

static void
test_suspend(void)
{
    static const int usr1[] = { SIGUSR1, 0 };
    static const int ignored[] = { SIGURG, SIGURG, SIGUSR2, SIGUSR1, 0 };
    static const int stops[] = { SIGCONT, SIGUSR1, 0 };
    unsigned long set = 0;

    act(SIGUSR1, look, SA_SIGINFO | SA_RESTART, BIT(40));
    mask(SIG_SETMASK, BIT(SIGUSR1) | BIT(SIGHUP));
    pid_t pid = sender(usr1);
    returns(suspend(BIT(SIGALRM)), -EINTR, "rt_sigsuspend: EINTR, always");
    is(calls, 1, "after the handler");
    is((long)mask_in, (long)(BIT(SIGALRM) | BIT(SIGUSR1) | BIT(40)),
        "which had the mask that was given, and its own");
    is((long)mask_saved, (long)(BIT(SIGUSR1) | BIT(SIGHUP)),
        "its frame has the mask before the call");
    is((long)rax_saved, -EINTR, "and the result");
    is((long)mask_now(), (long)(BIT(SIGUSR1) | BIT(SIGHUP)),
        "which holds again");
    waitpid(pid, NULL, 0);
    calls = 0;
    send_self(SIGUSR1);
    is(calls, 0, "a blocked signal pends");
    returns(suspend(0), -EINTR, "rt_sigsuspend takes it at once");
    is(calls, 1, "its handler ran");
    calls = 0;
    act(SIGUSR2, TO_IGNORE, 0, 0);
    pid = sender(ignored);
    returns(suspend(0), -EINTR, "what is ignored does not wake it");
    is(calls, 1, "only a handler");
    waitpid(pid, NULL, 0);
    calls = 0;
    pid = sender(stops);
    returns(suspend(0), -EINTR, "nor does SIGCONT");
    is(calls, 1, "the handler does");
    waitpid(pid, NULL, 0);
    send_self(SIGUSR1);
    calls = 0;
    act(SIGUSR2, look, SA_SIGINFO, 0);
    pid = sender((const int[]) { SIGUSR2, 0 });
    returns(suspend(~BIT(SIGUSR2)), -EINTR, "all others blocked");
    is((long)mask_in, (long)~(BIT(SIGKILL) | BIT(SIGSTOP)),
        "but SIGKILL and SIGSTOP, which cannot be");
    is(calls, 1, "the one that pends still does");
    waitpid(pid, NULL, 0);
    take(BIT(SIGUSR1), NULL);
    returns(raw(NR_rt_sigsuspend, P(&set), 4, 0, 0), -EINVAL, "a short set");
    returns(raw(NR_rt_sigsuspend, P(&set), 16, 0, 0), -EINVAL, "a long one");
    returns(raw(NR_rt_sigsuspend, 0, SET_SIZE, 0, 0), -EFAULT, "no set");
    is((long)mask_now(), (long)(BIT(SIGUSR1) | BIT(SIGHUP)),
        "the mask is the same then");
    mask(SIG_SETMASK, 0);
}

/* It suspends with SIGUSR1 open, and is to be killed by it. */
static int
suspends(void *unused)
{
    (void)unused;
    act(SIGUSR1, TO_DEFAULT, 0, 0);
    mask(SIG_BLOCK, BIT(SIGUSR1));
    send_self(SIGUSR1);
    suspend(0);
    return 1;
}

static void
test_pause(void)
{
    static const int sigs[] = { SIGURG, SIGCONT, SIGUSR1, 0 };

    calls = 0;
    act(SIGUSR1, look, SA_SIGINFO | SA_RESTART, 0);
    pid_t pid = sender(sigs);
    returns(raw(NR_pause, 0, 0, 0, 0), -EINTR, "pause: EINTR, always");
    is(calls, 1, "after a handler");
    is((long)rax_saved, -EINTR, "in whose frame it is");
    waitpid(pid, NULL, 0);
    killed(in_child(suspends, NULL), SIGUSR1, "rt_sigsuspend ends by a signal");
    act(SIGUSR1, look, SA_SIGINFO, 0);
}

/* The clock, in thousandths of a second. */
static long
clock_ms(void)
{
    struct timespec ts;

    clock_gettime(CLOCK_MONOTONIC, &ts);
    return ts.tv_sec * 1000 + ts.tv_nsec / 1000000;
}

static void
test_timed_errors(void)
{
    siginfo_t info;
    unsigned long set = BIT(SIGUSR1);
    struct timespec ts = { 0, 0 };

    mask(SIG_SETMASK, BIT(SIGUSR1) | BIT(40));
    returns(timed(set, &info, 0, 0), -EAGAIN, "rt_sigtimedwait: nothing");
    long before = clock_ms();
    returns(timed(set, &info, 0, 30000000), -EAGAIN, "nothing in 30 ms");
    ok(clock_ms() - before >= 29, "and not less");
    returns(timed(set, &info, 0, 1), -EAGAIN, "nothing in a nanosecond");
    returns(timed(set, &info, 0, 1000000000), -EINVAL, "too many nanoseconds");
    returns(timed(set, &info, 0, -1), -EINVAL, "nanoseconds below 0");
    returns(timed(set, &info, -1, 0), -EINVAL, "seconds below 0");
    returns(raw(NR_rt_sigtimedwait, P(&set), 0, P(&ts), 4), -EINVAL,
        "a short set");
    returns(raw(NR_rt_sigtimedwait, 0, 0, P(&ts), SET_SIZE), -EFAULT,
        "no set");
    returns(raw(NR_rt_sigtimedwait, P(&set), 0, 1, SET_SIZE), -EFAULT,
        "a bad time");
    returns(timed(0, NULL, 0, 1000), -EAGAIN, "an empty set");
    send_self(SIGUSR1);
    returns(timed(BIT(40), &info, 0, 1000), -EAGAIN, "another signal");
    returns(timed(set, &info, 0, 1000000000), -EINVAL, "EINVAL comes first");
    returns(raw(NR_rt_sigtimedwait, P(&set), 1, 0, SET_SIZE), -EFAULT,
        "a bad place for siginfo");
    is((long)pending_now(), 0, "the signal is gone then");
    send_self(SIGUSR1);
    returns(raw(NR_rt_sigtimedwait, P(&set), 0, 0, SET_SIZE), SIGUSR1,
        "no siginfo and no time");
}

static void
test_timed(void)
{
    static const int usr1[] = { SIGUSR1, 0 }, usr2[] = { SIGUSR2, 0 };
    static const int many[] = { SIGURG, SIGCONT, SIGUSR1, 0 };
    siginfo_t info;
    unsigned long set = BIT(SIGUSR1);

    calls = 0;
    pid_t pid = sender(usr1);
    returns(timed(set, &info, 1000, 0), SIGUSR1, "it waits for a signal");
    is(info.si_pid, pid, "and says who sent it");
    is(calls, 0, "its handler does not run");
    is((long)mask_now(), (long)(BIT(SIGUSR1) | BIT(40)), "the mask is kept");
    waitpid(pid, NULL, 0);
    act(SIGUSR2, look, SA_SIGINFO | SA_RESTART, 0);
    pid = sender(usr2);
    returns(timed(set, &info, 1000, 0), -EINTR,
        "EINTR after another's handler");
    is(calls, 1, "which ran");
    is((long)rax_saved, -EINTR, "with that in its frame");
    waitpid(pid, NULL, 0);
    pid = sender(many);
    returns(timed(set, &info, 1000, 0), SIGUSR1, "what is ignored is nothing");
    waitpid(pid, NULL, 0);
    calls = 0;
    pid = sender(usr2);
    returns(timed(BIT(SIGUSR2), &info, 1000, 0), SIGUSR2,
        "one that is not blocked is taken, too");
    is(calls, 0, "before its handler");
    waitpid(pid, NULL, 0);
    send_self(40);
    returns(timed(BIT(40) | BIT(SIGKILL) | BIT(SIGSTOP), &info, 1000, 0), 40,
        "SIGKILL and SIGSTOP in a set mean nothing");
    act(SIGUSR1, TO_IGNORE, 0, 0);
    send_self(SIGUSR1);
    returns(timed(set, &info, 1000, 0), SIGUSR1,
        "an ignored one can be waited for if it is blocked");
    act(SIGUSR1, look, SA_SIGINFO, 0);
    mask(SIG_SETMASK, 0);
}

/* It waits for SIGCHLD as daemons do: blocked, then taken one by one. */
static void
test_children(void)
{
    siginfo_t info;
    int sum = 0;

    mask(SIG_BLOCK, BIT(SIGCHLD));
    for (int i = 1; i <= 10; i++) {
        pid_t pid = must_fork();
        if (pid == 0) {
            _exit(i);
        }
        if (timed(BIT(SIGCHLD), &info, 1000, 0) == SIGCHLD
            && info.si_pid == pid && info.si_code == CLD_EXITED) {
            sum += info.si_status;
        }
        waitpid(pid, NULL, 0);
    }
    is(sum, 55, "ten children's ends are waited for");
    mask(SIG_UNBLOCK, BIT(SIGCHLD));
}

/* Two processes send to each other, a signal at a time. */
static void
test_turns(void)
{
    pid_t parent = getpid();
    int status = 0, good = 0;

    act(SIGUSR1, look, SA_SIGINFO, 0);
    mask(SIG_SETMASK, BIT(SIGUSR1));
    calls = 0;
    pid_t pid = must_fork();
    if (pid == 0) {
        for (int i = 0; i < 500; i++) {
            good += suspend(0) == -EINTR;
            kill(parent, SIGUSR1);
        }
        _exit(good == 500 && calls == 500 ? 7 : 8);
    }
    for (int i = 0; i < 500; i++) {
        kill(pid, SIGUSR1);
        good += suspend(0) == -EINTR;
    }
    waitpid(pid, &status, 0);
    exited(status, 7, "five hundred signals from parent to child");
    ok(good == 500 && calls == 500, "and back, none lost");
    mask(SIG_SETMASK, 0);
}

static void
test_pending(void)
{
    unsigned long set = ~0UL;

    mask(SIG_SETMASK, BIT(SIGUSR1) | BIT(40));
    send_self(SIGUSR1);
    raw(NR_tkill, getpid(), 40, 0, 0);
    returns(raw(NR_rt_sigpending, P(&set), SET_SIZE, 0, 0), 0, "what pends");
    is((long)set, (long)(BIT(SIGUSR1) | BIT(40)), "for process and thread");
    set = ~0UL;
    returns(raw(NR_rt_sigpending, P(&set), 2, 0, 0), 0, "the first two bytes");
    is((long)set, (long)(~0xffffUL | BIT(SIGUSR1)), "alone are written");
    returns(raw(NR_rt_sigpending, P(&set), 9, 0, 0), -EINVAL, "nine bytes");
    returns(raw(NR_rt_sigpending, 0, SET_SIZE, 0, 0), -EFAULT, "nowhere");
    take(BIT(SIGUSR1) | BIT(40), NULL);
    take(BIT(SIGUSR1) | BIT(40), NULL);
    is((long)pending_now(), 0, "nothing pends any more");
    mask(SIG_SETMASK, 0);
}

int
main(void)
{
    test_suspend();
    test_pause();
    test_timed_errors();
    test_timed();
    test_children();
    test_turns();
    test_pending();
    return done();
}

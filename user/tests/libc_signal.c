/*
 * libc_signal.c: the functions of <signal.h>, each over its system call: what
 * they do to actions, masks and sets, what they await and send; abort; the
 * texts of psignal, psiginfo and strsignal.
 */
#include "tap.h"

#include <limits.h>
#include <setjmp.h>

static volatile sig_atomic_t count;
static volatile siginfo_t last;
static sigjmp_buf env;

static void
counts(int sig)
{
    (void)sig;
    count++;
}

static void
keeps(int sig, siginfo_t *info, void *context)
{
    (void)sig;
    (void)context;
    count++;
    memcpy((void *)&last, info, sizeof(last));
}

static void
jumps(int sig)
{
    siglongjmp(env, sig);
}

static void
catch(int sig, void (*handler)(int), int flags)
{
    struct sigaction action = {.sa_handler = handler, .sa_flags = flags};

    sigaction(sig, &action, NULL);
}

static sigset_t
set_of(int one, int other)
{
    sigset_t set;

    sigemptyset(&set);
    sigaddset(&set, one);
    sigaddset(&set, other);
    return set;
}

static void
test_sets(void)
{
    sigset_t left = set_of(SIGHUP, SIGUSR1), right = set_of(SIGUSR1, 64);
    sigset_t all, none, both, any;

    sigfillset(&all);
    sigemptyset(&none);
    is(sigisemptyset(&none) && !sigisemptyset(&left) && !sigisemptyset(&all),
        1, "an empty set");
    sigandset(&both, &left, &right);
    sigorset(&any, &left, &right);
    is(sigismember(&both, SIGUSR1) && !sigismember(&both, SIGHUP) &&
       !sigismember(&both, 64), 1, "what is in both");
    is(sigismember(&any, SIGUSR1) && sigismember(&any, SIGHUP) &&
       sigismember(&any, 64) && !sigismember(&any, SIGINT), 1,
        "what is in either");
    fails(sigaddset(&any, 65), EINVAL, "no signal 65");
    fails(sigdelset(&any, 0), EINVAL, "nor 0");
    is(SIGRTMIN > 31 && SIGRTMAX == 64, 1, "real-time signals");
}

static void
test_actions(void)
{
    struct sigaction action;

    is(signal(SIGUSR1, counts) == SIG_DFL, 1, "signal gives the old action");
    sigaction(SIGUSR1, NULL, &action);
    is(action.sa_handler == counts && action.sa_flags == SA_RESTART, 1,
        "its handler lets calls begin again");
    siginterrupt(SIGUSR1, 1);
    sigaction(SIGUSR1, NULL, &action);
    is(action.sa_handler == counts && action.sa_flags == 0, 1,
        "not after siginterrupt");
    siginterrupt(SIGUSR1, 0);
    sigaction(SIGUSR1, NULL, &action);
    is(action.sa_flags, SA_RESTART, "which can be undone");
    fails(siginterrupt(99, 1), EINVAL, "siginterrupt of signal 99");
    is(signal(SIGKILL, counts) == SIG_ERR, 1, "none catches SIGKILL");
    is(signal(SIGUSR1, SIG_IGN) == counts, 1, "the old one is the handler");
}

static void
test_raise(void)
{
    count = 0;
    catch(SIGUSR1, counts, 0);
    is(raise(SIGUSR1) == 0 && count == 1, 1, "raise returns after the handler");
    fails(raise(65), EINVAL, "raise 65");
    fails(killpg(-2, 0), EINVAL, "no group -2");
    setpgid(0, 0);
    is(killpg(getpgrp(), SIGUSR1) == 0 && count == 2, 1, "killpg");
    is(killpg(0, 0), 0, "killpg 0 is one's own");
    is(tgkill(getpid(), gettid(), SIGUSR1) == 0 && count == 3, 1, "tgkill");
}

static void
test_masks(void)
{
    sigset_t set = set_of(SIGUSR1, SIGUSR2), old, pending;

    catch(SIGUSR1, counts, 0);
    catch(SIGUSR2, counts, 0);
    count = 0;
    is(pthread_sigmask(SIG_BLOCK, &set, &old), 0, "pthread_sigmask");
    is(sigismember(&old, SIGUSR1), 0, "gives the old mask");
    errno = 0;
    is(pthread_sigmask(77, &set, NULL), EINVAL, "its error is its result");
    is(errno, 0, "and errno stays");
    raise(SIGUSR1);
    sigpending(&pending);
    is(count == 0 && sigismember(&pending, SIGUSR1), 1, "a signal waits");
    fails(sigsuspend(&old), EINTR, "sigsuspend lets it in");
    is(count, 1, "once");
    sigprocmask(SIG_BLOCK, NULL, &old);
    is(sigismember(&old, SIGUSR1), 1, "and gives the mask back");
    sigprocmask(SIG_UNBLOCK, &set, NULL);
}

static void
test_waiting(void)
{
    sigset_t set = set_of(SIGUSR1, SIGRTMIN + 3), old;
    struct timespec now = {0};
    union sigval value = {.sival_int = 4711};
    siginfo_t info;
    int sig = 0;

    sigprocmask(SIG_BLOCK, &set, &old);
    count = 0;
    fails(sigtimedwait(&set, NULL, &now), EAGAIN, "nothing waits");
    raise(SIGUSR1);
    is(sigwait(&set, &sig) == 0 && sig == SIGUSR1, 1, "sigwait");
    kill(getpid(), SIGUSR1);
    is(sigwaitinfo(&set, &info), SIGUSR1, "sigwaitinfo");
    is(info.si_signo == SIGUSR1 && info.si_code == SI_USER &&
       info.si_pid == getpid(), 1, "says who sent it");
    is(sigqueue(getpid(), SIGRTMIN + 3, value), 0, "sigqueue");
    value.sival_ptr = &set;
    sigqueue(getpid(), SIGRTMIN + 3, value);
    is(sigwaitinfo(&set, &info), SIGRTMIN + 3, "a real-time signal");
    is(info.si_code == SI_QUEUE && info.si_pid == getpid() &&
       info.si_uid == getuid() && info.si_int == 4711, 1, "with its value");
    is(sigtimedwait(&set, &info, &now) == SIGRTMIN + 3 &&
       info.si_ptr == &set, 1, "and the next, in order");
    is(count, 0, "no handler was called");
    fails(sigqueue(getpid(), 65, value), EINVAL, "sigqueue of 65");
    sigprocmask(SIG_SETMASK, &old, NULL);
}

/* A child that sends SIGUSR2, for ever or some times, and then last_sig. */
static pid_t
sender(int times, int last_sig)
{
    pid_t parent = getpid(), pid = must_fork();

    if (pid == 0) {
        for (int i = 0; times == 0 || i < times; i++) {
            kill(parent, SIGUSR2);
            nap(2);
        }
        kill(parent, last_sig);
        _exit(0);
    }
    return pid;
}

/* A handler of another signal ends sigwaitinfo and pause, and not sigwait. */
static void
test_interrupted(void)
{
    sigset_t set = set_of(SIGUSR1, SIGUSR1);
    siginfo_t info;
    int sig = 0;

    catch(SIGUSR2, counts, SA_RESTART);
    sigprocmask(SIG_BLOCK, &set, NULL);
    count = 0;
    pid_t pid = sender(0, 0);
    fails(sigwaitinfo(&set, &info), EINTR, "a handler ends sigwaitinfo");
    fails(pause(), EINTR, "and pause");
    kill(pid, SIGKILL);
    waitpid(pid, NULL, 0);
    is(count >= 2, 1, "when it has run");
    pid = sender(3, SIGUSR1);
    is(sigwait(&set, &sig) == 0 && sig == SIGUSR1, 1, "sigwait goes on");
    waitpid(pid, NULL, 0);
    sigprocmask(SIG_UNBLOCK, &set, NULL);
}

static void
test_jump(void)
{
    sigset_t mask;
    volatile int sent = 0;
    catch(SIGUSR2, jumps, 0);
    int got = sigsetjmp(env, 1);
    if (!sent) {
        sent = 1;
        raise(SIGUSR2);
    }
    is(got, SIGUSR2, "a handler may jump out");
    sigprocmask(SIG_BLOCK, NULL, &mask);
    is(sigismember(&mask, SIGUSR2), 0, "and its signal is not blocked");
}

static void
test_info(void)
{
    struct sigaction action = {.sa_sigaction = keeps, .sa_flags = SA_SIGINFO};
    int code;

    sigaction(SIGUSR1, &action, NULL);
    raise(SIGUSR1);
    code = last.si_code;
    is(code == SI_TKILL && last.si_signo == SIGUSR1, 1, "raise is tgkill");
    kill(getpid(), SIGUSR1);
    code = last.si_code;
    is(code == SI_USER && last.si_pid == getpid(), 1, "kill is kill");
}

/* SIGABRT ends the program, whatever it did about it. */
static int
aborts(void *how)
{
    sigset_t set = set_of(SIGABRT, SIGABRT);

    switch (*(int *)how) {
    case 1:
        signal(SIGABRT, SIG_IGN);
        break;
    case 2:
        sigprocmask(SIG_BLOCK, &set, NULL);
        break;
    case 3:
        signal(SIGABRT, counts);
        break;
    case 4:
        signal(SIGABRT, jumps);
        if (sigsetjmp(env, 1) == SIGABRT) {
            return 4;
        }
    }
    abort();
}

static void
test_abort(void)
{
    static const char *const names[] = {
        "abort", "abort, ignored", "abort, blocked", "abort, caught",
    };

    for (int i = 0; i < 4; i++) {
        killed(in_child(aborts, &i), SIGABRT, names[i]);
    }
    exited(in_child(aborts, &(int){4}), 4, "but for a handler that jumps out");
}

/* What a function writes to stderr. */
static const char *
written(void (*function)(void))
{
    static char text[256];
    int fds[2], saved = dup(STDERR_FILENO);

    pipe(fds);
    dup2(fds[1], STDERR_FILENO);
    function();
    dup2(saved, STDERR_FILENO);
    close(fds[1]);
    close(saved);
    ssize_t n = read(fds[0], text, sizeof(text) - 1);
    close(fds[0]);
    text[n < 0 ? 0 : n] = '\0';
    return text;
}

static void
names_signals(void)
{
    psignal(SIGSEGV, "one");
    psignal(SIGTERM, "");
    psignal(SIGHUP, NULL);
}

static void
tells_infos(void)
{
    siginfo_t fault = {.si_signo = SIGSEGV, .si_code = SEGV_ACCERR};
    siginfo_t sent = {.si_signo = SIGUSR2, .si_code = SI_USER};

    fault.si_addr = (void *)0x1234;
    sent.si_pid = 55;
    sent.si_uid = 7;
    psiginfo(&fault, "one");
    psiginfo(&sent, NULL);
}

static void
test_texts(void)
{
    is_str(written(names_signals),
        "one: Segmentation fault\nTerminated\nHangup\n", "psignal");
    is_str(written(tells_infos),
        "one: Segmentation fault (Invalid permissions for mapped object "
        "[0x1234])\nUser defined signal 2 (Signal sent by kill() 55 7)\n",
        "psiginfo");
    is_str(strsignal(SIGCHLD), "Child exited", "strsignal");
    is_str(strsignal(SIGRTMIN + 2), "Real-time signal 2", "a real-time one");
    is_str(strsignal(INT_MAX), "Unknown signal 2147483647", "and no signal");
    is_str(sigabbrev_np(SIGINT), "INT", "sigabbrev_np");
    is_str(sigdescr_np(SIGINT), "Interrupt", "sigdescr_np");
    is(sigabbrev_np(0) == NULL && sigabbrev_np(-1) == NULL &&
       sigdescr_np(64) == NULL, 1, "what has no name");
}

int
main(void)
{
    test_sets();
    test_actions();
    test_raise();
    test_masks();
    test_waiting();
    test_interrupted();
    test_jump();
    test_info();
    test_abort();
    test_texts();
    return done();
}

/*
 * clone_parent.c: CLONE_PARENT, which makes a sibling; CLONE_CLEAR_SIGHAND,
 * which makes a child without handlers; and flags that change nothing.
 */
#include "pidfdspec.h"

#include <sys/syscall.h>

static long
clone_raw(unsigned long flags)
{
    return raw(SYS_clone, (long)flags, 0, 0, 0);
}

/* The child makes a sibling, which tells its parent and group. */
static void
test_sibling(void)
{
    pid_t told[3];
    int ends[2], status;

    pipe(ends);
    pid_t middle = must_fork();
    if (middle == 0) {
        setpgid(0, 0);
        long pid = clone_raw(CLONE_PARENT | SIGUSR1);
        if (pid == 0) {
            pid_t words[3] = { getpid(), getppid(), getpgrp() };
            write(ends[1], words, sizeof(words));
            pause();
        }
        fails(waitpid((pid_t)pid, NULL, __WALL), ECHILD,
            "a sibling is not one's child");
        fflush(stdout);
        _exit(pid > 0 ? 3 : 4);
    }
    read(ends[0], told, sizeof(told));
    waitpid(middle, &status, 0);
    exited(status, 3, "who made it");
    tap_lines++;
    is(told[1], getpid(), "its parent is the maker's");
    is(told[2], middle, "its group is the maker's");
    kill(told[0], SIGTERM);
    is(waitpid(told[0], &status, 0), told[0],
        "the parent waits for it as for the maker");
    killed(status, SIGTERM, "and learns how it ended");
    close(ends[0]);
    close(ends[1]);
}

static int signals;

static void
count(int signal)
{
    signals += signal == SIGUSR1 ? 10 : 1;
}

/* What the parent is sent is what the maker's end sends, not what is asked. */
static void
test_signal(void)
{
    sigset_t set, old;

    signal(SIGUSR1, count);
    signal(SIGUSR2, count);
    sigemptyset(&set);
    sigaddset(&set, SIGUSR1);
    sigaddset(&set, SIGUSR2);
    sigprocmask(SIG_BLOCK, &set, &old);
    long middle = clone_raw(SIGUSR1);
    if (middle == 0) {
        struct clone3_args args = { .flags = CLONE_PARENT };
        long pid = clone3(&args);
        _exit(pid < 0);
    }
    is(waitpid(-1, NULL, __WCLONE) > 0, 1, "two children");
    is(waitpid(-1, NULL, __WCLONE) > 0, 1, "of the kind of the first");
    sigpending(&set);
    ok(sigismember(&set, SIGUSR1) && !sigismember(&set, SIGUSR2),
        "and its signal");
    sigprocmask(SIG_SETMASK, &old, NULL);
    is(signals, 10, "no other one");
}

static void
ignore(int signal)
{
    (void)signal;
}

static void
test_handlers(void)
{
    struct clone3_args args = { ENDS, .flags = CLONE_CLEAR_SIGHAND };
    struct sigaction action;
    int status;

    signal(SIGUSR1, ignore);
    signal(SIGUSR2, SIG_IGN);
    long pid = clone3(&args);
    if (pid == 0) {
        sigaction(SIGUSR1, NULL, &action);
        int code = action.sa_handler == SIG_DFL && action.sa_flags == 0;
        sigaction(SIGUSR2, NULL, &action);
        code += action.sa_handler == SIG_IGN ? 2 : 0;
        raise(SIGUSR2);
        _exit(code);
    }
    waitpid((pid_t)pid, &status, 0);
    exited(status, 3, "no handlers, but what is ignored stays ignored");
    sigaction(SIGUSR1, NULL, &action);
    ok(action.sa_handler == ignore, "the parent keeps its own");
    args.flags = CLONE_CLEAR_SIGHAND | CLONE_VM | CLONE_VFORK;
    pid = clone3(&args);
    if (pid == 0) {
        raw(NR_kill, raw(NR_getpid, 0, 0, 0, 0), SIGUSR1, 0, 0);
        raw(NR_exit, 9, 0, 0, 0);
    }
    waitpid((pid_t)pid, &status, 0);
    killed(status, SIGUSR1, "also with its parent's memory");
    args.flags = CLONE_CLEAR_SIGHAND | CLONE_VM | CLONE_SIGHAND;
    is(clone3(&args), -EINVAL, "not with the same handlers");
    pid = (long)clone_raw(SIGCHLD);
    if (pid == 0) {
        raise(SIGUSR1);
        _exit(9);
    }
    waitpid((pid_t)pid, &status, 0);
    exited(status, 9, "another child has them");
}

/* There are no I/O contexts and no tracers, so these do nothing. */
static void
test_nothing(void)
{
    long pid = clone_raw(CLONE_IO | CLONE_PTRACE | CLONE_UNTRACED | SIGCHLD);
    int status;

    if (pid == 0) {
        _exit(6);
    }
    waitpid((pid_t)pid, &status, 0);
    exited(status, 6, "IO, PTRACE, UNTRACED");
}

int
main(void)
{
    test_sibling();
    test_signal();
    test_handlers();
    test_nothing();
    return done();
}

/*
 * threadspec_sighand.c: CLONE_SIGHAND without CLONE_THREAD: two processes with
 * one table of actions. Masks, pending signals and pids are each one's own;
 * execve gives the caller a table of its own.
 */
#include "threads.h"

enum { SHARES = CLONE_VM | CLONE_SIGHAND };

static struct thread other;
static long seen[6];
static int step, go, taken;
static pid_t taker;
static char *program;

static void
handler(int sig, siginfo_t *info, void *context)
{
    (void)info, (void)context;
    taker = (pid_t)raw(NR_getpid, 0, 0, 0, 0);
    taken = sig;
    advance(&go);
}

static pid_t
start(unsigned long flags, int (*body)(void *), void *arg)
{
    return (pid_t)clone_on(flags | SIGCHLD, thread_stack(&other, body, arg),
        NULL, NULL, NULL);
}

static int
acts(void *arg)
{
    (void)arg;
    seen[0] = raw(NR_getpid, 0, 0, 0, 0);
    seen[1] = (long)action_of(SIGUSR1).handler;
    act(SIGUSR2, handler, SA_RESTART, BIT(SIGHUP));
    mask(SIG_BLOCK, BIT(SIGTERM));
    return 4;
}

static void
test_actions(void)
{
    act(SIGUSR1, handler, 0, 0);
    pid_t pid = start(SHARES, acts, NULL);
    exited(status_of(pid), 4, "it is a child, for which we wait");
    is(seen[0], pid, "with a pid of its own");
    ok(seen[1] == P(handler), "it has our actions");
    ok(action_of(SIGUSR2).handler == handler
           && action_of(SIGUSR2).mask == BIT(SIGHUP), "and we have its");
    is((long)mask_now(), 0, "its mask is its own");

    act(SIGUSR2, TO_DEFAULT, 0, 0);
    pid = start(CLONE_VM, acts, NULL);
    exited(status_of(pid), 4, "without SIGHAND");
    ok(action_of(SIGUSR2).handler == TO_DEFAULT, "actions are its own");
}

static int
waits(void *arg)
{
    (void)arg;
    advance(&step);
    until(&go, 1);
    return 5;
}

static void
test_signals(void)
{
    step = go = 0;
    pid_t pid = start(SHARES, waits, NULL);
    until(&step, 1);
    kill(pid, SIGUSR1);
    exited(status_of(pid), 5, "a signal to it");
    is(taker, pid, "is taken by it alone");
    step = go = 0;
    pid = start(SHARES, waits, NULL);
    until(&step, 1);
    send_self(SIGUSR1);
    is(taker, getpid(), "one to us by us");
    exited(status_of(pid), 5, "but our handler is in its memory, too");
    step = go = 0;
    pid = start(SHARES, waits, NULL);
    until(&step, 1);
    kill(pid, SIGTERM);
    killed(status_of(pid), SIGTERM, "a default action ends only it");
}

/* An action that is changed while a signal is blocked counts for both. */
static int
unblocks(void *arg)
{
    (void)arg;
    mask(SIG_BLOCK, BIT(SIGUSR1));
    advance(&step);
    until(&go, 1);
    seen[0] = (long)pending_now();
    return 6;
}

static void
test_ignore(void)
{
    step = go = 0;
    pid_t pid = start(SHARES, unblocks, NULL);
    until(&step, 1);
    kill(pid, SIGUSR1);
    act(SIGUSR1, TO_IGNORE, 0, 0);
    advance(&go);
    exited(status_of(pid), 6, "we ignore what waits for it");
    act(SIGUSR1, handler, 0, 0);
}

static int
executes(void *arg)
{
    const char *argv[] = { program, "exec", NULL };

    (void)arg;
    raw(NR_execve, P(program), P(argv), P(argv + 2), 0);
    return 99;
}

static void
test_exec(void)
{
    act(SIGUSR1, handler, 0, 0);
    act(SIGUSR2, TO_IGNORE, 0, 0);
    pid_t pid = start(SHARES, executes, NULL);
    exited(status_of(pid), 3, "after its execve what was caught is default, "
        "what was ignored stays so");
    ok(action_of(SIGUSR1).handler == handler
           && action_of(SIGUSR2).handler == TO_IGNORE, "ours are as before");
}

/* fork copies the table. */
static void
test_fork(void)
{
    pid_t pid = must_fork();

    if (pid == 0) {
        act(SIGUSR1, TO_DEFAULT, 0, 0);
        _exit(0);
    }
    status_of(pid);
    ok(action_of(SIGUSR1).handler == handler, "fork copies the actions");
}

int
main(int argc, char *argv[])
{
    static char path[512];

    if (argc > 1) {
        return strcmp(argv[1], "exec") == 0
               ? (action_of(SIGUSR1).handler == TO_DEFAULT)
                     + 2 * (action_of(SIGUSR2).handler == TO_IGNORE)
               : 9;
    }
    readlink("/proc/self/exe", path, sizeof(path) - 1);
    program = path;
    test_actions();
    test_signals();
    test_ignore();
    test_exec();
    test_fork();
    return done();
}

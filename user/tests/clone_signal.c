/*
 * clone_signal.c: the low byte of clone's flags names the signal that the
 * parent gets when the child ends.  A child with any other than SIGCHLD is a
 * "clone child": only __WCLONE and __WALL wait for it, until it calls execve
 * or its parent ends.  A parent that has called execve gets SIGCHLD.
 */
#include "tap.h"

#include "raw.h"
#include <fcntl.h>
#include <sched.h>
#include <sys/syscall.h>

static char *self;

static pid_t
clone_with(long flags)
{
    return (pid_t)raw(SYS_clone, flags, 0, 0, 0);
}

/* A child that ends at once. */
static pid_t
ended(long flags)
{
    pid_t pid = clone_with(flags);

    if (pid == 0) {
        _exit(5);
    }
    return pid;
}

/* wait4's result, and the exit code in *code. */
static long
await(pid_t pid, unsigned options, int *code)
{
    int status = -1;
    long result = raw(SYS_wait4, pid, P(&status), (int)options, 0);

    *code = WIFEXITED(status) ? WEXITSTATUS(status) : -1;
    return result;
}

static int
is_pending(int signal)
{
    sigset_t set;

    sigemptyset(&set);
    sigpending(&set);
    return sigismember(&set, signal);
}

static void
drop(int signal)
{
    struct sigaction ignore = {.sa_handler = SIG_IGN}, old;

    sigaction(signal, &ignore, &old);
    sigaction(signal, &old, NULL);
}

static void
block(int signal)
{
    sigset_t set;

    sigemptyset(&set);
    sigaddset(&set, signal);
    sigprocmask(SIG_BLOCK, &set, NULL);
}

static void
test_none(void)
{
    int code;
    pid_t pid = ended(CLONE_FS | CLONE_FILES);

    ok(pid > 0, "a child with no signal");
    is(await(pid, 0, &code), -ECHILD, "wait4 does not see it");
    is(await(-1, WNOHANG, &code), -ECHILD, "nor does one for any child");
    ok(await(pid, __WCLONE, &code) == pid && code == 5,
        "with __WCLONE it does");
    is(is_pending(SIGCHLD), 0, "and no SIGCHLD came");

    pid = ended(0);
    ok(await(-1, __WALL, &code) == pid && code == 5, "__WALL sees it, too");
    is(await(-1, __WALL, &code), -ECHILD, "and then there is none");
}

static void
test_other(void)
{
    int code;
    pid_t pid = ended(SIGUSR1);

    ok(await(pid, __WALL, &code) == pid && code == 5, "a child with SIGUSR1");
    is(is_pending(SIGUSR1), 1, "SIGUSR1 came");
    is(is_pending(SIGCHLD), 0, "SIGCHLD did not");
    drop(SIGUSR1);

    pid = ended(0xff);
    ok(await(pid, __WALL, &code) == pid && code == 5,
        "a number that is no signal is none");

    pid = ended(SIGCHLD);
    is(await(pid, __WCLONE, &code), -ECHILD,
        "__WCLONE does not see a child with SIGCHLD");
    ok(await(pid, __WALL | __WCLONE, &code) == pid && code == 5,
        "but __WALL goes before");
    is(is_pending(SIGCHLD), 1, "and SIGCHLD came");
    drop(SIGCHLD);
}

/* Both kinds at once: each wait finds its own. */
static void
test_both(void)
{
    int code;
    pid_t plain = ended(SIGCHLD), other = ended(SIGUSR1);

    ok(await(-1, 0, &code) == plain, "of two, wait4 finds the plain child");
    is(await(-1, 0, &code), -ECHILD, "and no other");
    ok(await(-1, __WCLONE, &code) == other, "__WCLONE the other");
    drop(SIGUSR1);
    drop(SIGCHLD);
}

static void
test_exec(void)
{
    char *argv[] = {self, "child", NULL};
    int ends[2];
    char byte;
    int code;

    pipe2(ends, O_CLOEXEC);
    pid_t pid = clone_with(SIGUSR1);
    if (pid == 0) {
        execv(self, argv);
        _exit(127);
    }
    close(ends[1]);
    read(ends[0], &byte, 1); /* returns when the child has executed */
    close(ends[0]);
    ok(await(pid, 0, &code) == pid && code == 6,
        "after execve it is a plain child");
    is(is_pending(SIGCHLD), 1, "whose end is SIGCHLD");
    is(is_pending(SIGUSR1), 0, "and not what clone was told");
    drop(SIGCHLD);
}

/* Clone a child, which ends when we have executed another program. */
static void
clone_and_exec(long flags)
{
    char *argv[] = {self, "parent", NULL};
    int ends[2];
    char byte;

    pipe2(ends, O_CLOEXEC);
    if (clone_with(flags) == 0) {
        close(ends[1]);
        read(ends[0], &byte, 1);
        _exit(5);
    }
    execv(self, argv);
    _exit(127);
}

/* That other program.  => 0: what it got is SIGCHLD alone */
static int
after_exec(void)
{
    int code;
    long pid = await(-1, __WCLONE, &code);

    return pid < 0 ? 1 : !is_pending(SIGCHLD) + 2 * is_pending(SIGUSR1);
}

static void
test_parent_execs(void)
{
    int code;
    pid_t pid = clone_with(SIGCHLD);

    if (pid == 0) {
        clone_and_exec(SIGUSR1);
    }
    ok(await(pid, 0, &code) == pid && code == 0,
        "a parent that has executed gets SIGCHLD");
    pid = clone_with(SIGCHLD);
    if (pid == 0) {
        clone_and_exec(0);
    }
    ok(await(pid, 0, &code) == pid && code == 0, "even where it was no signal");
    drop(SIGCHLD);
}

/* SA_NOCLDWAIT and an ignored SIGCHLD affect only children with SIGCHLD. */
static void
test_ignored(void)
{
    struct sigaction ignore = {.sa_handler = SIG_IGN}, old;
    int code;

    sigaction(SIGCHLD, &ignore, &old);
    pid_t pid = ended(SIGUSR1);
    ok(await(pid, __WALL, &code) == pid && code == 5,
        "SIGCHLD ignored: a child with SIGUSR1 is there to wait for");
    pid = ended(SIGCHLD);
    is(await(pid, __WALL, &code), -ECHILD, "one with SIGCHLD is not");
    sigaction(SIGCHLD, &old, NULL);
    drop(SIGUSR1);
}

/* An orphan's new parent waits only for plain children. */
static void
test_orphan(void)
{
    int ends[2];
    char byte;
    int code;

    pipe(ends);
    pid_t pid = clone_with(SIGCHLD);
    if (pid == 0) {
        pid_t parent = getpid();
        if (clone_with(SIGUSR1) == 0) {
            while (getppid() == parent) {
                nap(1);
            }
            _exit(0);
        }
        _exit(5);
    }
    close(ends[1]);
    ok(await(pid, 0, &code) == pid && code == 5, "its parent ends first");
    is(read(ends[0], &byte, 1), 0, "and the orphan is not left waiting");
    close(ends[0]);
    drop(SIGCHLD);
}

int
main(int argc, char *argv[])
{
    if (argc > 1) {
        return strcmp(argv[1], "parent") == 0 ? after_exec() : 6;
    }
    self = argv[0];
    block(SIGUSR1);
    block(SIGCHLD);
    test_none();
    test_other();
    test_both();
    test_exec();
    test_parent_execs();
    test_ignored();
    test_orphan();
    return done();
}

/*
 * fork_basic.c: what fork returns, and what a child has in common with its
 * parent and what not. The child's exit code is its answer.
 */
#include "tap.h"

#include "raw.h"
#include <fcntl.h>
#include <sys/stat.h>

static pid_t parent_pid, parent_group, parent_session;
static int counter = 10;

static int
child_ids(void *unused)
{
    (void)unused;
    return (getpid() != parent_pid) | (getppid() == parent_pid) << 1
        | (getpgrp() == parent_group) << 2
        | (getsid(0) == parent_session) << 3
        | (raw(NR_gettid, 0, 0, 0, 0) == getpid()) << 4;
}

static int
child_inherits(void *unused)
{
    sigset_t mask;
    struct sigaction action;
    char path[512];
    size_t end;

    (void)unused;
    sigprocmask(SIG_BLOCK, NULL, &mask);
    sigaction(SIGUSR2, NULL, &action);
    if (!getcwd(path, sizeof(path))) {
        return 0;
    }
    end = strlen(path);
    return (sigismember(&mask, SIGUSR1) == 1)
        | (action.sa_handler == SIG_IGN) << 1
        | (umask(0) == 027) << 2
        | (end >= 4 && strcmp(path + end - 4, "/sub") == 0) << 3
        | (getenv("FORK_BASIC") && !strcmp(getenv("FORK_BASIC"), "kept")) << 4;
}

/* SIGUSR1 is pending in the parent and blocked in both. */
static int
child_not_pending(void *unused)
{
    sigset_t mask;
    (void)unused;
    sigemptyset(&mask);
    sigprocmask(SIG_SETMASK, &mask, NULL);
    return 3;
}

static void
test_return(void)
{
    int status = 0, local = 5;
    pid_t seen = 0, pid, ends[2];

    ok(pipe(ends) == 0, "pipe");
    pid = must_fork();
    if (pid == 0) {
        pid_t self = getpid();
        counter++;
        local++;
        write(ends[1], &self, sizeof(self));
        _exit(counter + local);
    }
    ok(pid > 0, "fork returns a positive number in the parent");
    read(ends[0], &seen, sizeof(seen));
    ok(seen == pid, "it is the pid that the child sees");
    ok(waitpid(pid, &status, 0) == pid, "wait returns the same pid");
    exited(status, 17, "fork returned 0 in the child, which ran on");
    is(counter + local, 15, "the parent's variables are its own");
    close(ends[0]);
    close(ends[1]);
}

static void
test_inherits(void)
{
    int status;
    sigset_t mask;

    sigemptyset(&mask);
    sigaddset(&mask, SIGUSR1);
    sigprocmask(SIG_BLOCK, &mask, NULL);
    signal(SIGUSR2, SIG_IGN);
    setenv("FORK_BASIC", "kept", 1);
    mkdir("sub", 0755);
    chdir("sub");
    umask(027);
    status = in_child(child_inherits, NULL);
    ok(status & 0x100, "the child has the parent's signal mask");
    ok(status & 0x200, "the child ignores what the parent ignores");
    ok(status & 0x400, "the child has the parent's umask");
    ok(status & 0x800, "the child has the parent's directory");
    ok(status & 0x1000, "the child has the parent's environment");
    umask(022);
    chdir("..");
    rmdir("sub");
    kill(getpid(), SIGUSR1);
    exited(in_child(child_not_pending, NULL), 3,
        "a signal pending in the parent is not pending in the child");
    signal(SIGUSR1, SIG_IGN);
    sigprocmask(SIG_UNBLOCK, &mask, NULL);
}

/* fork three times over makes eight; each writes one byte. */
static void
test_doubling(void)
{
    int ends[2], n = 0;
    char c;

    pipe(ends);
    pid_t first = must_fork();
    if (first == 0) {
        must_fork();
        must_fork();
        must_fork();
        write(ends[1], "x", 1);
        while (wait(NULL) > 0) {
        }
        _exit(0);
    }
    close(ends[1]);
    while (read(ends[0], &c, 1) == 1) {
        n++;
    }
    is(n, 8, "three forks in a row make eight processes");
    close(ends[0]);
    waitpid(first, NULL, 0);
}

int
main(void)
{
    int status;

    parent_pid = getpid();
    parent_group = getpgrp();
    parent_session = getsid(0);
    test_return();
    status = in_child(child_ids, NULL);
    ok(status & 0x100, "the child has another pid");
    ok(status & 0x200, "the child's parent is the caller");
    ok(status & 0x400, "the child is in the caller's process group");
    ok(status & 0x800, "the child is in the caller's session");
    ok(status & 0x1000, "gettid in the child is its pid");
    test_inherits();
    test_doubling();
    return done();
}

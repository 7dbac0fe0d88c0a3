/*
 * pgrp.c: process groups and sessions: which process is in which, which may be
 * moved, and why not. As a child it executes itself with "exec" to sleep.
 */
#include "tap.h"

#include "raw.h"
#include <fcntl.h>

static const char *self;

static pid_t
make_sleeper(int executes, int session)
{
    int gate[2];
    char c;
    pid_t pid;

    pipe2(gate, O_CLOEXEC);
    pid = must_fork();
    if (pid == 0) {
        if (session) {
            setsid();
        }
        if (executes) {
            char *args[] = { "exec", NULL };
            execv(self, args);
            _exit(127);
        }
        close(gate[0]);
        close(gate[1]);
        nap(20000);
        _exit(0);
    }
    close(gate[1]);
    read(gate[0], &c, 1);
    close(gate[0]);
    return pid;
}

static void
bury(pid_t pid)
{
    kill(pid, SIGKILL);
    waitpid(pid, NULL, 0);
}

static int
own_group(void *unused)
{
    pid_t outer = getpgrp();
    (void)unused;
    if (setpgid(0, 0) != 0 || getpgrp() != getpid() || getpgid(0) != getpid()) {
        return 4;
    }
    return setpgid(0, outer) == 0 && getpgrp() == outer ? 3 : 5;
}

static void
test_groups(void)
{
    pid_t a = make_sleeper(0, 0), b = make_sleeper(0, 0);

    ok(getpgid(a) == getpgrp(), "a child is in its parent's group");
    exited(in_child(own_group, NULL), 3, "a child makes a group and returns");
    is(setpgid(a, a), 0, "a parent makes a group for a child");
    ok(getpgid(a) == a, "with the child's pid");
    is(setpgid(b, a), 0, "another child joins it");
    ok(getpgid(b) == a, "and is there");
    is(setpgid(b, 0), 0, "group 0 means the child's own");
    ok(getpgid(b) == b, "which it leads");
    is(setpgid(b, a), 0, "a leader may go to another group");
    bury(a);
    ok(getpgid(b) == a, "a group outlives its leader");
    is(kill(-a, 0), 0, "and can be reached");
    bury(b);
    fails(kill(-a, 0), ESRCH, "until its last member is gone");
}

static void
test_errors(void)
{
    pid_t plain = make_sleeper(0, 0), other = make_sleeper(1, 0);
    pid_t leader = make_sleeper(0, 1);

    fails(setpgid(plain, -1), EINVAL, "a negative group");
    fails(setpgid(0x7fffffff, 0), ESRCH, "a process that is not there");
    fails(setpgid(getppid(), 0), ESRCH, "the parent is no child");
    fails(setpgid(-1, 1), ESRCH, "a negative process");
    fails(setpgid(plain, 0x7fffffff), EPERM, "a group that is not there");
    fails(setpgid(plain, leader), EPERM, "a group of another session");
    fails(setpgid(leader, 0), EPERM, "a session's leader");
    fails(setpgid(other, 0), EACCES, "a child that called exec");
    fails(getpgid(0x7fffffff), ESRCH, "getpgid of no process");
    fails(getsid(0x7fffffff), ESRCH, "getsid of no process");
    ok(getsid(leader) == leader, "getsid of a child with its own session");
    ok(getpgid(leader) == leader, "which leads its group too");
    ok(getsid(plain) == getsid(0), "getsid of one without");
    bury(plain);
    bury(other);
    bury(leader);
}

static int
new_session(void *unused)
{
    (void)unused;
    return setsid() == getpid() && getsid(0) == getpid()
        && getpgrp() == getpid() ? 3 : 4;
}

static int
session_of_leader(void *unused)
{
    (void)unused;
    setpgid(0, 0);
    return setsid() == -1 && errno == EPERM ? 3 : 4;
}

static int
session_twice(void *unused)
{
    (void)unused;
    setsid();
    return setsid() == -1 && errno == EPERM ? 3 : 4;
}

static int
leader_moves(void *unused)
{
    (void)unused;
    setsid();
    return setpgid(0, 0) == -1 && errno == EPERM ? 3 : 4;
}

static int
child_of_session(void *unused)
{
    (void)unused;
    pid_t sid = setsid();
    pid_t pid = must_fork();
    if (pid == 0) {
        _exit(getsid(0) == sid && getpgrp() == sid ? 3 : 4);
    }
    int status;
    waitpid(pid, &status, 0);
    return WEXITSTATUS(status);
}

int
main(int argc, char **argv)
{
    (void)argc;
    self = argv[0];
    if (strcmp(self, "exec") == 0) {
        nap(20000);
        return 0;
    }
    test_groups();
    test_errors();
    exited(in_child(new_session, NULL), 3, "setsid: a session and a group");
    exited(in_child(session_of_leader, NULL), 3,
        "a group's leader gets no session");
    exited(in_child(session_twice, NULL), 3, "nor does one get two");
    exited(in_child(leader_moves, NULL), 3,
        "a session's leader stays in its group");
    exited(in_child(child_of_session, NULL), 3,
        "its child is in both");
    return done();
}

/*
 * wait_which.c: the children that a wait is for: one child, any child, those of
 * a process group; with WNOHANG; and its result when there is no such child.
 */
#include "tap.h"

#include "raw.h"
#include <sys/resource.h>
#include <sys/time.h>

/* A child that ends with this code when gate's other end is closed. */
static pid_t
make_child(int code, int gate[2])
{
    char c;
    pid_t pid;

    pipe(gate);
    pid = must_fork();
    if (pid == 0) {
        close(gate[1]);
        read(gate[0], &c, 1);
        _exit(code);
    }
    close(gate[0]);
    return pid;
}

static pid_t
make_dead(int code, pid_t group)
{
    pid_t pid = must_fork();
    if (pid == 0) {
        _exit(code);
    }
    if (group >= 0) {
        setpgid(pid, group);
    }
    return pid;
}

static void
test_one(void)
{
    int status = 0;
    pid_t a = make_dead(1, -1), b = make_dead(2, -1), c = make_dead(3, -1);

    is(waitpid(b, &status, 0), b, "wait for the second of three");
    exited(status, 2, "its status");
    is(waitpid(c, &status, 0), c, "then for the third");
    exited(status, 3, "its status");
    fails(waitpid(b, &status, 0), ECHILD, "the second is gone");
    is(waitpid(-1, &status, 0), a, "any: the first is left");
    exited(status, 1, "its status");
    fails(waitpid(-1, &status, 0), ECHILD, "nobody is left");
}

static void
test_nohang(void)
{
    int gate[2], status = 77;
    struct rusage usage;
    pid_t pid = make_child(5, gate);

    memset(&usage, 0x55, sizeof(usage));
    is(waitpid(pid, &status, WNOHANG), 0, "WNOHANG: 0 while it lives");
    is(status, 77, "the status is not touched");
    is(waitpid(-1, NULL, WNOHANG), 0, "nor is any other ready");
    is(wait4(pid, &status, WNOHANG, &usage), 0, "with rusage the same");
    is(((char *)&usage)[0], 0x55, "which is not touched");
    close(gate[1]);
    while (waitpid(pid, &status, WNOHANG) == 0) {
        nap(1);
    }
    exited(status, 5, "WNOHANG finds it when it is dead");
    fails(waitpid(pid, NULL, WNOHANG), ECHILD, "once");
    fails(waitpid(-1, NULL, WNOHANG), ECHILD, "then there is none");
}

static int
groups(void *unused)
{
    int status = 0, gate[2];
    pid_t mine, leader, member;

    (void)unused;
    setpgid(0, 0);
    leader = make_child(1, gate);
    setpgid(leader, leader);
    member = make_dead(2, leader);
    mine = make_dead(3, -1);
    is(waitpid(0, &status, 0), mine, "0 is the caller's group");
    fails(waitpid(0, &status, 0), ECHILD, "where no other child is");
    is(waitpid(-leader, &status, 0), member, "-group finds a member");
    is(waitpid(-leader, &status, WNOHANG), 0, "the leader lives");
    close(gate[1]);
    is(waitpid(-leader, &status, 0), leader, "until it does not");
    fails(waitpid(-leader, &status, 0), ECHILD, "the group is gone");
    return tap_lines;
}

static int
wait_for_grandchild(void *unused)
{
    int ends[2];
    pid_t grandchild = 0;

    (void)unused;
    pipe(ends);
    pid_t pid = must_fork();
    if (pid == 0) {
        pid_t inner = must_fork();
        if (inner == 0) {
            _exit(0);
        }
        write(ends[1], &inner, sizeof(inner));
        waitpid(inner, NULL, 0);
        _exit(0);
    }
    read(ends[0], &grandchild, sizeof(grandchild));
    return waitpid(grandchild, NULL, 0) == -1 && errno == ECHILD ? 3 : 4;
}

static void
test_errors(void)
{
    pid_t pid = make_dead(0, -1);

    fails(waitpid(getpid(), NULL, 0), ECHILD, "oneself is no child");
    fails(waitpid(getppid(), NULL, 0), ECHILD, "nor is the parent");
    fails(waitpid(0x7fffffff, NULL, 0), ECHILD, "nor somebody unknown");
    exited(in_child(wait_for_grandchild, NULL), 3, "nor a grandchild");
    fails(waitpid(pid, NULL, 0x100), EINVAL, "an unknown option");
    fails(waitpid(pid, NULL, -1), EINVAL, "all options at once");
    is(raw(NR_wait4, -0x80000000L, 0, 0, 0), -ESRCH, "the group 2^31");
    is(waitpid(pid, NULL, 0), pid, "no status wanted");
    pid = make_dead(0, -1);
    is(raw(NR_wait4, pid, 16, 0, 0), -EFAULT, "a status to nowhere");
    is(raw(NR_wait4, pid, 0, 0, 0), -ECHILD, "takes the child all the same");
    pid = make_dead(0, -1);
    is(raw(NR_wait4, pid, 0, 0, 16), -EFAULT, "an rusage to nowhere");
    is(raw(NR_wait4, pid, 0, 0, 0), -ECHILD, "takes the child too");
}

static void
test_usage(void)
{
    struct rusage usage;
    int status = 0;
    pid_t pid = make_dead(4, -1);

    memset(&usage, 0x55, sizeof(usage));
    is(wait4(pid, &status, 0, &usage), pid, "wait4 with rusage");
    exited(status, 4, "gives the status");
    ok(usage.ru_utime.tv_usec >= 0 && usage.ru_utime.tv_usec < 1000000
        && usage.ru_utime.tv_sec >= 0 && usage.ru_utime.tv_sec < 10,
        "and the time used in user mode");
    ok(usage.ru_stime.tv_usec >= 0 && usage.ru_stime.tv_usec < 1000000,
        "and in the kernel");
}

/* With SIGCHLD ignored, children leave nothing to wait for. */
static int
ignore_children(void *unused)
{
    int gate[2];

    (void)unused;
    signal(SIGCHLD, SIG_IGN);
    make_child(1, gate);
    close(gate[1]);
    return waitpid(-1, NULL, 0) == -1 && errno == ECHILD ? 3 : 4;
}

int
main(void)
{
    int status;

    test_one();
    test_nohang();
    status = in_child(groups, NULL);
    tap_lines = WEXITSTATUS(status);
    test_errors();
    test_usage();
    exited(in_child(ignore_children, NULL), 3,
        "SIGCHLD ignored: wait ends with ECHILD when the child is dead");
    return done();
}

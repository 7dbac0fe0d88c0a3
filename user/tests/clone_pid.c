/*
 * clone_pid.c: a child with a pid of the caller's choice (clone3's set_tid),
 * which only root may have.
 */
#include "userspec.h"

#include "pidfdspec.h"

/* A pid that nobody has: that of a child that was reaped. */
static pid_t
unused(void)
{
    pid_t pid = must_fork();

    if (pid == 0) {
        _exit(0);
    }
    waitpid(pid, NULL, 0);
    return pid;
}

static long
clone_as(const pid_t *pids, unsigned long count)
{
    struct clone3_args args = { ENDS, .set_tid = P(pids),
        .set_tid_size = count };
    long pid = clone3(&args);

    if (pid == 0) {
        _exit(getpid() == pids[0] ? 7 : 8);
    }
    return pid;
}

static void
test_chosen(void)
{
    pid_t pid = unused(), again;
    int status;

    is(clone_as(&pid, 1) == pid, 1, "the child has the pid");
    is(clone_as(&pid, 1), -EEXIST, "another one cannot have it");
    again = waitpid(pid, &status, 0);
    ok(again == pid && WEXITSTATUS(status) == 7, "and it knows");
    is(clone_as(&pid, 1) == pid, 1, "it can be had again");
    waitpid(pid, NULL, 0);
    pid = getpid();
    is(clone_as(&pid, 1), -EEXIST, "one's own");
    pid = 1;
    is(clone_as(&pid, 1), -EEXIST, "or the first");
}

static void
test_refused(void)
{
    pid_t pids[2] = { unused(), 1 }, bad[] = { 0, -1, 1 << 30 };
    int status;

    for (int i = 0; i < 3; i++) {
        is(clone_as(&bad[i], 1), -EINVAL, "what is no pid");
    }
    is(clone_as(pids, 2), -EINVAL, "pids in two name spaces");
    is(clone_as(pids, 33), -EINVAL, "or in too many");
    is(clone_as(pids, 0), -EINVAL, "an array of none");
    is(clone_as(NULL, 1), -EINVAL, "no array");
    is(clone_as((pid_t *)8, 1), -EFAULT, "one that is nowhere");
    pid_t child = must_fork();
    if (child == 0) {
        become(&student);
        _exit(clone_as(pids, 1) == -EPERM && clone_as(bad, 1) == -EINVAL);
    }
    waitpid(child, &status, 0);
    exited(status, 1, "one who is not root");
    fails(wait(NULL), ECHILD, "none of them made a child");
}

int
main(void)
{
    test_chosen();
    test_refused();
    return done();
}

/*
 * libc_wait.c: wait, waitpid, wait3, wait4 and waitid tell of the same child;
 * prctl's arguments reach the kernel.
 */
#include "tap.h"

#include <sys/prctl.h>
#include <sys/resource.h>

static pid_t
child(int code)
{
    pid_t pid = must_fork();

    if (pid == 0) {
        _exit(code);
    }
    return pid;
}

static void
test_waits(void)
{
    struct rusage usage;
    siginfo_t info;
    int status;

    pid_t pid = child(1);
    is(wait(&status), pid, "wait");
    exited(status, 1, "says how it ended");
    pid = child(2);
    is(waitpid(pid, &status, 0), pid, "waitpid");
    exited(status, 2, "says so");
    pid = child(3);
    memset(&usage, -1, sizeof(usage));
    is(wait3(&status, 0, &usage), pid, "wait3");
    exited(status, 3, "says so");
    ok(usage.ru_utime.tv_sec == 0 && usage.ru_stime.tv_sec == 0,
        "and what it used");
    pid = child(4);
    memset(&usage, -1, sizeof(usage));
    is(wait4(pid, &status, 0, &usage), pid, "wait4");
    exited(status, 4, "says so");
    ok(usage.ru_utime.tv_sec == 0, "and what it used");
    pid = child(5);
    is(waitid(P_PID, (id_t)pid, &info, WEXITED), 0, "waitid");
    is(info.si_pid, pid, "says who");
    is(info.si_signo == SIGCHLD && info.si_code == CLD_EXITED, 1, "and how");
    is(info.si_status, 5, "with which status");
    fails(waitid(P_ALL, 0, &info, WEXITED), ECHILD, "there is no other");
    fails(waitid(P_ALL, 0, &info, 0), EINVAL, "waitid of nothing");
}

static void
test_prctl(void)
{
    char name[16] = "";
    int value = 7;

    is(prctl(PR_SET_NAME, "another"), 0, "set a name");
    is(prctl(PR_GET_NAME, name), 0, "get it");
    is_str(name, "another", "as it was set");
    is(prctl(PR_GET_PDEATHSIG, &value), 0, "get the parent's death signal");
    is(value, 0, "there is none");
    fails(prctl(-1, 0, 0, 0, 0), EINVAL, "no such command");
}

int
main(void)
{
    test_waits();
    test_prctl();
    return done();
}

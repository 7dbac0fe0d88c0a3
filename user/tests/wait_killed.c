/*
 * wait_killed.c: SIGKILL ends a stop with the process: from then on its stop is
 * not waited for, and it is no stopped member of its group.
 */
#include "sigspec.h"

static pid_t
stopped_child(void)
{
    pid_t pid = must_fork();

    if (pid == 0) {
        raise(SIGSTOP);
        _exit(0);
    }
    until_state(pid, 'T');
    return pid;
}

/* What waitid says of it, without waiting. => CLD_*; 0: nothing */
static int
says(pid_t pid, int options)
{
    siginfo_t info;

    info.si_code = 0;
    info.si_pid = -1;
    if (waitid(P_PID, (id_t)pid, &info, options | WNOHANG | WNOWAIT) != 0) {
        return -errno;
    }
    return info.si_pid == 0 ? 0 : info.si_code;
}

static void
test_status(void)
{
    int status = 0;
    pid_t pid = stopped_child();

    is(says(pid, WSTOPPED), CLD_STOPPED, "a stopped child");
    kill(pid, SIGKILL);
    ok(says(pid, WSTOPPED) <= 0, "killed: its stop is not told any more");
    ok(says(pid, WCONTINUED) <= 0, "nor has it gone on");
    is(waitpid(pid, &status, WUNTRACED), pid, "wait for either:");
    killed(status, SIGKILL, "its end");
    pid = stopped_child();
    waitpid(pid, &status, WUNTRACED);
    kill(pid, SIGKILL);
    is(waitpid(pid, &status, WUNTRACED | WCONTINUED), pid,
        "the same, with its stop waited for");
    killed(status, SIGKILL, "its end");
    siginfo_t info;
    pid = stopped_child();
    kill(pid, SIGKILL);
    waitid(P_PID, (id_t)pid, &info, WEXITED | WNOWAIT);
    is(says(pid, WSTOPPED), -ECHILD, "a zombie has no stop");
    is(says(pid, WEXITED), CLD_KILLED, "but its end");
    waitpid(pid, NULL, 0);
}

/* A member of a group that will be orphaned; it says whether SIGHUP came. */
static void
member(pid_t parent, int ready, int answer)
{
    mask(SIG_BLOCK, BIT(SIGHUP) | BIT(SIGCONT));
    write(ready, "r", 1);
    while (getppid() == parent) {
        nap(1);
    }
    write(answer, pending_now() & BIT(SIGHUP) ? "h" : "-", 1);
    _exit(0);
}

/* A parent ends whose group's one stopped member is stopped, or killed. */
static char
orphans(int kills)
{
    int ready[2], answer[2];
    char byte = 0;

    pipe(ready);
    pipe(answer);
    pid_t leader = must_fork();
    if (leader == 0) {
        setsid();
        pid_t parent = getpid();
        pid_t first = must_fork();
        if (first == 0) {
            setpgid(0, 0);
            member(parent, ready[1], answer[1]);
        }
        setpgid(first, first);
        read(ready[0], &byte, 1);
        pid_t second = must_fork();
        if (second == 0) {
            setpgid(0, first);
            raise(SIGSTOP);
            _exit(0);
        }
        until_state(second, 'T');
        if (kills) {
            kill(second, SIGKILL);
            until_state(second, 'Z');
        }
        _exit(0);
    }
    waitpid(leader, NULL, 0);
    read(answer[0], &byte, 1);
    return byte;
}

int
main(void)
{
    test_status();
    is(orphans(0), 'h', "orphaned with a stopped member: SIGHUP");
    is(orphans(1), '-', "not if that has been killed");
    return done();
}

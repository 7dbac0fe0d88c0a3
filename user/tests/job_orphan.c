/*
 * job_orphan.c: orphaned process groups. No member has a parent in another
 * group of the session, so nobody would continue one that stops: it does not
 * stop by a key or as a background process; and if an exit orphans a group with
 * a stopped member, all members get SIGHUP and SIGCONT.
 */
#include "jobs.h"

static int gate[2]; /* a member writes a byte when it is continued or killed */

static int
stops_by(void *signal_number)
{
    setsid();
    raise(*(int *)signal_number);
    return 7;
}

static void
test_stop(void)
{
    static int signals[] = { SIGTSTP, SIGTTIN, SIGTTOU };
    int status;

    for (int i = 0; i < 3; i++) {
        pid_t pid = must_fork();
        if (pid == 0) {
            _exit(stops_by(&signals[i]));
        }
        waitpid(pid, &status, WUNTRACED);
        exited(status, 7, i == 0 ? "SIGTSTP" : i == 1 ? "SIGTTIN" : "SIGTTOU");
        if (WIFSTOPPED(status)) {
            end_job(pid);
        }
    }
    pid_t pid = must_fork();
    if (pid == 0) {
        setsid();
        raise(SIGSTOP);
        _exit(7);
    }
    stopped(pid, SIGSTOP, "SIGSTOP stops it");
    end_job(pid);
}

/* A member of a new group, in the child of the process that calls this. It
 * stops, and writes a byte when it has been continued: `h` if SIGHUP came too,
 * which it blocks. */
static pid_t
start_member(pid_t group)
{
    pid_t pid = must_fork();

    if (pid == 0) {
        setpgid(0, group);
        block(SIGHUP);
        raise(SIGSTOP);
        write(gate[1], is_pending(SIGHUP) ? "h" : "-", 1);
        _exit(0);
    }
    setpgid(pid, group == 0 ? pid : group);
    waitpid(pid, NULL, WUNTRACED);
    return pid;
}

/* What members wrote, waited for at most `ms`; 0: nothing. */
static char
answer(long ms)
{
    char c = 0;

    set_nonblocking(gate[0], 1);
    for (; ms > 0 && read(gate[0], &c, 1) != 1; ms -= 5) {
        nap(5);
    }
    set_nonblocking(gate[0], 0);
    return c;
}

/* Run body as the leader of a session. */
static void
in_session(void (*leader)(void))
{
    pid_t pid = must_fork();

    if (pid == 0) {
        setsid();
        leader();
        _exit(0);
    }
    waitpid(pid, NULL, 0);
}

static void
leave_stopped(void)
{
    start_member(0);
}

/* Two are stopped; neither has a parent that stays. */
static void
leave_two(void)
{
    pid_t first = start_member(0);

    start_member(first);
}

/* A member that runs, and has blocked both. */
static void
leave_running(void)
{
    int ready[2];
    char c;
    pid_t leader = getpid();

    pipe(ready);
    if (must_fork() == 0) {
        setpgid(0, 0);
        block(SIGHUP);
        block(SIGCONT);
        write(ready[1], "r", 1);
        while (getppid() == leader) {
            nap(5);
        }
        nap(30);
        write(gate[1], is_pending(SIGHUP) || is_pending(SIGCONT) ? "h" : "-",
            1);
        _exit(0);
    }
    read(ready[0], &c, 1);
}

/* The last member that has a parent outside ends itself; its child, in the same
 * group, is stopped. */
static void
end_last_link(void)
{
    pid_t pid = must_fork();

    if (pid == 0) {
        setpgid(0, 0);
        start_member(getpid());
        _exit(0);
    }
    waitpid(pid, NULL, 0);
    is(answer(2000), 'h', "the exit of the member that was the link");
}

/* A second member keeps the group connected, until its parent ends, too. */
static void
end_one_of_two(void)
{
    int pids[2], status;
    pid_t group;

    pipe(pids);
    pid_t parent = must_fork();
    if (parent == 0) {
        group = start_member(0);
        write(pids[1], &group, sizeof(group));
        nap(8000);
        _exit(0);
    }
    read(pids[0], &group, sizeof(group));
    pid_t second = must_fork();
    if (second == 0) {
        start_member(group);
        _exit(0);
    }
    waitpid(second, &status, 0);
    is(answer(60), 0, "one of two parents ends: nothing is sent");
    kill(parent, SIGKILL);
    waitpid(parent, NULL, 0);
    is(answer(2000), 'h', "the other: the first member");
    is(answer(2000), 'h', "and the second");
}

/* The parent leaves the session: nothing is sent. */
static void
parent_setsid(void)
{
    pid_t parent = must_fork();

    if (parent == 0) {
        pid_t member = start_member(0);
        setsid();
        is(answer(60), 0, "setsid of the parent sends nothing");
        kill(member, SIGCONT);
        is(answer(2000), '-', "so only a SIGCONT of our own comes");
        fflush(stdout);
        _exit(tap_lines);
    }
    tap_lines = WEXITSTATUS(status_of(parent, 0));
}

/* The parent joins the group: nothing is sent. Its own parent has gone. */
static void
parent_setpgid(void)
{
    int ends[2];
    char c;

    pipe(ends);
    pid_t middle = must_fork();
    if (middle == 0) {
        pid_t self = getpid();
        if (must_fork() == 0) {
            close(ends[0]);
            while (getppid() == self) {
                nap(5);
            }
            setpgid(0, 0);
            pid_t member = start_member(0);
            setpgid(0, member);
            is(answer(60), 0, "setpgid of the parent sends nothing");
            kill(member, SIGCONT);
            is(answer(2000), '-', "so only a SIGCONT of our own comes");
            c = (char)tap_lines;
            write(ends[1], &c, 1);
            _exit(0);
        }
        _exit(0);
    }
    waitpid(middle, NULL, 0);
    read(ends[0], &c, 1);
    tap_lines = c;
}

int
main(void)
{
    pipe(gate);
    test_stop();
    in_session(leave_stopped);
    is(answer(2000), 'h', "the exit of the parent: SIGHUP and SIGCONT");
    in_session(leave_two);
    is(answer(2000), 'h', "each member gets them");
    is(answer(2000), 'h', "all of them");
    in_session(leave_running);
    is(answer(2000), '-', "nothing is sent if none is stopped");
    pid_t pid = must_fork();
    if (pid == 0) {
        setsid();
        end_last_link();
        end_one_of_two();
        _exit(tap_lines);
    }
    tap_lines = WEXITSTATUS(status_of(pid, 0));
    pid = must_fork();
    if (pid == 0) {
        setsid();
        parent_setsid();
        parent_setpgid();
        _exit(tap_lines);
    }
    tap_lines = WEXITSTATUS(status_of(pid, 0));
    return done();
}

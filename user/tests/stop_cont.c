/*
 * stop_cont.c: stop and continue: which statuses the parent gets; and that the
 * system call of a stopped process goes on as if it had not been stopped.
 */
#include "tap.h"

static void
idle(void)
{
    for (;;) {
        nap(1000);
    }
}

/* Stop and continue a process that sleeps in a call. */
static void
interrupt(pid_t pid)
{
    int status = 0;

    nap(30);
    kill(pid, SIGSTOP);
    waitpid(pid, &status, WUNTRACED);
    nap(10);
    kill(pid, SIGCONT);
}

static void
test_statuses(void)
{
    int status = 0;
    pid_t pid = must_fork();

    if (pid == 0) {
        idle();
    }
    is(waitpid(pid, NULL, WUNTRACED | WNOHANG), 0, "no status while it runs");
    kill(pid, SIGSTOP);
    is(waitpid(pid, &status, WUNTRACED), pid, "it has stopped");
    ok(WIFSTOPPED(status) && WSTOPSIG(status) == SIGSTOP, "by SIGSTOP");
    is(waitpid(pid, NULL, WUNTRACED | WNOHANG), 0, "which is told once");
    kill(pid, SIGTERM);
    nap(20);
    is(waitpid(pid, NULL, WNOHANG), 0, "stopped, it does not see SIGTERM");
    kill(pid, SIGCONT);
    waitpid(pid, &status, 0);
    killed(status, SIGTERM, "but does when it goes on");
}

/* The parent sleeps in its wait when another process continues the child. */
static void
test_wait_continued(void)
{
    int status = 0;
    pid_t pid = must_fork();

    if (pid == 0) {
        idle();
    }
    kill(pid, SIGSTOP);
    waitpid(pid, NULL, WUNTRACED);
    pid_t helper = must_fork();
    if (helper == 0) {
        nap(50);
        kill(pid, SIGCONT);
        nap(500);
        _exit(kill(pid, SIGKILL) == 0);
    }
    is(waitpid(pid, &status, WCONTINUED), pid, "a wait hears of SIGCONT");
    ok(WIFCONTINUED(status), "as that");
    is(waitpid(pid, NULL, WCONTINUED | WNOHANG), 0, "once");
    waitpid(pid, &status, 0);
    killed(status, SIGKILL, "then the child is killed");
    waitpid(helper, NULL, 0);
}

static void
test_killed_while_stopped(void)
{
    int status = 0;
    pid_t pid = must_fork();

    if (pid == 0) {
        idle();
    }
    kill(pid, SIGSTOP);
    waitpid(pid, NULL, WUNTRACED);
    kill(pid, SIGKILL);
    waitpid(pid, &status, 0);
    killed(status, SIGKILL, "SIGKILL ends a stopped process");
}

static int
sleeps(void *unused)
{
    struct timespec time = { 0, 150000000 };

    (void)unused;
    return nanosleep(&time, NULL) == 0 ? 3 : errno;
}

static int
reads(void *gate)
{
    char c;

    return read(*(int *)gate, &c, 1) == 1 ? 3 : errno;
}

static int
waits(void *unused)
{
    pid_t pid = must_fork();

    (void)unused;
    if (pid == 0) {
        nap(150);
        _exit(0);
    }
    return waitpid(pid, NULL, 0) == pid ? 3 : errno;
}

static void
test_call(int (*body)(void *), int *gate, const char *name)
{
    int status = 0;
    pid_t pid = must_fork();

    if (pid == 0) {
        _exit(body(gate));
    }
    interrupt(pid);
    write(gate[1], "x", 1);
    waitpid(pid, &status, 0);
    exited(status, 3, name);
}

int
main(void)
{
    int gate[2];

    pipe(gate);
    test_statuses();
    test_wait_continued();
    test_killed_while_stopped();
    test_call(reads, gate, "a read over a stop");
    test_call(sleeps, gate, "a nanosleep over a stop");
    test_call(waits, gate, "a wait over a stop");
    return done();
}

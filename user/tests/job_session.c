/*
 * job_session.c: whose terminal it is: how a session gets and loses it, and
 * what its leader's end or the master's does to the job in the foreground.
 */
#include "jobs.h"

static char path[64];
static int gate[2];

static int
has_terminal(void)
{
    int fd = open("/dev/tty", O_RDWR);

    if (fd >= 0) {
        close(fd);
    }
    return fd >= 0;
}

/* Open the slave in a new session. => whether it has the terminal then */
static int
gets_by_open(int flags)
{
    setsid();
    close(open(path, flags));
    return has_terminal();
}

static int
by_plain_open(void *unused)
{
    (void)unused;
    return gets_by_open(O_RDWR);
}

static int
by_noctty(void *unused)
{
    (void)unused;
    return gets_by_open(O_RDWR | O_NOCTTY);
}

static int
by_write_only(void *unused)
{
    (void)unused;
    return gets_by_open(O_WRONLY);
}

static int
by_member(void *unused)
{
    (void)unused;
    setsid();
    pid_t pid = must_fork();
    if (pid == 0) {
        close(open(path, O_RDWR));
        _exit(has_terminal());
    }
    return WEXITSTATUS(status_of(pid, 0));
}

static void
test_open(void)
{
    open_terminal();
    ptsname_r(master, path, sizeof(path));
    exited(in_child(by_plain_open, NULL), 1, "a leader's open takes it");
    exited(in_child(by_noctty, NULL), 0, "not with O_NOCTTY");
    exited(in_child(by_write_only, NULL), 0, "nor to write only");
    exited(in_child(by_member, NULL), 0, "nor one that leads no session");
    close_terminal();
}

/* A leader without the terminal: the caller's session has it. */
static int
steals(void *unused)
{
    (void)unused;
    setsid();
    fails(ioctl(slave, TIOCSCTTY, 0), EPERM, "it is another session's");
    is(ioctl(slave, TIOCSCTTY, 1), 0, "root may take it");
    ok(has_terminal(), "and has it");
    return tap_lines;
}

static int
numbers(void)
{
    int other, status;
    pid_t pid = must_fork();

    if (pid == 0) {
        fails(ioctl(slave, TIOCSCTTY, 0), EPERM, "no leader");
        _exit(tap_lines);
    }
    waitpid(pid, &status, 0);
    tap_lines = WEXITSTATUS(status);
    is(ioctl(slave, TIOCSCTTY, 0), 0, "it is ours already");
    other = posix_openpt(O_RDWR | O_NOCTTY);
    fails(ioctl(other, TIOCSCTTY, 0), EPERM, "one is enough");
    fails(ioctl(other, TIOCGSID, &pid), ENOTTY, "a session of nobody's");
    is(tcgetpgrp(other), 0, "nor has that a foreground");
    close(other);
    is(tcgetsid(slave), getpid(), "tcgetsid");
    is(tcgetpgrp(slave), getpgrp(), "tcgetpgrp");
    is(tcgetpgrp(master), getpgrp(), "also at the master");
    fails(tcsetpgrp(slave, -1), EINVAL, "a negative group");
    fails(tcsetpgrp(slave, 0x7fffffff), ESRCH, "none of that number");
    fails(tcsetpgrp(slave, getppid()), EPERM, "one of another session");
    fails(tcsetpgrp(slave, 1), EPERM, "that of init");
    pid = must_fork();
    if (pid == 0) {
        nap(8000);
        _exit(0);
    }
    is(tcsetpgrp(slave, pid), 0, "a process that leads no group yet");
    is(tcgetpgrp(slave), pid, "is in the foreground");
    end_job(pid);
    tap_lines = WEXITSTATUS(in_child(steals, NULL));
    ok(!has_terminal(), "who had it has none");
    fails(tcgetpgrp(slave), ENOTTY, "nor a foreground");
    return done();
}

/* A job that blocks both signals, and tells whether they have come. */
static pid_t
start_told(void)
{
    char c;
    pid_t pid = start_job(1);

    if (pid == 0) {
        block(SIGHUP);
        block(SIGCONT);
        write(gate[1], "r", 1);
        await_pending(SIGHUP);
        nap(50);
        write(gate[1], !is_pending(SIGHUP)    ? "-"
                       : is_pending(SIGCONT) ? "c"
                                             : "h", 1);
        _exit(0);
    }
    read(gate[0], &c, 1);
    return pid;
}

/* Who gives the terminal up: a member only for itself, the leader for all. */
static int
gives_up(void)
{
    pid_t pid = must_fork();
    char c = 0;

    if (pid == 0) {
        int before = ioctl(slave, TIOCNOTTY);
        _exit(before == 0 && !has_terminal() ? 3 : 4);
    }
    exited(status_of(pid, 0), 3, "TIOCNOTTY of a member");
    ok(has_terminal(), "the others keep it");
    pid = start_told();
    is(ioctl(slave, TIOCNOTTY), 0, "of the leader");
    read(gate[0], &c, 1);
    is(c, 'c', "the foreground gets SIGHUP and SIGCONT");
    ok(!has_terminal(), "nobody has it");
    fails(ioctl(slave, TIOCNOTTY), ENOTTY, "not again");
    waitpid(pid, NULL, 0);
    pid = must_fork();
    if (pid == 0) {
        nap(60);
        _exit(has_terminal());
    }
    is(ioctl(slave, TIOCSCTTY, 0), 0, "it is free");
    exited(status_of(pid, 0), 0, "a child that was there before has none");
    _exit(tap_lines);
}

static int
ends(void)
{
    start_told();
    _exit(0);
}

static void
test_leader_ends(void)
{
    char c = 0;

    open_terminal();
    pid_t pid = must_fork();
    if (pid == 0) {
        setsid();
        signal(SIGTTOU, SIG_IGN);
        ioctl(slave, TIOCSCTTY, 0);
        ends();
    }
    waitpid(pid, NULL, 0);
    read(gate[0], &c, 1);
    is(c, 'h', "the leader ends: the foreground gets SIGHUP");
    is(write(slave, "x", 1), 1, "the slave's files go on");
    is(tcgetpgrp(master), 0, "the terminal is free");
    close_terminal();
}

/* The leader is killed by the hang-up, and then the foreground hears of it. */
static void
test_master_ends(void)
{
    char c = 0;

    open_terminal();
    pid_t pid = must_fork();
    if (pid == 0) {
        setsid();
        signal(SIGTTOU, SIG_IGN);
        ioctl(slave, TIOCSCTTY, 0);
        close(master);
        if (must_fork() == 0) {
            setpgid(0, 0);
            tcsetpgrp(slave, getpid());
            block(SIGHUP);
            block(SIGCONT);
            write(gate[1], "r", 1);
            await_pending(SIGCONT);
            write(gate[1], is_pending(SIGHUP) ? "c" : "-", 1);
            _exit(0);
        }
        raise(SIGSTOP);
        nap(8000);
        _exit(0);
    }
    read(gate[0], &c, 1);
    stopped(pid, SIGSTOP, "a leader is stopped");
    close_terminal();
    killed(status_of(pid, 0), SIGHUP, "the master's close continues and kills");
    read(gate[0], &c, 1);
    is(c, 'c', "its end: the foreground gets SIGHUP and SIGCONT");
}

int
main(void)
{
    pipe(gate);
    test_open();
    test_leader_ends();
    test_master_ends();
    tap_lines = lead(gives_up);
    return lead(numbers);
}

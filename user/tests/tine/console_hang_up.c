/*
 * console_hang_up.c: as process 1, gives the console to a session whose leader
 * then ends. A process in its foreground gets SIGHUP, and what it has opened as
 * /dev/tty is dead; /dev/console is not, and is free for another session. The
 * host test console_hangs_up runs it as process 1.
 *
 * expect:
 * not process 1
 */
#include "../jobs.h"

#include <sys/reboot.h>

static int gate[2], back[2];

static void
pass(int fd)
{
    write(fd, "", 1);
}

static void
await(int fd)
{
    char byte;

    read(fd, &byte, 1);
}

/* In the foreground until the leader has ended, and what it sees then. */
static void
member(void)
{
    struct termios modes;
    pid_t group = getpgrp();
    char byte;

    int tty = open("/dev/tty", O_RDWR);
    int console = open("/dev/console", O_RDWR);
    block(SIGHUP);
    block(SIGCONT);
    ok(tty >= 0 && tcgetpgrp(tty) == group, "a member of its session");
    pass(back[1]);
    await(gate[0]);
    ok(await_pending(SIGHUP), "the leader has ended: SIGHUP");
    ok(!is_pending(SIGCONT), "no SIGCONT");
    is(read(tty, &byte, 1), 0, "its /dev/tty: the end of the file");
    fails(write(tty, "x", 1), EIO, "EIO for writers");
    fails(tcgetattr(tty, &modes), EIO, "and for other requests");
    fails(ioctl(tty, TIOCSPGRP, &group), ENOTTY, "ENOTTY for TIOCSPGRP");
    fails(open("/dev/tty", O_RDWR), ENXIO, "and none to open");
    is(tcgetattr(console, &modes), 0, "/dev/console goes on");
    is(write(console, "", 0), 0, "also for writers");
    fails(tcgetpgrp(console), ENOTTY, "but is not the session's");
    fails(ioctl(console, TIOCSCTTY, 0), EPERM, "nor a member's to take");
    exit(tap_lines);
}

/* A leader with the console; it ends when the member is ready. */
static void
leader(void)
{
    setsid();
    slave = open("/dev/console", O_RDWR | O_NOCTTY);
    is(ioctl(slave, TIOCSCTTY, 0), 0, "a leader has the console");
    is(tcgetsid(slave), getpid(), "it is its session's");
    pid_t pid = must_fork();
    if (pid == 0) {
        member();
    }
    await(back[0]);
    exit(0);
}

static int
other_leader(void *unused)
{
    (void)unused;
    setsid();
    int console = open("/dev/console", O_RDWR | O_NOCTTY);
    is(ioctl(console, TIOCSCTTY, 0), 0, "another session takes the console");
    int tty = open("/dev/tty", O_RDWR);
    ok(tty >= 0, "and has a /dev/tty");
    return tcgetpgrp(tty) == getpgrp() ? tap_lines : 99;
}

int
main(void)
{
    int status;

    if (getpid() != 1) {
        printf("not process 1\n");
        return 0;
    }
    dup2(open("/dev/run/stdout", O_WRONLY), 1);
    pipe(gate);
    pipe(back);
    pid_t pid = must_fork();
    if (pid == 0) {
        leader();
    }
    waitpid(pid, NULL, 0);
    pass(gate[1]);
    tap_lines = 2;
    wait(&status); /* the orphan */
    tap_lines = WEXITSTATUS(status);
    tap_lines = WEXITSTATUS(in_child(other_leader, NULL));
    done();
    dprintf(open("/dev/run/report", O_WRONLY), "exit 0");
    reboot(RB_POWER_OFF);
    return 1;
}

/*
 * job_background.c: what a job in the background may do with its terminal, and
 * which signal stops it otherwise; and what one does that cannot be stopped.
 */
#include "jobs.h"

static char text[100];

enum how { PLAIN, IGNORES, BLOCKS };

static long
reads(void)
{
    return read(slave, text, 100);
}

static long
writes(void)
{
    return write(slave, "w", 1);
}

static long
takes_foreground(void)
{
    return tcsetpgrp(slave, getpgrp());
}

static long
sets_modes(void)
{
    struct termios modes;

    tcgetattr(slave, &modes);
    return tcsetattr(slave, TCSADRAIN, &modes);
}

static long
flushes(void)
{
    return tcflush(slave, TCIFLUSH);
}

static long
drains(void)
{
    return tcdrain(slave);
}

static long
breaks(void)
{
    return tcsendbreak(slave, 0);
}

static long
starts(void)
{
    return tcflow(slave, TCOON);
}

/* => the job; its exit code is 100, or the errno of the call */
static pid_t
start_call(long (*call)(void), int signal_number, enum how how)
{
    pid_t pid = start_job(0);

    if (pid == 0) {
        if (how == IGNORES) {
            signal(signal_number, SIG_IGN);
        } else if (how == BLOCKS) {
            block(signal_number);
        }
        _exit(call() >= 0 ? 100 : errno);
    }
    return pid;
}

static const struct {
    const char *name;
    long (*call)(void);
} changes[] = {
    { "tcsetpgrp", takes_foreground }, { "tcsetattr", sets_modes },
    { "tcflush", flushes }, { "tcdrain", drains }, { "tcsendbreak", breaks },
    { "tcflow", starts }, { "write with TOSTOP", writes },
};

static void
test_change(size_t i)
{
    char name[100];
    pid_t pid = start_call(changes[i].call, SIGTTOU, PLAIN);

    snprintf(name, sizeof(name), "%s: stopped", changes[i].name);
    stopped(pid, SIGTTOU, name);
    kill(pid, SIGCONT);
    snprintf(name, sizeof(name), "%s: again", changes[i].name);
    stopped(pid, SIGTTOU, name);
    tcsetpgrp(slave, pid);
    kill(pid, SIGCONT);
    snprintf(name, sizeof(name), "%s: in the foreground", changes[i].name);
    exited(status_of(pid, 0), 100, name);
    tcsetpgrp(slave, getpgrp());
    snprintf(name, sizeof(name), "%s: SIGTTOU ignored", changes[i].name);
    exited(status_of(start_call(changes[i].call, SIGTTOU, IGNORES), 0), 100,
        name);
    tcsetpgrp(slave, getpgrp());
    snprintf(name, sizeof(name), "%s: SIGTTOU blocked", changes[i].name);
    exited(status_of(start_call(changes[i].call, SIGTTOU, BLOCKS), 0), 100,
        name);
    tcsetpgrp(slave, getpgrp());
}

static void
test_read(void)
{
    pid_t pid = start_call(reads, SIGTTIN, PLAIN);

    stopped(pid, SIGTTIN, "read: stopped");
    tcsetpgrp(slave, pid);
    kill(pid, SIGCONT);
    type("line\n");
    exited(status_of(pid, 0), 100, "in the foreground, it reads");
    tcsetpgrp(slave, getpgrp());
    exited(status_of(start_call(reads, SIGTTIN, IGNORES), 0), EIO,
        "SIGTTIN ignored: EIO");
    exited(status_of(start_call(reads, SIGTTIN, BLOCKS), 0), EIO,
        "SIGTTIN blocked: EIO");
    exited(status_of(start_call(writes, SIGTTOU, PLAIN), 0), 100,
        "without TOSTOP it may write");
}

/* All of the group are stopped, not only the one that reads. */
static void
test_group(void)
{
    pid_t other = start_job(0);

    if (other == 0) {
        nap(8000);
        _exit(0);
    }
    pid_t pid = must_fork();
    if (pid == 0) {
        setpgid(0, other);
        _exit(reads() >= 0 ? 100 : errno);
    }
    stopped(pid, SIGTTIN, "a reader");
    stopped(other, SIGTTIN, "and the others of its group");
    end_job(pid);
    end_job(other);
}

/* A job whose parent is gone: its group is orphaned. It answers by a pipe. */
static int
of_orphan(long (*call)(void))
{
    int answer[2], code = -1;

    pipe(answer);
    pid_t pid = must_fork();
    if (pid == 0) {
        pid_t parent = getpid();
        if (must_fork() == 0) {
            setpgid(0, 0);
            signal(SIGTTOU, SIG_DFL);
            while (getppid() == parent) {
                nap(5);
            }
            code = call() >= 0 ? 100 : errno;
            write(answer[1], &code, sizeof(code));
            _exit(0);
        }
        _exit(0);
    }
    waitpid(pid, NULL, 0);
    read(answer[0], &code, sizeof(code));
    close(answer[0]);
    close(answer[1]);
    return code;
}

static void
test_orphan(void)
{
    is(of_orphan(reads), EIO, "orphaned: a read fails");
    is(of_orphan(writes), EIO, "a write with TOSTOP");
    is(of_orphan(sets_modes), EIO, "tcsetattr");
    is(of_orphan(flushes), EIO, "tcflush");
    is(of_orphan(takes_foreground), ENOTTY, "tcsetpgrp, with another errno");
    is(tcgetpgrp(slave), getpgrp(), "and nothing has changed");
}

/* A process of another session is not asked. */
static void
test_stranger(void)
{
    pid_t pid = must_fork();

    if (pid == 0) {
        setsid();
        signal(SIGTTOU, SIG_DFL);
        sets_modes();
        _exit(writes() == 1 && reads() == 2 ? 3 : 4);
    }
    type("x\n");
    exited(status_of(pid, 0), 3, "another session reads and writes");
}

static int
body(void)
{
    test_read();
    test_group();
    for (size_t i = 0; i < sizeof(changes) / sizeof(changes[0]); i++) {
        change_local(changes[i].call == writes ? TOSTOP : 0, 0);
        test_change(i);
    }
    test_orphan();
    test_stranger();
    return done();
}

int
main(void)
{
    return lead(body);
}

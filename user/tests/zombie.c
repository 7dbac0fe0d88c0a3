/*
 * zombie.c: between its end and its parent's wait, a process still has a pid,
 * which every call finds; no signal has an effect on it. (kill, getpgid and
 * getsid of a zombie: wait_orphans.c.)
 */
#include "tap.h"

#include "raw.h"
#include <fcntl.h>
#include <sys/syscall.h>

enum { MASK_BYTES = 1024 };

/* Field `n` of /proc/PID/stat, from the state, which is 0; => its letter or
 * the beginning of a number */
static long
stat_field(pid_t pid, int n)
{
    char path[32], text[512];

    snprintf(path, sizeof(path), "/proc/%d/stat", pid);
    int fd = open(path, O_RDONLY);
    long size = read(fd, text, sizeof(text) - 1);
    close(fd);
    text[size < 0 ? 0 : size] = '\0';
    char *at = strrchr(text, ')');
    for (; at != NULL && n >= 0; n--) {
        at = strchr(at + 1, ' ');
    }
    return at == NULL ? -1 : at[1] >= 'A' ? at[1] : atol(at + 1);
}

/* => a child that has ended with this code */
static pid_t
make(int code)
{
    int ends[2];
    char byte;

    pipe(ends);
    pid_t pid = must_fork();
    if (pid == 0) {
        _exit(code);
    }
    close(ends[1]);
    (void)!read(ends[0], &byte, 1);
    close(ends[0]);
    while (stat_field(pid, 0) != 'Z') {
        nap(1);
    }
    return pid;
}

static void
test_found(pid_t pid)
{
    unsigned long mask[MASK_BYTES / 8] = { 0 };

    is(stat_field(pid, 0), 'Z', "its state is Z");
    is(stat_field(pid, 1), getpid(), "it has its parent");
    is(stat_field(pid, 2), getpgrp(), "and its group");
    is(raw(NR_tkill, pid, 0, 0, 0), 0, "tkill finds it");
    is(raw(NR_tgkill, pid, pid, 0, 0), 0, "tgkill too");
    is(raw(NR_tgkill, getpid(), pid, 0, 0), -ESRCH, "as its own, not ours");
    long size = raw(SYS_sched_getaffinity, pid, MASK_BYTES, P(mask), 0);
    ok(size > 0, "sched_getaffinity too");
    is(raw(SYS_sched_setaffinity, pid, size, P(mask), 0), 0,
        "sched_setaffinity too");
}

static void
test_signals(pid_t pid)
{
    int status = 0;

    is(raw(NR_tkill, pid, SIGKILL, 0, 0), 0, "tkill SIGKILL");
    is(raw(NR_tgkill, pid, pid, SIGSTOP, 0), 0, "tgkill SIGSTOP");
    is(kill(pid, SIGSTOP), 0, "kill SIGSTOP");
    is(kill(pid, SIGCONT), 0, "kill SIGCONT");
    is(kill(pid, 65), -1, "only a signal that is none fails");
    is(stat_field(pid, 0), 'Z', "it is still a zombie");
    is(waitpid(pid, &status, WUNTRACED | WCONTINUED), pid,
        "the only status of it");
    exited(status, 9, "is its end");
    fails(waitpid(pid, NULL, WUNTRACED | WCONTINUED | WNOHANG), ECHILD,
        "after which it is gone");
    is(raw(NR_tkill, pid, 0, 0, 0), -ESRCH, "for tkill");
    is(raw(NR_tgkill, pid, pid, 0, 0), -ESRCH, "for tgkill");
    is(raw(SYS_sched_getaffinity, pid, 8, 0, 0), -ESRCH,
        "for sched_getaffinity");
    is(stat_field(pid, 0), -1, "and for /proc");
}

/* A process can join a group that has only zombies. */
static void
test_group(void)
{
    pid_t leader = make(1), other = make(2);

    is(setpgid(leader, leader), 0, "a zombie can be given a group");
    is(setpgid(other, leader), 0, "and another can join it");
    is(kill(-leader, SIGTERM), 0, "it can be sent a signal");
    is(waitpid(-leader, NULL, 0) > 0, 1, "and waited for, for one");
    is(waitpid(-leader, NULL, 0) > 0, 1, "and the other");
    fails(kill(-leader, 0), ESRCH, "then there is none");
}

int
main(void)
{
    pid_t pid = make(9);

    test_found(pid);
    test_signals(pid);
    test_group();
    return done();
}

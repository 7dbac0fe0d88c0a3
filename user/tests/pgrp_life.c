/*
 * pgrp_life.c: a process group and a session exist while they have members,
 * zombies included, even after their leader has left or ended. And a signal to
 * a group reaches all its members, while processes enter and leave it.
 */
#include "tap.h"

#include "raw.h"
#include <fcntl.h>

enum { MEMBERS = 200, ROUNDS = 20 };

/* Report line by line from a child; => for main's tap_lines. */
static void
apart(int (*body)(void *))
{
    int status = in_child(body, NULL);

    if (!WIFEXITED(status) || WEXITSTATUS(status) <= tap_lines) {
        ok(0, "a part of the test ends well");
    } else {
        tap_lines = WEXITSTATUS(status);
    }
}

static pid_t
sleeper(void)
{
    pid_t pid = must_fork();

    while (pid == 0) {
        nap(20000);
    }
    return pid;
}

static pid_t
zombie(pid_t group)
{
    char path[32], text[256], *end;
    pid_t pid = must_fork();

    if (pid == 0) {
        _exit(0);
    }
    setpgid(pid, group);
    snprintf(path, sizeof(path), "/proc/%d/stat", pid);
    do {
        int fd = open(path, O_RDONLY);
        long n = read(fd, text, sizeof(text) - 1);
        close(fd);
        text[n < 0 ? 0 : n] = '\0';
        end = strrchr(text, ')');
        nap(1);
    } while (end != NULL && end[2] != 'Z');
    return pid;
}

static int
bury(pid_t pid)
{
    kill(pid, SIGKILL);
    return waitpid(pid, NULL, 0) == pid;
}

/* The group of our own number, without us. */
static int
leader_elsewhere(void *unused)
{
    pid_t outer = getpgrp();

    (void)unused;
    setpgid(0, 0);
    pid_t member = zombie(getpid());
    is(setpgid(0, outer), 0, "a leader leaves its group");
    is(getpgid(member), getpid(), "a zombie is still in it");
    is(getsid(member), getsid(0), "and in the session");
    fails(setsid(), EPERM, "so its leader gets no session");
    is(kill(-getpid(), SIGTERM), 0, "a signal to it");
    is(setpgid(0, 0), 0, "its leader comes back");
    is(getpgrp(), getpid(), "and leads it");
    setpgid(0, outer);
    is(waitpid(-getpid(), NULL, 0), member, "the zombie is reaped");
    fails(kill(-getpid(), SIGTERM), ESRCH, "then there is no group");
    fails(waitpid(-getpid(), NULL, 0), ECHILD, "for a wait neither");
    fails(setpgid(0, -1), EINVAL, "a group that cannot be");
    is(setpgid(0, 0), 0, "the same number leads a group again");
    setpgid(0, outer);
    is(setsid(), getpid(), "and then a session");
    is(getpgrp(), getpid(), "with a group of that number");
    fails(setpgid(0, outer), EPERM, "which its leader cannot leave");
    return tap_lines;
}

/* A leader that is gone, of a group and of a session. */
static int
leader_gone(void *unused)
{
    pid_t leader = sleeper(), member = sleeper(), other = sleeper();

    (void)unused;
    is(setpgid(leader, 0), 0, "a group");
    is(setpgid(member, leader), 0, "a second member");
    bury(leader);
    is(setpgid(other, leader), 0, "when its leader is gone it can be joined");
    fails(kill(leader, 0), ESRCH, "though no process has its number");
    is(kill(-leader, 0), 0, "as a group it has");
    is(setpgid(member, 0), 0, "one member goes to a group of its own");
    is(kill(-leader, 0), 0, "the other is there");
    is(setpgid(other, member), 0, "and follows");
    fails(kill(-leader, 0), ESRCH, "then the group is gone");
    fails(setpgid(other, leader), EPERM, "for setpgid, too");
    is(getpgid(other), member, "which stays where it was");
    is(setpgid(other, member), 0, "to where it is already");
    ok(bury(member) && bury(other), "all of them are children");
    fails(kill(-member, 0), ESRCH, "the last group is gone");
    return tap_lines;
}

static int
session_without_leader(void *unused)
{
    int ends[2];
    pid_t of_child[2];

    (void)unused;
    pipe(ends);
    pid_t leader = must_fork();
    if (leader == 0) {
        setsid();
        if (must_fork() == 0) {
            setpgid(0, 0);
            while (getppid() == getsid(0)) {
                nap(1);
            }
            pid_t seen[2] = { getsid(0), setsid() };
            write(ends[1], seen, sizeof(seen));
            _exit(0);
        }
        _exit(0);
    }
    waitpid(leader, NULL, 0);
    read(ends[0], of_child, sizeof(of_child));
    is(of_child[0], leader, "a session outlives its leader");
    is(of_child[1], -1, "a group leader gets no new session");
    return tap_lines;
}

/* => the members of this group that have ended by this signal */
static int
ended_by(pid_t group, int signal)
{
    int count = 0, status;

    while (waitpid(-group, &status, 0) > 0) {
        count += WIFSIGNALED(status) && WTERMSIG(status) == signal;
    }
    return count;
}

static void
test_crowd(void)
{
    pid_t group = 0, here[MEMBERS / 2];
    int there = 0;

    for (int i = 0; i < MEMBERS; i++) {
        pid_t pid = sleeper();
        setpgid(pid, group);
        group = group == 0 ? pid : group;
        if (i % 2) {
            setpgid(pid, getpgrp());
            here[i / 2] = pid;
        }
    }
    is(kill(-group, SIGUSR1), 0, "a signal to a large group");
    is(ended_by(group, SIGUSR1), MEMBERS / 2, "ends its members");
    for (int i = 0; i < MEMBERS / 2; i++) {
        there += waitpid(here[i], NULL, WNOHANG) == 0 && bury(here[i]);
    }
    is(there, MEMBERS / 2, "and not those that have left it");
}

/* Each member makes a child and ends, for ever. */
static void
relay(void)
{
    while (1) {
        pid_t pid = must_fork();
        if (pid > 0) {
            _exit(0);
        }
    }
}

/* => whether one signal has ended a group whose members always change */
static int
end_relays(void)
{
    int ends[2];
    char c;
    pid_t group = 0;

    pipe(ends);
    for (int i = 0; i < 4; i++) {
        pid_t pid = must_fork();
        if (pid == 0) {
            setpgid(0, group);
            close(ends[0]);
            write(ends[1], "x", 1);
            relay();
        }
        setpgid(pid, group);
        group = group == 0 ? pid : group;
    }
    for (int i = 0; i < 4; i++) {
        read(ends[0], &c, 1);
    }
    close(ends[1]);
    int sent = kill(-group, SIGKILL) == 0;
    int silent = read(ends[0], &c, 1) == 0; /* nobody holds the other end */
    close(ends[0]);
    while (waitpid(-group, NULL, 0) > 0) {
    }
    return sent && silent;
}

int
main(void)
{
    int good = 0;

    apart(leader_elsewhere);
    apart(leader_gone);
    apart(session_without_leader);
    test_crowd();
    for (int i = 0; i < ROUNDS; i++) {
        good += end_relays();
    }
    is(good, ROUNDS, "members that come and go: one signal finds them all");
    return done();
}

/*
 * pid_wrap.c: after 32768 come the pids from 2 on again, but none that is in
 * use: not of a process, nor of a zombie, nor of a group whose leader is gone.
 * When a leader's session has ended, its number is free like any other, and the
 * process that gets it can lead a session.
 *
 * seconds: 60
 * except: check=1 check=16
 * expect:
 * ok 1 - pids wrap
 * ok 2 - none that is in use is given again
 * ok 3 - one that was a session's is
 * ok 4 - the process that gets it leads a session
 * ok 5 - a zombie is still there
 * ok 6 - the group without its leader is still there
 * 1..6
 */
#include "../tap.h"

#define PID_MAX 32768

/* => the next pid; the child with pid `past` makes a session, and *led says
 * whether it could */
static pid_t
next_pid(pid_t past, int *led)
{
    int status = 0;
    pid_t pid = vfork();

    if (pid == 0) {
        _exit(getpid() == past && setsid() == past && getpgrp() == past);
    }
    waitpid(pid, &status, 0);
    *led |= WEXITSTATUS(status);
    return pid;
}

/* => the leader of a session that is over */
static pid_t
past_session(void)
{
    pid_t pid = must_fork();

    if (pid == 0) {
        setsid();
        _exit(0);
    }
    return waitpid(pid, NULL, 0);
}

int
main(void)
{
    int wrapped = 0, unique = 1, again = 0, led = 0, end[2];
    char c;

    pipe(end);
    pid_t past = past_session();
    pid_t zombie = must_fork();
    if (zombie == 0) {
        _exit(7);
    }
    pid_t leader = must_fork();
    if (leader == 0) {
        setpgid(0, 0);
        if (must_fork() == 0) { /* the group's last member */
            close(end[1]);
            read(end[0], &c, 1);
        }
        _exit(0);
    }
    waitpid(leader, NULL, 0);
    pid_t last = leader;
    for (int i = 0; i < PID_MAX + 100; i++) {
        pid_t pid = next_pid(past, &led);
        wrapped += pid < last;
        unique &= pid > 0 && pid != zombie && pid != leader
                  && pid != getpid() && pid != getppid();
        again |= pid == past;
        last = pid;
    }
    ok(wrapped == 1, "pids wrap");
    ok(unique, "none that is in use is given again");
    ok(again, "one that was a session's is");
    ok(led, "the process that gets it leads a session");
    int status = 0;
    waitpid(zombie, &status, 0);
    exited(status, 7, "a zombie is still there");
    is(kill(-leader, 0), 0, "the group without its leader is still there");
    close(end[1]);
    return done();
}

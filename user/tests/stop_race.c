/*
 * stop_race.c: stop, continue and kill race: two senders at once, or a process
 * that is just forking. A kill is never lost behind a stop, a continue undoes
 * each stop before it, and fork neither fails nor makes a second child.
 *
 * seconds: 30
 */
#include "tap.h"

#include "raw.h"

enum { ROUNDS = 150, STEP = 300, STOPS = 20, FORKS = 100 };
enum { SWEEP = 500, LATER = 40 };

static void
spin(int n)
{
    for (volatile int i = 0; i < n; i++) {
    }
}

/* Awake, asleep or in between. */
static void
live(int round)
{
    for (;;) {
        if (round % 2 != 0) {
            nap(1);
        } else {
            raw(NR_sched_yield, 0, 0, 0, 0);
        }
    }
}

static pid_t
stopper(pid_t target)
{
    pid_t pid = must_fork();

    if (pid == 0) {
        for (int i = 0; i < STOPS; i++) {
            kill(target, SIGSTOP);
            spin(STEP);
        }
        _exit(0);
    }
    return pid;
}

/* The kill comes as the stop is just being acted on, on another CPU. */
static int
kill_follows_stop(int round)
{
    int status = 0;
    pid_t pid = must_fork();

    if (pid == 0) {
        for (;;) {
            spin(STEP);
        }
    }
    nap(round % 2);
    kill(pid, SIGSTOP);
    spin(round * LATER);
    kill(pid, SIGKILL);
    return waitpid(pid, &status, 0) == pid && WIFSIGNALED(status)
        && WTERMSIG(status) == SIGKILL;
}

/* One stops it all the time while we kill it. */
static int
kill_meets_stop(int round)
{
    int status = 0;
    pid_t pid = must_fork();

    if (pid == 0) {
        live(round);
    }
    pid_t other = stopper(pid);
    spin(round * STEP);
    kill(pid, SIGKILL);
    waitpid(other, NULL, 0);
    return waitpid(pid, &status, 0) == pid && WIFSIGNALED(status)
        && WTERMSIG(status) == SIGKILL;
}

/* Continued when the last stop has been sent, it dies of what waits for it. */
static int
continue_meets_stop(int round)
{
    int status = 0;
    pid_t pid = must_fork();

    if (pid == 0) {
        live(round);
    }
    pid_t other = stopper(pid);
    for (int i = 0; i < STOPS; i++) {
        kill(pid, SIGCONT);
        spin(round);
    }
    waitpid(other, NULL, 0);
    kill(pid, SIGTERM);
    kill(pid, SIGCONT);
    return waitpid(pid, &status, 0) == pid && WIFSIGNALED(status)
        && WTERMSIG(status) == SIGTERM;
}

static int
ends_with(void *code)
{
    return *(int *)code;
}

/* => how many of its children it has made and waited for, each once */
static int
fork_all(void)
{
    int good = 0;

    for (int i = 0; i < FORKS; i++) {
        int code = i % 100;
        int status = in_child(ends_with, &code);
        good += WIFEXITED(status) && WEXITSTATUS(status) == code;
    }
    return good;
}

static int
fork_meets_stop(void)
{
    int status = -1;
    pid_t pid = must_fork();

    if (pid == 0) {
        setpgid(0, 0);
        _exit(fork_all() != FORKS || wait(NULL) != -1);
    }
    setpgid(pid, pid);
    for (int i = 0; waitpid(pid, &status, WNOHANG) == 0; i++) {
        kill(-pid, SIGSTOP);
        spin(i % 50 * STEP);
        kill(-pid, SIGCONT);
        spin(50 * STEP);
    }
    return status;
}

int
main(void)
{
    int dead = 0, gone = 0, swept = 0;

    for (int round = 0; round < SWEEP; round++) {
        swept += kill_follows_stop(round);
    }
    for (int round = 0; round < ROUNDS; round++) {
        dead += kill_meets_stop(round);
        gone += continue_meets_stop(round);
    }
    is(swept, SWEEP, "a kill right after a stop");
    is(dead, ROUNDS, "a kill is not lost behind a stop");
    is(gone, ROUNDS, "nor is a continue");
    exited(fork_meets_stop(), 0, "a group stopped while it forks: each child is"
        " there once");
    return done();
}

/*
 * sleep_crowd.c: many processes sleep at once. None wakes before its time, in
 * whatever order they began; killing some does not change the others' times.
 *
 * seconds: 20
 */
#include "tap.h"

#include "now.h"
#include <limits.h>

enum { CROWD = 150, EQUAL = 50, PAIRS = 50 };

/* => whether a sleep of so many nanoseconds succeeds and lasts that long */
static int
slept(long ns)
{
    struct timespec length = { ns / 1000000000L, ns % 1000000000L };
    long start = now_ns();

    return nanosleep(&length, NULL) == 0 && now_ns() - start >= ns;
}

/* Wait for so many children; => how many exited with 1 */
static int
collect(int count)
{
    int status = 0, good = 0;

    while (count-- > 0) {
        good += wait(&status) > 0 && status == 1 << 8;
    }
    return good;
}

/* Each begins while others are asleep, some for longer and some for less. */
static void
test_lengths(void)
{
    for (int i = 0; i < CROWD; i++) {
        if (must_fork() == 0) {
            long turn = i * 61 % CROWD;
            _exit(slept(turn * 2000000 + turn * 777));
        }
    }
    is(collect(CROWD), CROWD, "no sleep is shorter than its length");
}

/* Whenever each begins, all are to wake at one time. */
static void
test_equal(void)
{
    long end = now_ns() + 300000000;

    for (int i = 0; i < EQUAL; i++) {
        if (must_fork() == 0) {
            long left = end - now_ns();
            _exit(slept(left > 0 ? left : 0) && now_ns() >= end);
        }
    }
    is(collect(EQUAL), EQUAL, "nor if all end at the same time");
}

static pid_t
sleeper(long seconds)
{
    struct timespec length = { seconds, 999999999 };
    pid_t pid = must_fork();

    if (pid == 0) {
        nanosleep(&length, NULL);
        _exit(1);
    }
    return pid;
}

/* Long and short ones lie down in turns. */
static void
test_killed(void)
{
    static const long lengths[] = { 100000, 1L << 33, LONG_MAX };
    pid_t pid[PAIRS];
    int status = 0, asleep = 0, dead = 0;

    for (int i = 0; i < PAIRS; i++) {
        pid[i] = sleeper(lengths[i % 3] - i);
        if (must_fork() == 0) {
            _exit(slept((i % 5 + 1) * 10000000));
        }
    }
    is(collect(PAIRS), PAIRS, "short sleeps end among long ones");
    for (int i = 0; i < PAIRS; i++) {
        asleep += waitpid(pid[i], NULL, WNOHANG) == 0;
    }
    is(asleep, PAIRS, "which go on, be they for ever");
    for (int i = 0; i < PAIRS; i++) {
        int at = i * 29 % PAIRS;
        if (must_fork() == 0) {
            _exit(slept(i % 7 * 3000000));
        }
        kill(pid[at], SIGKILL);
        dead += waitpid(pid[at], &status, 0) == pid[at] && status == SIGKILL;
    }
    is(dead, PAIRS, "until they are killed");
    is(collect(PAIRS), PAIRS, "and others sleep as they should meanwhile");
}

static void
test_busy(void)
{
    pid_t pid[3];

    for (int i = 0; i < 3; i++) {
        pid[i] = must_fork();
        if (pid[i] == 0) {
            for (volatile int on = 1; on;) {
            }
        }
    }
    for (int i = 0; i < EQUAL; i++) {
        if (must_fork() == 0) {
            _exit(slept(i * 31 % EQUAL * 1000000));
        }
    }
    is(collect(EQUAL), EQUAL, "nor if others compute");
    for (int i = 0; i < 3; i++) {
        kill(pid[i], SIGKILL);
        waitpid(pid[i], NULL, 0);
    }
}

int
main(void)
{
    test_lengths();
    test_equal();
    test_busy();
    test_killed();
    fails(wait(NULL), ECHILD, "no child is left");
    return done();
}

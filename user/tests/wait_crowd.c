/*
 * wait_crowd.c: of hundreds of children, wait takes the oldest that it asks for
 * and that has a status to report, in whatever order the statuses came. It
 * gives ECHILD when no child that it asks for is left, even if others live.
 */
#include "tap.h"

#include "raw.h"
#include <fcntl.h>
#include <sys/syscall.h>

enum { CROWD = 240 };

enum order { OLDEST, YOUNGEST, SHUFFLED };

static pid_t pid[CROWD];

/* Wait until /proc says that its state is this letter. */
static void
until(pid_t child, char state)
{
    char path[32], text[256], *end;

    snprintf(path, sizeof(path), "/proc/%d/stat", child);
    for (;;) {
        int fd = open(path, O_RDONLY);
        long n = read(fd, text, sizeof(text) - 1);
        close(fd);
        text[n < 0 ? 0 : n] = '\0';
        end = strrchr(text, ')');
        if (end == NULL || end[2] == state) {
            return;
        }
        nap(1);
    }
}

/* A crowd that sleeps; every third is a clone child, if there are clones. */
static void
gather(int clones)
{
    for (int i = 0; i < CROWD; i++) {
        int is_clone = clones && i % 3 == 0;
        pid[i] = is_clone ? (pid_t)raw(SYS_clone, 0, 0, 0, 0) : must_fork();
        while (pid[i] == 0) {
            nap(20000);
        }
    }
}

/* The n-th child in each order; in the last order each comes once too, as 77
 * and CROWD have no common divisor. */
static pid_t
nth(enum order order, int n)
{
    return pid[order == OLDEST     ? n
               : order == YOUNGEST ? CROWD - 1 - n
                                   : n * 77 % CROWD];
}

/* All get this signal, one after the other, but for every `skip`-th child. */
static void
send_all(enum order order, int signal, int skip, char state)
{
    for (int n = 0; n < CROWD; n++) {
        for (int i = 0; i < CROWD; i++) {
            if (pid[i] == nth(order, n) && (skip == 0 || i % skip != 0)) {
                kill(pid[i], signal);
                until(pid[i], state);
            }
        }
    }
}

/* => how many this wait finds at once, each younger than the one before it;
 * -1 if one is not */
static int
in_order(pid_t whom, unsigned options)
{
    int last = -1, found = 0;
    long got;

    while ((got = raw(NR_wait4, whom, 0, (int)(options | WNOHANG), 0)) > 0) {
        int i = last + 1;
        while (i < CROWD && pid[i] != got) {
            i++;
        }
        if (i == CROWD) {
            return -1;
        }
        last = i;
        found++;
    }
    return found;
}

static long
answer(pid_t whom, unsigned options)
{
    return raw(NR_wait4, whom, 0, (int)(options | WNOHANG), 0);
}

static void
test_any(enum order order, const char *name)
{
    gather(0);
    is(answer(-1, 0), 0, "nobody has ended yet");
    send_all(order, SIGKILL, 3, 'Z');
    is(in_order(-1, 0), CROWD - CROWD / 3, name);
    is(answer(-1, 0), 0, "the others live");
    send_all(order, SIGKILL, 0, 'Z');
    is(in_order(0, 0), CROWD / 3, "then they, by our group");
    is(answer(-1, 0), -ECHILD, "nobody is left");
}

/* Some have ended, some are stopped, some go on: one order for all. */
static void
test_statuses(void)
{
    int all = WUNTRACED | WCONTINUED;

    gather(0);
    send_all(SHUFFLED, SIGSTOP, 2, 'T');
    is(in_order(-1, 0), 0, "a stop is no end");
    is(in_order(-1, WCONTINUED), 0, "nor a continuation");
    is(in_order(-1, WUNTRACED), CROWD / 2, "stopped ones, by age");
    is(in_order(-1, (unsigned)all), 0, "once");
    for (int i = 1; i < CROWD; i += 4) {
        kill(pid[CROWD - i], SIGCONT);
    }
    for (int i = 0; i < CROWD; i += 8) {
        kill(pid[i], SIGKILL);
        until(pid[i], 'Z');
    }
    is(in_order(-1, (unsigned)all), CROWD / 4 + CROWD / 8,
        "gone on or ended, by age");
    is(in_order(-1, (unsigned)all), 0, "once");
    for (int i = 0; i < CROWD; i++) {
        if (i % 8 != 0) {
            kill(pid[i], SIGKILL);
            until(pid[i], 'Z');
        }
    }
    is(in_order(-1, 0), CROWD - CROWD / 8, "ended, stopped before or not");
    is(answer(-1, (unsigned)all), -ECHILD, "nobody is left");
}

static void
test_one(enum order order, const char *name)
{
    int living = 0, good = 0, gone = 0;

    gather(0);
    for (int n = 0; n < CROWD; n++) {
        living += answer(nth(order, n), 0) == 0;
        kill(nth(order, n), SIGKILL);
        good += waitpid(nth(order, n), NULL, 0) == nth(order, n);
        gone += answer(nth(order, n), 0) == -ECHILD;
    }
    is(living, CROWD, "each lives");
    is(good, CROWD, name);
    is(gone, CROWD, "and is gone after that");
}

/* Three groups: two of their own, the third is ours. */
static void
test_groups(void)
{
    gather(0);
    for (int i = 0; i < CROWD; i++) {
        if (i % 3 != 2) {
            setpgid(pid[i], pid[i % 3]);
        }
    }
    send_all(SHUFFLED, SIGKILL, 0, 'Z');
    is(in_order(-pid[1], 0), CROWD / 3, "one group, by age");
    is(answer(-pid[1], 0), -ECHILD, "nobody is left of it");
    fails(setpgid(pid[0], pid[1]), EPERM, "nor is it a group");
    is(setpgid(pid[3], getpgrp()), 0, "a zombie goes to another group");
    is(in_order(0, 0), CROWD / 3 + 1, "where a wait finds it, by age");
    is(answer(0, 0), -ECHILD, "nobody is left there");
    is(in_order(-pid[0], 0), CROWD / 3 - 1, "the last group");
    is(answer(-1, 0), -ECHILD, "nobody is left");
}

static void
test_clones(void)
{
    gather(1);
    is(answer(-1, 0), 0, "plain children live");
    is(answer(-1, __WCLONE), 0, "clone children too");
    is(answer(pid[0], 0), -ECHILD, "a clone child is not for a plain wait");
    is(answer(pid[1], __WCLONE), -ECHILD, "nor a plain one for the other");
    is(answer(pid[0], __WALL), 0, "a wait for all finds it");
    send_all(YOUNGEST, SIGKILL, 0, 'Z');
    is(in_order(-1, 0), CROWD - CROWD / 3, "the plain ones, by age");
    is(answer(-1, 0), -ECHILD, "none of these is left");
    is(answer(0, 0), -ECHILD, "nor in our group");
    is(answer(pid[0], __WCLONE), pid[0], "one clone child");
    is(in_order(-1, __WALL), CROWD / 3 - 1, "the others, by age");
    is(answer(-1, __WALL), -ECHILD, "nobody is left");
}

int
main(void)
{
    test_any(OLDEST, "ended from the oldest on: by age");
    test_any(YOUNGEST, "ended from the youngest on: by age");
    test_any(SHUFFLED, "ended in some order: by age");
    test_statuses();
    test_one(OLDEST, "waited for by its number, the oldest first");
    test_one(YOUNGEST, "the youngest first");
    test_one(SHUFFLED, "in some order");
    test_groups();
    test_clones();
    return done();
}

/*
 * watch.h: parents and children that look at each other from outside, for
 * graded tests of exit, wait and sleep: by /proc/PID/stat, by WNOHANG, and
 * never longer than a limit.
 */
#pragma once

#include "family.h"

#include <errno.h>
#include <fcntl.h>
#include <time.h>

#define SOON 200 /* ms: for what has to be done at once */

static inline void
nap(long ms)
{
    struct timespec time = {ms / 1000, ms % 1000 * 1000000};

    nanosleep(&time, NULL);
}

static inline long
now_ms(void)
{
    struct timespec now;

    clock_gettime(CLOCK_MONOTONIC, &now);
    return now.tv_sec * 1000 + now.tv_nsec / 1000000;
}

/* What /proc says of a process: 'R' runs or could, 'S' sleeps, 'T' is stopped,
 * 'Z' is a zombie.  => 0: there is no such process */
static inline char
state_of(pid_t pid)
{
    char path[32], text[256];

    snprintf(path, sizeof(path), "/proc/%d/stat", pid);
    int fd = open(path, O_RDONLY);
    long n = fd >= 0 ? read(fd, text, sizeof(text) - 1) : -1;
    if (fd >= 0) {
        close(fd);
    }
    text[n < 0 ? 0 : n] = '\0';
    char *end = strrchr(text, ')');
    return end != NULL ? end[2] : 0;
}

/* Give the process SOON to come into this state.  => whether it did */
static inline int
comes_to(pid_t pid, char state)
{
    for (int ms = 0; ms < SOON; ms += 2) {
        if (state_of(pid) == state) {
            return 1;
        }
        nap(2);
    }
    return 0;
}

/* Give a child so many ms to end, and reap it.  => whether it did */
static inline int
ended(pid_t pid, long ms, int *status)
{
    for (long end = now_ms() + ms; now_ms() < end; nap(1)) {
        if (waitpid(pid, status, WNOHANG) == pid) {
            return 1;
        }
    }
    return 0;
}

/* The same, but a child that has not ended is killed. */
static inline int
ends_within(pid_t pid, long ms, int *status)
{
    if (ended(pid, ms, status)) {
        return 1;
    }
    kill(pid, SIGKILL);
    waitpid(pid, status, 0);
    return 0;
}

/* The same, with an exit code of 0 as the promise. */
static inline void
ends_well(const char *promise, const char *what, pid_t pid, long ms)
{
    int status = 0;

    lab_check(promise, what, 1, (unsigned long)ends_within(pid, ms, &status));
    lab_end();
    lab_check(promise, what, 0, (unsigned long)status);
}

/* A child that sleeps until it is killed. */
static inline pid_t
sleeper(void)
{
    pid_t pid = lab_fork();

    if (pid == 0) {
        for (;;) {
            nap(1000);
        }
    }
    return pid;
}

/* The checkers of the kernel find nothing wrong; what they find has a name. */
static inline void
books_right(const char *when)
{
    static char text[512], what[200];
    int fd = open("/proc/tine/check", O_RDONLY);
    long n = read(fd, text, sizeof(text) - 1);

    close(fd);
    text[n < 0 ? 0 : n] = '\0';
    if (strncmp(text, "ok\n", 3) != 0) {
        char *first = strchr(text, '\n');
        first = first != NULL ? first + 1 : text;
        first[strcspn(first, "\n")] = '\0';
        snprintf(what, sizeof(what), "%s, violations that the checkers find "
                 "(%.100s)", when, first);
        lab_check("PR-3", what, 0, 1);
    }
}

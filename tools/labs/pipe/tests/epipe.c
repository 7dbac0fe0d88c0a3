/*
 * epipe.c: a write to a pipe that nobody can read is EPIPE, with SIGPIPE; also
 * for a writer that waits for room when the last reader goes. What it has
 * written before that counts.
 */
#include "ends.h"

#define FAILED 100000

static char block[2 * CAPACITY];

static int
told(void)
{
    sigset_t pending;

    sigpending(&pending);
    return sigismember(&pending, SIGPIPE);
}

/* A child that writes; => its pid */
static pid_t
writer(int ends[2], unsigned long size, long expected)
{
    pid_t pid = lab_fork();

    if (pid == 0) {
        sigset_t mask;
        sigemptyset(&mask);
        sigaddset(&mask, SIGPIPE);
        sigprocmask(SIG_BLOCK, &mask, NULL);
        close(ends[0]);
        long n = write(ends[1], block, size);
        lab_check("PI-3", "bytes of a write (100000 + errno, if it failed)",
                  (unsigned long)expected,
                  (unsigned long)(n < 0 ? FAILED + errno : n));
        lab_check("PI-3", "SIGPIPE is pending", 1, (unsigned long)told());
        _exit(0);
    }
    return pid;
}

static void
nobody(void)
{
    int ends[2], status = 0;

    make_pipe(ends);
    close(ends[0]);
    pid_t pid = writer(ends, lab_between(1, 5000), FAILED + EPIPE);
    ends_well("PI-3", "a write without a reader ends", pid, SOON);
    pid = lab_fork();
    if (pid == 0) {
        write(ends[1], "x", 1);
        _exit(0);
    }
    lab_check("PI-3", "the default of SIGPIPE ends the writer", 1,
              (unsigned long)ends_within(pid, SOON, &status));
    lab_check("PI-3", "its status", SIGPIPE, (unsigned long)status);
    close(ends[1]);
}

/* The last reader goes while a writer waits. */
static void
late(unsigned long room, unsigned long size, long expected)
{
    int ends[2], status = 0;

    make_pipe(ends);
    int second = dup(ends[0]);
    fill_pipe(ends[1], room);
    close(ends[0]);
    ends[0] = second;
    pid_t pid = writer(ends, size, expected);
    lab_check("PI-3", "a writer has ended, though one can read", 0,
              (unsigned long)ended(pid, 20, &status));
    close(second);
    ends_well("PI-3", "a writer that waits is told in time", pid, SOON);
    close(ends[1]);
}

int
main(int argc, char **argv)
{
    lab_begin(argc, argv);
    nobody();
    late(0, lab_between(1, PIECE), FAILED + EPIPE);
    unsigned long room = lab_between(1, CAPACITY);
    late(room, room + PIECE + 1, (long)room);
    lab_done();
}

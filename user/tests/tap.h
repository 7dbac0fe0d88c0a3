/*
 * tap.h: a test prints a line for each behaviour (Test Anything Protocol) and
 * the plan `1..N` at the end.
 *
 * Each line is written at once: a later child has no copy of it in a buffer, so
 * each line is printed once, in the order of the checks.
 * Names say what holds, never a pid, an address, a time or a host's path,
 * because the same program must print the same on Linux and on Tine.
 */
#pragma once

#ifndef _GNU_SOURCE
#define _GNU_SOURCE
#endif

#include <errno.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/types.h>
#include <sys/wait.h>
#include <time.h>
#include <unistd.h>

static int tap_lines;
static int tap_failures;

/* Print whether a behaviour is as it should be. */
static inline void
ok(int holds, const char *name)
{
    tap_lines++;
    tap_failures += !holds;
    printf("%s %d - %s\n", holds ? "ok" : "not ok", tap_lines, name);
    fflush(stdout);
}

/* The same for a number and its expected value. */
static inline void
is(long got, long want, const char *name)
{
    ok(got == want, name);
    if (got != want) {
        printf("# got %ld, want %ld\n", got, want);
        fflush(stdout);
    }
}

/* The same for a text and its expected value. */
static inline void
is_str(const char *got, const char *want, const char *name)
{
    ok(strcmp(got, want) == 0, name);
    if (strcmp(got, want) != 0) {
        printf("# got '%s', want '%s'\n", got, want);
        fflush(stdout);
    }
}

/* The names of the first 40 error numbers, for messages. */
static inline const char *
errno_name(int number)
{
    static const char *const names[] = {
        "OK", "EPERM", "ENOENT", "ESRCH", "EINTR", "EIO", "ENXIO", "E2BIG",
        "ENOEXEC", "EBADF", "ECHILD", "EAGAIN", "ENOMEM", "EACCES", "EFAULT",
        "ENOTBLK", "EBUSY", "EEXIST", "EXDEV", "ENODEV", "ENOTDIR", "EISDIR",
        "EINVAL", "ENFILE", "EMFILE", "ENOTTY", "ETXTBSY", "EFBIG", "ENOSPC",
        "ESPIPE", "EROFS", "EMLINK", "EPIPE", "EDOM", "ERANGE", "EDEADLK",
        "ENAMETOOLONG", "ENOLCK", "ENOSYS", "ENOTEMPTY", "ELOOP",
    };
    static char other[24];
    if (number >= 0 && number < (int)(sizeof(names) / sizeof(names[0]))) {
        return names[number];
    }
    snprintf(other, sizeof(other), "errno %d", number);
    return other;
}

/* A C library call returned -1 and this errno. */
static inline void
fails(long result, int want, const char *name)
{
    int error = result == -1 ? errno : 0;
    ok(result == -1 && error == want, name);
    if (result != -1 || error != want) {
        printf("# got %ld %s, want -1 %s\n", result, errno_name(error),
            errno_name(want));
        fflush(stdout);
    }
}

static inline void
tap_status(int holds, int status, const char *name)
{
    ok(holds, name);
    if (!holds && WIFEXITED(status)) {
        printf("# it ended with exit %d\n", WEXITSTATUS(status));
    } else if (!holds) {
        printf("# it ended with status 0x%x\n", status & ~0x80);
    }
    fflush(stdout);
}

/* A wait status says: ended with this exit code. */
static inline void
exited(int status, int code, const char *name)
{
    tap_status(WIFEXITED(status) && WEXITSTATUS(status) == code, status, name);
}

/* A wait status says: killed by this signal (with a core or without). */
static inline void
killed(int status, int sig, const char *name)
{
    tap_status(WIFSIGNALED(status) && WTERMSIG(status) == sig, status, name);
}

/* fork, or end the test: a pid of -1 must never be given to kill(2). */
static inline pid_t
must_fork(void)
{
    pid_t pid = fork();
    if (pid < 0) {
        perror("fork");
        exit(99);
    }
    return pid;
}

/* Run body(arg) in a child, whose exit code it returns; => wait status. */
static inline int
in_child(int (*body)(void *), void *arg)
{
    int status = -1;
    pid_t pid = fork();
    if (pid == 0) {
        _exit(body(arg));
    }
    if (pid < 0 || waitpid(pid, &status, 0) != pid) {
        return -1;
    }
    return status;
}

/* Sleep for some thousandths of a second. */
static inline void
nap(long ms)
{
    struct timespec ts = { ms / 1000, ms % 1000 * 1000000 };
    nanosleep(&ts, NULL);
}

/* The plan; => what main returns. */
static inline int
done(void)
{
    printf("1..%d\n", tap_lines);
    fflush(stdout);
    return tap_failures != 0;
}

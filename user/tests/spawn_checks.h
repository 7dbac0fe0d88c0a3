/*
 * spawn_checks.h: what a spawned program sees; each check has a name and a
 * number.
 */
#pragma once

#include "tap.h"

#include <fcntl.h>
#include <sched.h>
#include <sys/stat.h>

#define HOLDS 3 /* the exit code of a check that holds */

static int
is_open(long fd)
{
    return fcntl((int)fd, F_GETFD) == 0;
}

static int
is_closed(long fd)
{
    return fcntl((int)fd, F_GETFD) == -1 && errno == EBADF;
}

/* A file of this many bytes. */
static int
has_size(long size)
{
    struct stat st;

    return fstat(5, &st) == 0 && st.st_size == size;
}

static int
has_mode(long mode)
{
    struct stat st;

    return fstat(5, &st) == 0 && (st.st_mode & 0777) == (unsigned)mode;
}

static int
appends(long fd)
{
    return (fcntl((int)fd, F_GETFL) & (O_APPEND | O_ACCMODE))
        == (O_APPEND | O_WRONLY);
}

static int
is_blocked(long sig)
{
    sigset_t mask;

    return sigprocmask(SIG_BLOCK, NULL, &mask) == 0
        && sigismember(&mask, (int)sig);
}

static int
is_ignored(long sig)
{
    struct sigaction action;

    return sigaction((int)sig, NULL, &action) == 0
        && action.sa_handler == SIG_IGN;
}

static int
is_default(long sig)
{
    struct sigaction action;

    return sigaction((int)sig, NULL, &action) == 0
        && action.sa_handler == SIG_DFL;
}

static int
is_group(long pgid)
{
    return getpgrp() == pgid;
}

static int
leads_group(long yes)
{
    return (getpgrp() == getpid()) == yes;
}

static int
leads_session(long yes)
{
    return (getsid(0) == getpid()) == yes;
}

static int
has_policy(long policy)
{
    return sched_getscheduler(0) == policy;
}

static int
has_umask(long mask)
{
    return umask(0) == (mode_t)mask;
}

/* The working directory has a file of this mark. */
static int
is_in(long mark)
{
    char name[16];

    snprintf(name, sizeof(name), "mark%ld", mark);
    return access(name, F_OK) == 0;
}

static int
is_child_of(long pid)
{
    return getppid() == pid;
}

static int
has_variable(long value)
{
    const char *text = getenv("VARIABLE");

    return value == 0 ? text == NULL : text != NULL && atol(text) == value;
}

static const struct {
    const char *name;
    int (*holds)(long number);
} checks[] = {
    { "open", is_open }, { "closed", is_closed }, { "size", has_size },
    { "mode", has_mode }, { "appends", appends }, { "blocked", is_blocked },
    { "ignored", is_ignored }, { "default", is_default },
    { "group", is_group }, { "leads", leads_group },
    { "session", leads_session }, { "policy", has_policy },
    { "umask", has_umask }, { "in", is_in }, { "child-of", is_child_of },
    { "variable", has_variable },
};

/* => the exit code */
static inline int
check(const char *name, long number)
{
    for (unsigned i = 0; i < sizeof(checks) / sizeof(checks[0]); i++) {
        if (strcmp(checks[i].name, name) == 0) {
            return checks[i].holds(number) ? HOLDS : 4;
        }
    }
    return 5;
}

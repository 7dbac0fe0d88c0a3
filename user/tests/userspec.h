/*
 * userspec.h: calls made as somebody else. The test runs as root; a child of it
 * takes the ids of the user who is to make one call, makes it and says what
 * came of it. Users are numbers: nothing is asked of a file of users.
 */
#pragma once

#include "names.h"
#include "sigspec.h"

#include <sys/resource.h>

enum {
    CALL_setuid = 105, CALL_setgid = 106, CALL_setreuid = 113,
    CALL_setregid = 114, CALL_getgroups = 115, CALL_setgroups = 116,
    CALL_setresuid = 117, CALL_getresuid = 118, CALL_setresgid = 119,
    CALL_getresgid = 120, CALL_getpriority = 140, CALL_setpriority = 141,
    CALL_settimeofday = 164, CALL_reboot = 169, CALL_clock_settime = 227,
};

/* A user: one uid, one gid, and one more group unless that is 0. */
struct user {
    unsigned uid;
    unsigned gid;
    unsigned group;
};

static const struct user root = { 0, 0, 0 };
static const struct user student = { 1000, 1000, 0 };
static const struct user other = { 1001, 1001, 0 };

/* The real, the effective and the saved id. */
struct ids {
    unsigned real, effective, saved;
};

static inline struct ids
uids_now(void)
{
    struct ids ids = { 7777, 7777, 7777 };

    raw(CALL_getresuid, P(&ids.real), P(&ids.effective), P(&ids.saved), 0);
    return ids;
}

static inline struct ids
gids_now(void)
{
    struct ids ids = { 7777, 7777, 7777 };

    raw(CALL_getresgid, P(&ids.real), P(&ids.effective), P(&ids.saved), 0);
    return ids;
}

static inline int
are(struct ids ids, unsigned real, unsigned effective, unsigned saved)
{
    return ids.real == real && ids.effective == effective
        && ids.saved == saved;
}

/* Root becomes this user, for good; a process that cannot, ends. */
static inline void
become(const struct user *user)
{
    if (raw(CALL_setgroups, user->group != 0, P(&user->group), 0, 0) != 0
        || raw(CALL_setresgid, user->gid, user->gid, user->gid, 0) != 0
        || raw(CALL_setresuid, user->uid, user->uid, user->uid, 0) != 0) {
        _exit(98);
    }
}

/* Make one call as a user. => -errno, or 0 if it succeeds */
static inline long
as(const struct user *user, long nr, long a, long b, long c, long d)
{
    int fds[2];
    long result = -1000;

    if (pipe(fds) < 0) {
        return -1001;
    }
    pid_t pid = must_fork();
    if (pid == 0) {
        become(user);
        result = raw(nr, a, b, c, d);
        result = result < 0 ? result : 0;
        write(fds[1], &result, sizeof(result));
        _exit(0);
    }
    close(fds[1]);
    read(fds[0], &result, sizeof(result));
    close(fds[0]);
    waitpid(pid, NULL, 0);
    return result;
}

/* Run body(arg) as a user; => its wait status */
static inline int
all_as(const struct user *user, int (*body)(void *), void *arg)
{
    int status = -1;
    pid_t pid = must_fork();

    if (pid == 0) {
        become(user);
        _exit(body(arg));
    }
    waitpid(pid, &status, 0);
    return status;
}

/* A file or directory of this user and mode, new. */
static inline void
file_of(const struct user *user, const char *name, int mode)
{
    put(name, "text");
    chown(name, user->uid, user->gid);
    chmod(name, (mode_t)mode);
}

static inline void
directory_of(const struct user *user, const char *name, int mode)
{
    mkdir(name, 0700);
    chown(name, user->uid, user->gid);
    chmod(name, (mode_t)mode);
}

/* The directory in which a test begins may be root's alone: make one in it
 * that all can search, and go there. */
static inline void
enter_work(void)
{
    mkdir("work", 0755);
    if (chdir("work") != 0) {
        exit(99);
    }
}

static inline void
leave_work(void)
{
    chdir("..");
    ok(rmdir("work") == 0, "nothing is left");
}

/*
 * lockspec.h: locks of files by system calls. (lockspec_partner.h: by others.)
 */
#pragma once

#include "sigspec.h"

enum { CALL_flock = 73 };

/* Locks of fcntl. */
enum { READ_LOCK = 0, WRITE_LOCK = 1, NO_LOCK = 2 };

/* Locks of flock. */
enum { SHARED = 1, EXCLUSIVE = 2, AT_ONCE = 4, RELEASE = 8 };

/* What fcntl takes and fills in. */
struct lock {
    short type;
    short whence;
    long start;
    long length;
    int pid;
};

static inline long
lock_raw(int fd, int command, struct lock *lock)
{
    return raw(NR_fcntl, fd, command, P(lock), 0);
}

/* Set or release a lock, at once or not at all; => 0 or -errno */
static inline long
lock(int fd, int type, long start, long length)
{
    struct lock wanted = { (short)type, SEEK_SET, start, length, 0 };

    return lock_raw(fd, F_SETLK, &wanted);
}

/* The same, but wait for it. */
static inline long
lock_wait(int fd, int type, long start, long length)
{
    struct lock wanted = { (short)type, SEEK_SET, start, length, 0 };

    return lock_raw(fd, F_SETLKW, &wanted);
}

static inline long
flock_raw(int fd, int how)
{
    return raw(CALL_flock, fd, how, 0, 0);
}

/* What others have locked of the first bytes of a file, a letter for each:
 * r to read, w to write, `.` nothing; `?` if it is not this one's. A child
 * looks, so that the locks of who asks are seen. */
#define MAP 16

static inline const char *
map_of(const char *name)
{
    static char map[MAP + 1];
    int fds[2];

    if (pipe(fds) < 0) {
        return "(no pipe)";
    }
    pid_t pid = must_fork();
    if (pid == 0) {
        int fd = open(name, O_RDWR);
        for (int i = 0; i < MAP; i++) {
            struct lock found = { WRITE_LOCK, SEEK_SET, i, 1, 0 };
            lock_raw(fd, F_GETLK, &found);
            map[i] = found.type == NO_LOCK ? '.'
                : found.pid != getppid() ? '?'
                : found.type == READ_LOCK ? 'r' : 'w';
        }
        write(fds[1], map, MAP);
        _exit(0);
    }
    memset(map, 0, sizeof(map));
    waitpid(pid, NULL, 0);
    close(fds[1]);
    read(fds[0], map, MAP);
    close(fds[0]);
    return map;
}

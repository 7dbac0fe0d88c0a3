/*
 * locks.h: what a process can learn of the locks that others have on a file.
 */
#pragma once

#include <fcntl.h>
#include <sys/file.h>

#include "tap.h"

#include "clone.h"

#define THE_FILE "locked"

/* Open the file, with 100 bytes in it. */
static inline int
the_file(int flags)
{
    int fd = open(THE_FILE, flags | O_CREAT, 0600);
    if (fd < 0 || truncate(THE_FILE, 100) < 0) {
        perror(THE_FILE);
        exit(99);
    }
    return fd;
}

/* fcntl with a struct flock.  => 0 or -errno */
static inline long
lock(int fd, int command, int type, int whence, long start, long length)
{
    struct flock flock = { (short)type, (short)whence, start, length, 0 };

    return raw(NR_fcntl, fd, command, P(&flock), 0);
}

/* The same, from the file's beginning. */
static inline long
set(int fd, int type, long start, long length)
{
    return lock(fd, F_SETLK, type, SEEK_SET, start, length);
}

/* Every lock of others on the file, in the order of bytes: "r0-4 w7-end ". */
static inline void
list_locks(char *text, size_t size)
{
    int fd = open(THE_FILE, O_RDWR);
    long at = 0;
    size_t used = 0;

    text[0] = '\0';
    while (at >= 0) {
        /* The first in the way need not be the lowest: narrow the range. */
        struct flock found = { F_WRLCK, SEEK_SET, at, 0, 0 }, first = found;
        first.l_type = F_UNLCK;
        while (fcntl(fd, F_GETLK, &found) == 0 && found.l_type != F_UNLCK) {
            first = found;
            if (found.l_start <= at) {
                break;
            }
            found = (struct flock){ F_WRLCK, SEEK_SET, at,
                                    first.l_start - at, 0 };
        }
        if (first.l_type == F_UNLCK) {
            break;
        }
        long last = first.l_start + first.l_len - 1;
        at = first.l_len == 0 ? -1 : last + 1;
        used += (size_t)snprintf(text + used, size - used, "%c%ld-",
                                 first.l_type == F_RDLCK ? 'r' : 'w',
                                 first.l_start);
        used += (size_t)(at < 0 ? snprintf(text + used, size - used, "end ")
                            : snprintf(text + used, size - used, "%ld ", last));
    }
    close(fd);
}

/* The locks that this process has, as another sees them. */
static inline const char *
mine(void)
{
    static char text[512];
    int fd[2], status;
    if (pipe(fd) < 0) {
        exit(99);
    }
    pid_t pid = must_fork();
    if (pid == 0) {
        list_locks(text, sizeof(text));
        _exit(write(fd[1], text, strlen(text) + 1) < 0);
    }
    close(fd[1]);
    long n = read(fd[0], text, sizeof(text) - 1);
    text[n > 0 ? n : 0] = '\0';
    close(fd[0]);
    waitpid(pid, &status, 0);
    return text;
}

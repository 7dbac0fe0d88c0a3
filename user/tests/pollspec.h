/*
 * pollspec.h: waiting for descriptors by system calls alone, with the numbers,
 * structures and bits of Linux under names of its own, so that a test needs
 * nothing of the C library for them.
 */
#pragma once

#include "sigspec.h"

#include <sys/ioctl.h>
#include <sys/resource.h>

enum {
    CALL_poll = 7, CALL_select = 23, CALL_epoll_create = 213,
    CALL_epoll_wait = 232, CALL_epoll_ctl = 233, CALL_pselect6 = 270,
    CALL_ppoll = 271, CALL_epoll_pwait = 281, CALL_signalfd = 282,
    CALL_timerfd_create = 283, CALL_eventfd = 284, CALL_timerfd_settime = 286,
    CALL_timerfd_gettime = 287, CALL_signalfd4 = 289, CALL_eventfd2 = 290,
    CALL_epoll_create1 = 291,
};

/* What can be waited for: the same bits for poll and epoll. */
enum {
    IN = 0x1, PRI = 0x2, OUT = 0x4, ERR = 0x8, HUP = 0x10, NVAL = 0x20,
    RDNORM = 0x40, RDBAND = 0x80, WRNORM = 0x100, WRBAND = 0x200,
    RDHUP = 0x2000,
};

struct poll_one {
    int fd;
    short wanted;
    short got;
};

/* => what poll returns */
static inline long
poll_all(struct poll_one *list, long count, int ms)
{
    return raw(CALL_poll, P(list), count, ms, 0);
}

/* What holds of a descriptor now. => the bits, or -errno */
static inline long
poll_now(int fd, int wanted)
{
    struct poll_one one = { fd, (short)wanted, -1 };
    long n = poll_all(&one, 1, 0);

    return n < 0 ? n : one.got;
}

/* The same, but wait for one of the bits. */
static inline long
poll_until(int fd, int wanted)
{
    struct poll_one one = { fd, (short)wanted, -1 };
    long n = poll_all(&one, 1, -1);

    return n < 0 ? n : one.got;
}

/* How many bytes can be read; -1: it does not say. */
static inline int
bytes_in(int fd)
{
    int count = -1;

    ioctl(fd, FIONREAD, &count);
    return count;
}

/* Set the limit of a resource; => the one before. */
static inline unsigned long
limit_to(int resource, unsigned long limit)
{
    struct rlimit old = { 0, 0 };

    getrlimit(resource, &old);
    struct rlimit now = { limit, old.rlim_max };
    raw(NR_prlimit64, 0, resource, P(&now), 0);
    return old.rlim_cur;
}

/* Milliseconds of a clock that is not set. */
static inline long
now_ms(void)
{
    struct timespec ts;

    clock_gettime(CLOCK_MONOTONIC, &ts);
    return ts.tv_sec * 1000 + ts.tv_nsec / 1000000;
}

static inline void
must_pipe(int fds[2])
{
    if (pipe(fds) < 0) {
        perror("pipe");
        exit(99);
    }
}

static inline void
close_both(const int fds[2])
{
    close(fds[0]);
    close(fds[1]);
}

/* Write until a pipe is full; => how many bytes that took. */
static inline long
fill(int fd)
{
    static const char block[4096];
    int flags = fcntl(fd, F_GETFL);
    long total = 0, n;

    fcntl(fd, F_SETFL, flags | O_NONBLOCK);
    while ((n = write(fd, block, sizeof(block))) > 0) {
        total += n;
    }
    fcntl(fd, F_SETFL, flags);
    return total;
}

/* Read so many bytes. */
static inline void
drain(int fd, long count)
{
    char block[4096];

    while (count > 0) {
        long n = read(fd, block,
            count < (long)sizeof(block) ? (size_t)count : sizeof(block));
        if (n <= 0) {
            break;
        }
        count -= n;
    }
}

/* A child that runs body(arg) when its parent sleeps in a system call, and
 * ends with what it returns. */
static inline pid_t
when_asleep(int (*body)(void *), void *arg)
{
    pid_t parent = getpid(), pid = must_fork();

    if (pid == 0) {
        until_state(parent, 'S');
        _exit(body(arg));
    }
    return pid;
}

/*
 * lockspec.h: locks of files by system calls, and partners: children that take
 * and release locks when they are told to, so that a test knows the order of
 * all that happens.
 */
#pragma once

#include "sigspec.h"

#include <sys/ioctl.h>

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

/* A child that has opened the file itself. */
struct partner {
    pid_t pid;
    int orders;
    int results;
};

struct order {
    int what;
    int type;
    long start;
    long length;
};

static inline long
obey(int fd, const struct order *order)
{
    switch (order->what) {
    case 'l':
        return lock(fd, order->type, order->start, order->length);
    case 'w':
        return lock_wait(fd, order->type, order->start, order->length);
    case 'f':
        return flock_raw(fd, order->type);
    case 'c':
        return close(fd);
    default:
        _exit(0);
    }
}

/* Give an order; and what came of an order. */
static inline void
tell(const struct partner *to, int what, int type, long start, long length)
{
    struct order order = { what, type, start, length };

    write(to->orders, &order, sizeof(order));
}

static inline long
result_of(const struct partner *from)
{
    long result = -1000;

    read(from->results, &result, sizeof(result));
    return result;
}

static inline struct partner
partner(const char *name)
{
    struct partner made;
    struct order order;
    int orders[2], results[2];

    if (pipe(orders) < 0 || pipe(results) < 0) {
        perror("pipe");
        exit(99);
    }
    made.pid = must_fork();
    if (made.pid == 0) {
        int fd = open(name, O_RDWR);
        long result = fd < 0 ? -errno : 0;
        close(orders[1]);
        write(results[1], &result, sizeof(result));
        while (read(orders[0], &order, sizeof(order)) == sizeof(order)) {
            result = obey(fd, &order);
            write(results[1], &result, sizeof(result));
        }
        _exit(0);
    }
    close(orders[0]);
    close(results[1]);
    made.orders = orders[1];
    made.results = results[0];
    if (result_of(&made) != 0) {
        printf("# a partner could not open %s\n", name);
    }
    return made;
}

static inline long
ask(const struct partner *to, int what, int type, long start, long length)
{
    tell(to, what, type, start, length);
    return result_of(to);
}

/* Is there a result? */
static inline int
answered(const struct partner *who)
{
    int bytes = 0;

    ioctl(who->results, FIONREAD, &bytes);
    return bytes > 0;
}

/* Wait until it sleeps after it took its order. => does it wait for a lock? */
static inline int
waits(const struct partner *who)
{
    int orders = -1;

    do {
        nap(1);
        ioctl(who->orders, FIONREAD, &orders);
    } while (orders != 0);
    until_state(who->pid, 'S');
    return !answered(who);
}

/* Kill it. */
static inline void
part(const struct partner *from)
{
    end_child(from->pid);
    close(from->orders);
    close(from->results);
}

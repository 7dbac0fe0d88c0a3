/*
 * lockspec_partner.h: partners, children that take and release locks when they
 * are told to, so that a test knows the order of all that happens.
 */
#pragma once

#include "lockspec.h"

#include <sys/ioctl.h>

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

/*
 * nomem_events.c: allocations fail at every point of calls that wait for
 * descriptors, of timers, of locks of open files and of users, one by one;
 * nomem.h says how, and what must hold.
 *
 * seconds: 40
 * expect:
 * ok 1 - eventfd2
 * ok 2 - timerfd_create
 * ok 3 - timerfd_settime needs none
 * ok 4 - signalfd4
 * ok 5 - another set for it needs none
 * ok 6 - epoll_create1
 * ok 7 - epoll_ctl: a descriptor more
 * ok 8 - another epoll more
 * ok 9 - epoll_wait needs none
 * ok 10 - poll of many
 * ok 11 - select of many
 * ok 12 - the first timer
 * ok 13 - one of another process's CPU time
 * ok 14 - timer_settime needs none
 * ok 15 - setitimer
 * ok 16 - flock
 * ok 17 - a pipe of another size
 * ok 18 - setgroups
 * ok 19 - setresuid
 * ok 20 - PR_SET_NO_NEW_PRIVS
 * ok 21 - setpriority needs none
 * ok 22 - sched_setattr needs none
 * 1..22
 */
#include "nomem.h"

#include "abi/sched.h"
#include "abi/time.h"

#include <poll.h>
#include <sys/epoll.h>
#include <sys/file.h>

#define MANY 200

static int ends[2];
static struct pollfd polled[MANY];
static unsigned char set[1024 / 8];
static int id;

/* ---- Files that tell of events ---- */

static void
do_eventfd(void)
{
    CALL(SYS_eventfd2, 3, 0);
}

static void
do_timerfd(void)
{
    CALL(SYS_timerfd_create, CLOCK_MONOTONIC, 0);
}

static void
set_timerfd(void)
{
    static const struct itimerspec it = { { 1, 0 }, { 1000, 0 } };

    CALL(SYS_timerfd_settime,
        syscall(SYS_timerfd_create, CLOCK_MONOTONIC, 0), 0, P(&it), 0);
}

static void
do_signalfd(void)
{
    static const sigset_t none = 0;

    CALL(SYS_signalfd4, -1, P(&none), sizeof(none), 0);
}

static void
set_signalfd(void)
{
    static const sigset_t none = 0;
    long fd = syscall(SYS_signalfd4, -1, &none, sizeof(none), 0);

    CALL(SYS_signalfd4, fd, P(&none), sizeof(none), 0);
}

/* ---- epoll, poll ---- */

static void
do_epoll(void)
{
    CALL(SYS_epoll_create1, 0);
}

static void
add_to_epoll(int fd)
{
    static struct epoll_event event = { .events = EPOLLIN };

    CALL(SYS_epoll_ctl, epoll_create1(0), EPOLL_CTL_ADD, fd, P(&event));
}

static void
do_add(void)
{
    pipe(ends);
    add_to_epoll(ends[0]);
}

static void
add_epoll(void)
{
    add_to_epoll(epoll_create1(0));
}

static void
do_epoll_wait(void)
{
    static struct epoll_event event = { .events = EPOLLOUT };
    static struct epoll_event got[4];
    int ep = epoll_create1(0);

    pipe(ends);
    epoll_ctl(ep, EPOLL_CTL_ADD, ends[1], &event);
    CALL(SYS_epoll_wait, ep, P(got), 4, 0);
}

static void
poll_many(void)
{
    pipe(ends);
    for (int i = 0; i < MANY; i++) {
        polled[i].fd = ends[0];
        polled[i].events = POLLIN;
    }
    CALL(SYS_poll, P(polled), MANY, 1);
}

static void
select_many(void)
{
    static struct timeval soon = { 0, 1000 };

    pipe(ends);
    for (int fd = 100; fd < 100 + MANY; fd++) {
        dup2(ends[0], fd);
        set[fd / 8] |= 1 << fd % 8;
    }
    CALL(SYS_select, 100 + MANY, P(set), 0, 0, P(&soon));
}

/* ---- Timers ---- */

static void
do_timer(void)
{
    CALL(SYS_timer_create, CLOCK_MONOTONIC, 0, P(&id));
}

static void
timer_of_other(void)
{
    CALL(SYS_timer_create, (int)(~(unsigned)getppid() << 3 | 2), 0, P(&id));
}

static void
set_timer(void)
{
    static const struct itimerspec it = { { 1, 0 }, { 1000, 0 } };

    syscall(SYS_timer_create, CLOCK_MONOTONIC, 0, &id);
    CALL(SYS_timer_settime, id, 0, P(&it), 0);
}

static void
do_setitimer(void)
{
    static const struct itimerval it = { { 1, 0 }, { 1000, 0 } };

    CALL(SYS_setitimer, ITIMER_REAL, P(&it), 0);
}

/* ---- Locks, pipes, users, shares ---- */

static void
do_flock(void)
{
    CALL(SYS_flock, 0, LOCK_SH);
}

static void
resize_pipe(void)
{
    pipe(ends);
    CALL(SYS_fcntl, ends[0], F_SETPIPE_SZ, 4 * PAGE);
}

static void
do_setgroups(void)
{
    static const unsigned groups[] = { 5, 3, 900 };

    CALL(SYS_setgroups, 3, P(groups));
}

static int
no_group(void)
{
    return syscall(SYS_getgroups, 0, 0) == 0;
}

static void
do_setresuid(void)
{
    CALL(SYS_setresuid, -1, 1000, -1);
}

static int
is_root(void)
{
    return geteuid() == 0;
}

static void
confine(void)
{
    CALL(SYS_prctl, 38, 1, 0, 0, 0);
}

static int
not_confined(void)
{
    return syscall(SYS_prctl, 39, 0, 0, 0, 0) == 0;
}

static void
do_setpriority(void)
{
    CALL(SYS_setpriority, 0, 0, 5);
}

static void
do_setattr(void)
{
    static struct sched_attr attr = { .size = sizeof(attr), .sched_nice = 1 };

    CALL(SYS_sched_setattr, 0, P(&attr), 0);
}

#define FD_MAY .may = { EMFILE, ENFILE }
#define TIMER_MAY .may = { EAGAIN }
#define LOCK_MAY .may = { ENOLCK }

static const struct op ops[] = {
    OP("eventfd2", do_eventfd, 0, 0, FD_MAY),
    OP("timerfd_create", do_timerfd, 0, 0, FD_MAY),
    OP("timerfd_settime needs none", set_timerfd, 0, NEVER),
    OP("signalfd4", do_signalfd, 0, 0, FD_MAY),
    OP("another set for it needs none", set_signalfd, 0, NEVER),
    OP("epoll_create1", do_epoll, 0, 0, FD_MAY),
    OP("epoll_ctl: a descriptor more", do_add, 0, 0),
    OP("another epoll more", add_epoll, 0, 0),
    OP("epoll_wait needs none", do_epoll_wait, 0, NEVER),
    OP("poll of many", poll_many, 0, 0),
    OP("select of many", select_many, 0, 0),
    OP("the first timer", do_timer, 0, 0, TIMER_MAY),
    OP("one of another process's CPU time", timer_of_other, 0, 0, TIMER_MAY),
    OP("timer_settime needs none", set_timer, 0, NEVER),
    OP("setitimer", do_setitimer, 0, 0),
    OP("flock", do_flock, 0, 0, LOCK_MAY),
    OP("a pipe of another size", resize_pipe, 0, 0),
    OP("setgroups", do_setgroups, 0, 0, .intact = no_group),
    OP("setresuid", do_setresuid, 0, 0, .intact = is_root),
    OP("PR_SET_NO_NEW_PRIVS", confine, 0, 0, .intact = not_confined),
    OP("setpriority needs none", do_setpriority, 0, NEVER),
    OP("sched_setattr needs none", do_setattr, 0, NEVER),
};

int
main(int argc, char *argv[])
{
    return sweep_all(ops, sizeof(ops) / sizeof(ops[0]), argc, argv);
}

/*
 * pollspec_timerfd.c: a timer that is read: how it is set and told, absolute
 * times, what a read returns and when it waits, what poll and epoll tell. No
 * check has an upper bound in time.
 */
#include "pollspec_epoll.h"

#define ABSOLUTE 1

/* What timerfd_settime takes. */
struct timing {
    struct timespec every;
    struct timespec first;
};

static int fd;

static int
make(int clock, int flags)
{
    return (int)raw(CALL_timerfd_create, clock, flags, 0, 0);
}

static long
set_raw(int flags, struct timing *now, struct timing *old)
{
    return raw(CALL_timerfd_settime, fd, flags, P(now), P(old));
}

/* In milliseconds. */
static long
set(long first, long every)
{
    struct timing now = {
        { every / 1000, every % 1000 * 1000000 },
        { first / 1000, first % 1000 * 1000000 },
    };
    return set_raw(0, &now, NULL);
}

static struct timing
rest(void)
{
    struct timing now;
    memset(&now, 0xff, sizeof(now));
    raw(CALL_timerfd_gettime, fd, P(&now), 0, 0);
    return now;
}

/* => how many times it has expired since the last, or -errno */
static long
expired(void)
{
    unsigned long times = 0;
    long n = raw(NR_read, fd, P(&times), 8, 0);
    return n == 8 ? (long)times : n;
}

static int
is_zero(struct timespec ts)
{
    return ts.tv_sec == 0 && ts.tv_nsec == 0;
}

static void
test_create(void)
{
    fd = make(CLOCK_MONOTONIC, 0);
    is(fcntl(fd, F_GETFD), 0, "stays open over an exec");
    is(fcntl(fd, F_GETFL), O_RDWR, "for reading and writing");
    struct timing now = rest();
    ok(is_zero(now.first) && is_zero(now.every), "it is not set");
    is(poll_now(fd, IN | OUT), 0, "so it is not ready, and never has room");
    returns(raw(NR_write, fd, P(&now), 8, 0), -EINVAL, "nobody writes to it");
    returns(raw(NR_pread64, fd, P(&now), 8, 0), -ESPIPE, "it has no places");
    is(bytes_in(fd), -1, "FIONREAD says nothing of it");
    close(fd);
    fd = make(CLOCK_REALTIME, O_CLOEXEC | O_NONBLOCK);
    is(fcntl(fd, F_GETFD), FD_CLOEXEC, "TFD_CLOEXEC");
    is(fcntl(fd, F_GETFL), O_RDWR | O_NONBLOCK, "TFD_NONBLOCK");
    is(expired(), -EAGAIN, "one that is not set has not expired");
    close(fd);
    fd = make(CLOCK_BOOTTIME, 0);
    ok(fd >= 0, "CLOCK_BOOTTIME");
    close(fd);
    returns(make(CLOCK_PROCESS_CPUTIME_ID, 0), -EINVAL, "no CPU time");
    returns(make(CLOCK_THREAD_CPUTIME_ID, 0), -EINVAL, "not of a thread");
    returns(make(CLOCK_MONOTONIC_RAW, 0), -EINVAL, "no raw clock");
    returns(make(CLOCK_MONOTONIC_COARSE, 0), -EINVAL, "no coarse one");
    returns(make(-1, 0), -EINVAL, "no clock -1");
    returns(make(1000, 0), -EINVAL, "no clock 1000");
    returns(make(CLOCK_MONOTONIC, 1), -EINVAL, "no such flag");
}

static void
test_set(void)
{
    struct timing now = { { 7, 5 }, { 100, 0 } }, old;
    fd = make(CLOCK_MONOTONIC, O_NONBLOCK);
    is(set_raw(0, &now, NULL), 0, "set it to 100 seconds, then each 7");
    struct timing left = rest();
    ok(left.first.tv_sec > 50 && left.first.tv_sec <= 100, "it runs");
    ok(left.every.tv_sec == 7 && left.every.tv_nsec == 5, "then each 7");
    is(expired(), -EAGAIN, "it has not expired");
    now.first.tv_sec = 500;
    now.every.tv_sec = now.every.tv_nsec = 0;
    memset(&old, 0, sizeof(old));
    is(set_raw(0, &now, &old), 0, "set it again");
    ok(old.first.tv_sec > 50 && old.first.tv_sec <= 100
        && old.every.tv_sec == 7, "what it was is told");
    left = rest();
    ok(left.first.tv_sec > 300 && is_zero(left.every), "it is the new one");
    is(set(0, 9000), 0, "a first time of 0 ends it");
    left = rest();
    ok(is_zero(left.first), "no time is left");
    is(expired(), -EAGAIN, "it has not expired");
    is(set(1, 0), 0, "set it to a millisecond");
    is(poll_until(fd, IN | OUT), IN, "it expires");
    left = rest();
    ok(is_zero(left.first) && is_zero(left.every), "and is not set any more");
    set(100000, 0);
    is(poll_now(fd, IN), 0, "to set it takes back what has expired");
    is(expired(), -EAGAIN, "so nothing can be read");
    close(fd);
}

static void
test_read(void)
{
    unsigned long times[2] = { 0, 77 };
    fd = make(CLOCK_MONOTONIC, 0);
    long before = now_ms();
    set(30, 0);
    is(expired(), 1, "a read waits for the time");
    ok(now_ms() - before >= 29, "not less than it");
    is(poll_now(fd, IN), 0, "then it is not ready");
    set(1, 0);
    poll_until(fd, IN);
    nap(5);
    returns(raw(NR_read, fd, P(times), 16, 0), 8, "of 16 bytes it gives 8");
    is((long)times[0], 1, "once is once, however late it is read");
    is((long)times[1], 77, "nothing behind them is written");
    set(1, 0);
    poll_until(fd, IN);
    returns(raw(NR_read, fd, P(times), 7, 0), -EINVAL, "7 bytes to read");
    is(poll_now(fd, IN), IN, "take nothing");
    is(expired(), 1, "it is there");
    set(1, 1);
    nap(30);
    long count = expired();
    ok(count >= 25, "each millisecond: many that nobody read are counted");
    set(1, 1);
    count = 0;
    before = now_ms();
    while (count < 30) {
        count += expired();
    }
    ok(now_ms() - before >= 28, "read one by one they take their time");
    set(20, 10);
    before = now_ms();
    is(poll_until(fd, IN), IN, "first and every");
    ok(now_ms() - before >= 19, "not before the first");
    struct timing left = rest();
    ok(left.every.tv_sec == 0 && left.every.tv_nsec == 10000000, "are told");
    ok(left.first.tv_sec == 0 && left.first.tv_nsec <= 10000000,
        "and what is left of the period");
    close(fd);
}

static void
test_absolute(void)
{
    static const int clocks[] = {
        CLOCK_REALTIME, CLOCK_MONOTONIC, CLOCK_BOOTTIME,
    };
    for (int i = 0; i < COUNT_OF(clocks); i++) {
        struct timing at = { { 0, 0 }, { 0, 0 } };
        struct timespec then;
        fd = make(clocks[i], 0);
        clock_gettime(clocks[i], &at.first);
        at.first.tv_nsec += 30000000;
        if (at.first.tv_nsec >= 1000000000) {
            at.first.tv_nsec -= 1000000000;
            at.first.tv_sec++;
        }
        is(set_raw(ABSOLUTE, &at, NULL), 0, "an absolute time");
        is(expired(), 1, "it comes");
        clock_gettime(clocks[i], &then);
        ok(then.tv_sec > at.first.tv_sec
            || (then.tv_sec == at.first.tv_sec
                && then.tv_nsec >= at.first.tv_nsec), "not before it");
        at.first.tv_sec = 0;
        at.first.tv_nsec = 1;
        set_raw(ABSOLUTE, &at, NULL);
        is(expired(), 1, "a time long ago has come");
        at.every.tv_sec = 100000;
        clock_gettime(clocks[i], &at.first);
        at.first.tv_sec += 1000;
        set_raw(ABSOLUTE, &at, NULL);
        struct timing left = rest();
        ok(left.first.tv_sec > 500 && left.first.tv_sec <= 1000,
            "what is left is told as a time from now");
        close(fd);
    }
    struct timing often = { { 0, 1000000 }, { 0, 1 } };
    fd = make(CLOCK_MONOTONIC, 0);
    set_raw(ABSOLUTE, &often, NULL);
    ok(expired() > 100, "periods since a time long ago are counted");
    close(fd);
}

static void
test_errors(void)
{
    struct timing now = { { 0, 0 }, { 0, 1000000000 } };
    int fds[2];
    must_pipe(fds);
    fd = make(CLOCK_MONOTONIC, O_NONBLOCK);
    set(100000, 0);
    returns(set_raw(0, &now, NULL), -EINVAL, "too many nanoseconds");
    now.first.tv_nsec = -1;
    returns(set_raw(0, &now, NULL), -EINVAL, "negative ones");
    now.first.tv_nsec = 1;
    now.every.tv_nsec = -1;
    returns(set_raw(0, &now, NULL), -EINVAL, "in the period");
    now.every.tv_nsec = 0;
    now.every.tv_sec = -1;
    returns(set_raw(0, &now, NULL), -EINVAL, "negative seconds");
    now.every.tv_sec = 0;
    returns(set_raw(4, &now, NULL), -EINVAL, "no such flag");
    returns(set_raw(0, NULL, NULL), -EFAULT, "no time");
    struct timing left = rest();
    ok(left.first.tv_sec > 50, "all that changes nothing");
    returns(raw(CALL_timerfd_gettime, fd, 1, 0, 0), -EFAULT, "a bad place");
    returns(raw(CALL_timerfd_gettime, fds[0], P(&now), 0, 0), -EINVAL,
        "a pipe is no timer");
    returns(raw(CALL_timerfd_settime, fds[0], 0, P(&now), 0), -EINVAL,
        "nor is it set");
    returns(raw(CALL_timerfd_gettime, 999, P(&now), 0, 0), -EBADF,
        "nor what is not open");
    close(fd);
    close_both(fds);
}

static void
test_ready(void)
{
    int ep = epoll_new();
    fd = make(CLOCK_MONOTONIC, 0);
    watch(ep, fd, IN | EDGE);
    is(told(ep), 0, "an edge to come");
    set(5, 0);
    is(told_later(ep), IN, "the time is the edge");
    is(told(ep), 0, "once");
    is(poll_now(fd, IN), IN, "and can be read");
    epoll_change(ep, CTL_MOD, fd, IN, 0);
    is(told(ep), IN, "level: told");
    is(told(ep), IN, "as often as one asks");
    is(expired(), 1, "until it is read");
    is(told(ep), 0, "and no longer");
    close(fd);
    close(ep);
}

/* A child has the same timer. */
static int
child_sets(void *unused)
{
    (void)unused;
    return set(1, 0) == 0 && poll_until(fd, IN) == IN ? 7 : 1;
}

static int
child_reads(void *unused)
{
    (void)unused;
    return expired() == 1 ? 7 : 1;
}

static void
test_fork(void)
{
    fd = make(CLOCK_MONOTONIC, O_NONBLOCK);
    exited(in_child(child_sets, NULL), 7, "a child sets its parent's timer");
    is(poll_now(fd, IN), IN, "it has expired for both");
    exited(in_child(child_reads, NULL), 7, "a child reads it");
    is(expired(), -EAGAIN, "for both");
    close(fd);
}

int
main(void)
{
    test_create();
    test_set();
    test_read();
    test_absolute();
    test_errors();
    test_ready();
    test_fork();
    return done();
}

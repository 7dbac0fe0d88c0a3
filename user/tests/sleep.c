/*
 * sleep.c: time goes forward, a sleep lasts at least as long as was asked, and
 * the process with the shorter sleep wakes first.
 */
#include "tap.h"

#include "raw.h"
#include <sys/time.h>

static long
now_us(void)
{
    struct timespec ts;
    clock_gettime(CLOCK_MONOTONIC, &ts);
    return ts.tv_sec * 1000000 + ts.tv_nsec / 1000;
}

static void
test_sleep(void)
{
    static const long lengths[] = { 0, 1, 1000, 15000, 100000 };
    char name[64];

    for (int i = 0; i < 5; i++) {
        struct timespec ts = { 0, lengths[i] * 1000 };
        long start = now_us();
        int r = nanosleep(&ts, NULL);
        snprintf(name, sizeof(name), "a sleep of %ld us", lengths[i]);
        is(r, 0, name);
        snprintf(name, sizeof(name), "lasts that long");
        ok(now_us() - start >= lengths[i], name);
        ok(now_us() - start < lengths[i] + 3000000, "and not for ever");
    }
}

static long
sleep_for(long seconds, long nanoseconds)
{
    const long ts[2] = { seconds, nanoseconds };
    return raw(NR_nanosleep, P(ts), 0, 0, 0);
}

static void
test_errors(void)
{
    is(sleep_for(0, 1000000000), -EINVAL, "a second of nanoseconds");
    is(sleep_for(0, -1), -EINVAL, "a negative number of them");
    is(sleep_for(-1, 0), -EINVAL, "of seconds");
    is(sleep_for(5, 1000000000), -EINVAL, "checked before it sleeps");
    is(sleep_for(0, 0), 0, "nothing");
    is(raw(NR_clock_gettime, 99, P(&tap_lines), 0, 0), -EINVAL, "clock 99");
    is(raw(NR_clock_gettime, 99, 16, 0, 0), -EINVAL, "which is seen first");
}

/* Started from the longest to the shortest, they wake the other way. */
static void
test_order(void)
{
    static const int lengths[] = { 1700, 900, 100 };
    int ends[2];
    char text[4] = "";

    pipe(ends);
    for (int i = 0; i < 3; i++) {
        if (must_fork() == 0) {
            nap(lengths[i]);
            write(ends[1], &"cba"[i], 1);
            _exit(0);
        }
    }
    while (wait(NULL) > 0) {
    }
    read(ends[0], text, 3);
    is_str(text, "abc", "the shortest sleep ends first");
    close(ends[0]);
    close(ends[1]);
}

/* Ten at once take as long as one. */
static void
test_together(void)
{
    long start = now_us(), time;

    for (int i = 0; i < 10; i++) {
        if (must_fork() == 0) {
            nap(300);
            _exit(0);
        }
    }
    while (wait(NULL) > 0) {
    }
    time = now_us() - start;
    ok(time >= 300000 && time < 2500000, "ten sleep side by side");
}

/* A process that computes does not keep another from waking. */
static void
test_busy(void)
{
    long start, time;
    pid_t pid = must_fork();

    if (pid == 0) {
        for (volatile int i = 0; ; i++) {
        }
    }
    start = now_us();
    nap(50);
    time = now_us() - start;
    kill(pid, SIGKILL);
    waitpid(pid, NULL, 0);
    ok(time < 2000000, "a sleeper wakes while another computes");
}

static void
test_clocks(void)
{
    struct timespec real, last, ts;
    struct timeval tv;
    int good = 1, backwards = 0;
    long t;

    clock_gettime(CLOCK_MONOTONIC, &last);
    for (int i = 0; i < 5000; i++) {
        clock_gettime(CLOCK_MONOTONIC, &ts);
        good &= ts.tv_nsec >= 0 && ts.tv_nsec < 1000000000;
        backwards += ts.tv_sec < last.tv_sec
            || (ts.tv_sec == last.tv_sec && ts.tv_nsec < last.tv_nsec);
        last = ts;
    }
    ok(good, "nanoseconds are less than a second");
    is(backwards, 0, "the monotonic clock never goes back");
    is(clock_gettime(CLOCK_REALTIME, &real), 0, "the real time");
    is(gettimeofday(&tv, NULL), 0, "gettimeofday");
    t = raw(NR_time, 0, 0, 0, 0);
    ok(tv.tv_sec - real.tv_sec <= 1 && tv.tv_sec >= real.tv_sec,
        "agrees with it");
    ok(tv.tv_usec >= 0 && tv.tv_usec < 1000000, "in microseconds");
    ok(t - real.tv_sec <= 2 && t >= real.tv_sec - 1, "and so does time");
    nap(20);
    clock_gettime(CLOCK_REALTIME, &ts);
    ok((ts.tv_sec - real.tv_sec) * 1000000000 + ts.tv_nsec - real.tv_nsec
        >= 20000000, "it goes on while one sleeps");
}

int
main(void)
{
    test_sleep();
    test_errors();
    test_order();
    test_together();
    test_busy();
    test_clocks();
    return done();
}

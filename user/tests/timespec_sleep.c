/*
 * timespec_sleep.c: clock_nanosleep: what is refused; that no sleep is short,
 * for a while or until a moment, by each clock; that the sleep that ends first
 * ends first; what a signal leaves of it, and what a stop does.
 *
 * seconds: 29
 */
#include "timespec.h"

enum { ENOTSUP_LINUX = 95 };

static const long clocks[] = { REALTIME, MONOTONIC, BOOTTIME, TAI };
static const char *const names[] = {
    "CLOCK_REALTIME", "CLOCK_MONOTONIC", "CLOCK_BOOTTIME", "CLOCK_TAI",
};
static volatile int rings;

static long
sleep_by(long clock, long flags, long long ns, struct timespec *left)
{
    struct timespec ts = to_timespec(ns);

    return raw(CALL_clock_nanosleep, clock, flags, P(&ts), P(left));
}

static long
sleep_raw(long clock, long seconds, long ns)
{
    const long ts[2] = { seconds, ns };

    return raw(CALL_clock_nanosleep, clock, 0, P(ts), 0);
}

static void
ring(int sig, siginfo_t *info, void *context)
{
    (void)sig;
    (void)info;
    (void)context;
    rings++;
}

static void
test_refused(void)
{
    static const long none[] = { 10, 12, 31, 99, -1 };

    for (int i = 0; i < COUNT_OF(none); i++) {
        returns(sleep_raw(none[i], 0, 0), -EINVAL, "no such clock");
    }
    returns(sleep_raw(MONOTONIC_RAW, 0, 0), -ENOTSUP_LINUX, "not the raw one");
    returns(sleep_raw(THREAD_CPU, 0, 0), -ENOTSUP_LINUX,
        "nor the thread's CPU clock");
    for (int i = 0; i < COUNT_OF(clocks); i++) {
        returns(sleep_raw(clocks[i], 0, SECOND), -EINVAL, names[i]);
        returns(sleep_raw(clocks[i], 0, -1), -EINVAL, "nanoseconds: -1");
        returns(sleep_raw(clocks[i], -1, 0), -EINVAL, "seconds: -1");
        returns(raw(CALL_clock_nanosleep, clocks[i], 0, 0, 0), -EFAULT,
            "NULL");
        returns(raw(CALL_clock_nanosleep, clocks[i], ABSOLUTE, 1, 0), -EFAULT,
            "address 1");
        returns(sleep_raw(clocks[i], 0, 0), 0, "for no time");
        returns(sleep_raw(clocks[i], 0, 1), 0, "for a nanosecond");
    }
    returns(raw(CALL_clock_nanosleep, 99, 0, 1, 0), -EINVAL,
        "the clock is looked at first");
    returns(sleep_by(MONOTONIC, 0, MS, (void *)1), 0,
        "nobody needs the place for the rest of a whole sleep");
}

static void
test_length(void)
{
    static const long long lengths[] = { 1, 1000, 999999, 20 * MS, 60 * MS };

    for (int i = 0; i < COUNT_OF(clocks); i++) {
        int whole = 1, until = 1, zero = 1;
        for (int n = 0; n < COUNT_OF(lengths); n++) {
            long long start = clock_ns(clocks[i]);
            zero &= sleep_by(clocks[i], 0, lengths[n], NULL) == 0;
            whole &= clock_ns(clocks[i]) - start >= lengths[n];
            start = clock_ns(clocks[i]);
            zero &= sleep_by(clocks[i], ABSOLUTE, start + lengths[n], NULL)
                    == 0;
            until &= clock_ns(clocks[i]) >= start + lengths[n];
        }
        ok(zero, names[i]);
        ok(whole, "no sleep for a while is short");
        ok(until, "nor one until a moment");
        returns(sleep_by(clocks[i], ABSOLUTE, 0, NULL), 0, "until moment 0");
        returns(sleep_by(clocks[i], ABSOLUTE, clock_ns(clocks[i]), NULL), 0,
            "until now");
    }
}

/* Children sleep until moments that are the later the sooner they began. */
static void
test_order(void)
{
    int ends[2];
    char text[4] = "";

    pipe(ends);
    long long now = clock_ns(MONOTONIC);
    long long real = clock_ns(REALTIME);
    for (int i = 0; i < 3; i++) {
        if (must_fork() == 0) {
            long long ahead = (3 - i) * 700 * MS;
            sleep_by(i == 1 ? REALTIME : MONOTONIC, ABSOLUTE,
                (i == 1 ? real : now) + ahead, NULL);
            write(ends[1], &"cba"[i], 1);
            _exit(0);
        }
    }
    while (wait(NULL) > 0) {
    }
    read(ends[0], text, 3);
    is_str(text, "abc", "the earliest moment ends first, by whatever clock");
    close(ends[0]);
    close(ends[1]);
}

/* The timer rings again and again, so that no ring can come too early. */
static void
test_interrupted(void)
{
    struct timespec left;

    act(SIGALRM, ring, SA_RESTART, 0);
    set_itimer(REAL, 20000, 20000);
    for (int i = 0; i < COUNT_OF(clocks); i++) {
        left = to_timespec(-5);
        returns(sleep_by(clocks[i], 0, 1000 * SECOND, &left), -EINTR, names[i]);
        ok(ns_of(left) > 900 * SECOND && ns_of(left) < 1000 * SECOND,
            "it says what is left");
        ok(left.tv_nsec >= 0 && left.tv_nsec < SECOND, "in proper form");
        returns(sleep_by(clocks[i], 0, 1000 * SECOND, NULL), -EINTR,
            "or does not, if nobody asks");
        returns(sleep_by(clocks[i], 0, 1000 * SECOND, (void *)1), -EFAULT,
            "but not to a bad place");
        left = to_timespec(77);
        returns(sleep_by(clocks[i], ABSOLUTE,
                    clock_ns(clocks[i]) + 1000 * SECOND, &left), -EINTR,
            "until a moment, it is interrupted, too");
        is(ns_of(left), 77, "but nothing is said of it");
    }
    set_itimer(REAL, 0, 0);
}

/* As a program does that wants to sleep all of it. */
static void
test_repeated(void)
{
    struct timespec ts = to_timespec(120 * MS);
    long long start = clock_ns(MONOTONIC);

    rings = 0;
    set_itimer(REAL, 10000, 10000);
    while (raw(CALL_clock_nanosleep, MONOTONIC, 0, P(&ts), P(&ts)) == -EINTR) {
    }
    ok(clock_ns(MONOTONIC) - start >= 120 * MS,
        "the rests of a sleep sum up to no less than it");
    long long end = clock_ns(MONOTONIC) + 120 * MS;
    ok(rings > 0, "which was interrupted");
    while (sleep_by(MONOTONIC, ABSOLUTE, end, NULL) == -EINTR) {
    }
    set_itimer(REAL, 0, 0);
    ok(clock_ns(MONOTONIC) >= end, "nor does it end before the moment");
}

/* A stop and what is ignored do not end a sleep, nor make it shorter. */
static void
test_stopped(long flags)
{
    long long length = 150 * MS, start = clock_ns(MONOTONIC);
    int status = 0;
    pid_t pid = must_fork();

    if (pid == 0) {
        act(SIGURG, TO_IGNORE, 0, 0);
        long result = sleep_by(MONOTONIC, flags,
            flags == ABSOLUTE ? start + length : length, NULL);
        _exit(result == 0 && clock_ns(MONOTONIC) - start >= length ? 7 : 8);
    }
    for (int i = 0; i < 5; i++) {
        kill(pid, SIGSTOP);
        waitpid(pid, &status, WUNTRACED);
        kill(pid, SIGURG);
        nap(5);
        kill(pid, SIGCONT);
        kill(pid, SIGURG);
        nap(1);
    }
    if (WIFSTOPPED(status)) {
        waitpid(pid, &status, 0);
    }
    exited(status, 7, flags == ABSOLUTE ? "until a moment, over stops"
                                        : "for a while, over stops");
}

/* The CPU clock of a child: a sleep until it has used so much of it. */
static void
test_cpu(void)
{
    int gate[2];
    char byte;
    struct timespec left;

    pipe(gate);
    pid_t child = must_fork();
    if (child == 0) {
        read(gate[0], &byte, 1);
        while (getppid() > 0) {
        }
    }
    long clock = (int)(~(unsigned)child << 3 | 2);
    until_state(child, 'S');
    long long start = clock_ns(clock);
    set_itimer(REAL, 20000, 20000);
    returns(sleep_by(clock, 0, 50 * MS, &left), -EINTR,
        "who waits for a child that waits is interrupted");
    ok(ns_of(left) > 0 && ns_of(left) <= 50 * MS, "and told what is left");
    returns(sleep_by(PROCESS_CPU, 0, SECOND, &left), -EINTR,
        "who waits for himself, too");
    set_itimer(REAL, 0, 0);
    write(gate[1], "g", 1);
    returns(sleep_by(clock, 0, 50 * MS, NULL), 0, "the child computes");
    ok(clock_ns(clock) - start >= 45 * MS, "as long as was asked");
    returns(sleep_by(clock, ABSOLUTE, 1, NULL), 0, "a moment that is past");
    end_child(child);
    returns(sleep_by(clock, 0, MS, NULL), -EINVAL, "nobody's clock");
    close(gate[0]);
    close(gate[1]);
}

int
main(void)
{
    test_refused();
    test_length();
    test_order();
    test_interrupted();
    test_repeated();
    test_stopped(0);
    test_stopped(ABSOLUTE);
    test_cpu();
    return done();
}

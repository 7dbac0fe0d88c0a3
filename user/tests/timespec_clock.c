/*
 * timespec_clock.c: the clocks: what there is, how fine they are, that they go
 * forward and agree, and who may not be set. (To set the time would disturb
 * all else that runs on this Linux: it is not done.)
 */
#include "timespec.h"

#include <sys/mman.h>

static const long all[] = {
    REALTIME, MONOTONIC, PROCESS_CPU, THREAD_CPU, MONOTONIC_RAW, BOOTTIME, TAI,
};
static const char *const names[] = {
    "CLOCK_REALTIME", "CLOCK_MONOTONIC", "CLOCK_PROCESS_CPUTIME_ID",
    "CLOCK_THREAD_CPUTIME_ID", "CLOCK_MONOTONIC_RAW", "CLOCK_BOOTTIME",
    "CLOCK_TAI",
};
static const long none[] = { 10, 12, 13, 16, 31, 99, -1, -5, 0x7fffffff };

static void
test_refused(void)
{
    char *page = mmap(NULL, 4096, PROT_READ, MAP_PRIVATE | MAP_ANONYMOUS,
        -1, 0);
    struct timespec ts;
    char name[64];

    for (int i = 0; i < COUNT_OF(none); i++) {
        snprintf(name, sizeof(name), "no clock %ld", none[i]);
        returns(raw(NR_clock_gettime, none[i], P(&ts), 0, 0), -EINVAL, name);
        returns(raw(NR_clock_gettime, none[i], 1, 0, 0), -EINVAL,
            "wherever it goes");
        returns(raw(CALL_clock_getres, none[i], P(&ts), 0, 0), -EINVAL,
            "nor its resolution");
        returns(raw(CALL_clock_getres, none[i], 0, 0, 0), -EINVAL, "asked");
    }
    for (int i = 0; i < COUNT_OF(all); i++) {
        returns(raw(NR_clock_gettime, all[i], 0, 0, 0), -EFAULT, names[i]);
        returns(raw(NR_clock_gettime, all[i], P(page), 0, 0), -EFAULT,
            "nor to a page to read");
        returns(raw(CALL_clock_getres, all[i], 1, 0, 0), -EFAULT,
            "nor its resolution");
        returns(raw(CALL_clock_getres, all[i], 0, 0, 0), 0,
            "which need not go anywhere");
    }
    munmap(page, 4096);
}

static void
test_resolution(void)
{
    struct timespec ts;

    for (int i = 0; i < COUNT_OF(all); i++) {
        memset(&ts, 0xa5, sizeof(ts));
        raw(CALL_clock_getres, all[i], P(&ts), 0, 0);
        is(ns_of(ts), 1, names[i]);
    }
}

static void
test_forward(void)
{
    struct timespec ts;

    for (int i = 0; i < COUNT_OF(all); i++) {
        long long last = clock_ns(all[i]), first = last;
        int back = 0, wrong = 0, moved = 0;
        for (int n = 0; n < 5000; n++) {
            raw(NR_clock_gettime, all[i], P(&ts), 0, 0);
            wrong += ts.tv_nsec < 0 || ts.tv_nsec >= SECOND;
            back += ns_of(ts) < last;
            moved += ns_of(ts) > last;
            last = ns_of(ts);
        }
        ok(wrong == 0 && back == 0, names[i]);
        ok(moved > 100 && last > first, "it moves in small steps");
    }
}

/* a is read between two readings of b: b may be no earlier and no later. */
static int
lies_between(long a, long b, long long slack)
{
    long long before = clock_ns(b), between = clock_ns(a), after = clock_ns(b);

    return before <= between + slack && between <= after + slack;
}

static void
test_agree(void)
{
    long long offset = clock_ns(TAI) - clock_ns(REALTIME);

    ok(offset > -SECOND && offset < 100 * SECOND,
        "TAI is less than 100 seconds from the real time");
    offset = clock_ns(BOOTTIME) - clock_ns(MONOTONIC);
    ok(offset > -SECOND, "boot time is not before the monotonic one");
    ok(clock_ns(REALTIME) > 1577836800 * SECOND, "it is 2020 or later");
    ok(clock_ns(THREAD_CPU) <= clock_ns(PROCESS_CPU),
        "a thread has not used more than its process");
    int good = 1;
    for (int i = 0; i < 100; i++) {
        good &= lies_between(THREAD_CPU, PROCESS_CPU, 0);
    }
    ok(good, "and just as much, if there is one");
}

/* Each clock but those of the CPU moves as much as the monotonic one. */
static void
test_pace(void)
{
    static const long paced[] = { REALTIME, MONOTONIC_RAW, BOOTTIME, TAI };
    static const char *const paced_names[] = {
        "the real time", "the raw clock", "the boot time", "TAI",
    };
    long long outer = clock_ns(MONOTONIC), first[4], last[4];

    for (int i = 0; i < 4; i++) {
        first[i] = clock_ns(paced[i]);
    }
    long long inner = clock_ns(MONOTONIC);
    pass(MONOTONIC, 100 * MS);
    inner = clock_ns(MONOTONIC) - inner;
    for (int i = 0; i < 4; i++) {
        last[i] = clock_ns(paced[i]);
    }
    outer = clock_ns(MONOTONIC) - outer;
    for (int i = 0; i < 4; i++) {
        ok(last[i] - first[i] >= inner - inner / 100
               && last[i] - first[i] <= outer + outer / 100, paced_names[i]);
    }
}

static long
set_clock(long clock, long seconds, long ns)
{
    const long ts[2] = { seconds, ns };

    return raw(CALL_clock_settime, clock, P(ts), 0, 0);
}

static void
test_set_refused(void)
{
    static const long fixed[] = { MONOTONIC, MONOTONIC_RAW, BOOTTIME, TAI };
    long long before = clock_ns(REALTIME);

    for (int i = 0; i < 4; i++) {
        returns(set_clock(fixed[i], 1000, 0), -EINVAL, "set: only real time");
        returns(raw(CALL_clock_settime, fixed[i], 1, 0, 0), -EINVAL,
            "wherever from");
    }
    for (int i = 0; i < COUNT_OF(none); i++) {
        returns(set_clock(none[i], 1000, 0), -EINVAL, "set: no such clock");
    }
    returns(set_clock(PROCESS_CPU, 1000, 0), -EINVAL, "not that of the CPU");
    returns(set_clock(THREAD_CPU, 1000, 0), -EINVAL, "nor a thread's");
    returns(set_clock(REALTIME, 1000, SECOND), -EINVAL,
        "a second of nanoseconds");
    returns(set_clock(REALTIME, 1000, -1), -EINVAL,
        "a negative number of them");
    returns(set_clock(REALTIME, -1, 0), -EINVAL, "before 1970");
    returns(raw(CALL_clock_settime, REALTIME, 0, 0, 0), -EFAULT, "NULL");
    returns(raw(CALL_clock_settime, REALTIME, 1, 0, 0), -EFAULT, "address 1");
    ok(clock_ns(REALTIME) >= before, "what was refused set nothing");
}

int
main(void)
{
    test_refused();
    test_resolution();
    test_forward();
    test_agree();
    test_pace();
    test_set_refused();
    return done();
}

/*
 * clocks.c: clock_gettime, getres, settime and nanosleep by each clock; clocks
 * of CPU time, also of other processes.
 */
#include "errors.h"
#include "sigspec.h"

#include <sys/resource.h>

enum { MS = 1000000, EOPNOT = 95 };
#define SECOND (1000L * MS)

static volatile int calls;

static void
count(int sig, siginfo_t *info, void *context)
{
    (void)sig, (void)info, (void)context;
    calls++;
}

/* => nanoseconds or -errno */
static long
read_clock(int clock)
{
    struct timespec now;

    memset(&now, 0xa5, sizeof(now));
    long error = raw(NR_clock_gettime, clock, P(&now), 0, 0);
    return error != 0 ? error : now.tv_sec * SECOND + now.tv_nsec;
}

static long
nap_by(int clock, int flags, long ns, long *left)
{
    struct timespec time = { ns / SECOND, ns % SECOND }, rest = { -1, 0 };

    long error = raw(NR_clock_nanosleep, clock, flags, P(&time), P(&rest));
    *left = rest.tv_sec < 0 ? -1 : rest.tv_sec * SECOND + rest.tv_nsec;
    return error;
}

static void
test_sleep(int clock, const char *name)
{
    char text[80];
    long left, began = read_clock(clock);

    snprintf(text, sizeof(text), "%s: for 20 ms", name);
    long error = nap_by(clock, 0, 20 * MS, &left);
    ok(error == 0 && left == -1 && read_clock(clock) >= began + 20 * MS, text);
    snprintf(text, sizeof(text), "%s: until a time", name);
    began = read_clock(clock);
    error = nap_by(clock, TIMER_ABSTIME, began + 30 * MS, &left);
    ok(error == 0 && read_clock(clock) >= began + 30 * MS, text);
    snprintf(text, sizeof(text), "%s: a time that has passed", name);
    is(nap_by(clock, TIMER_ABSTIME, 1, &left), 0, text);
}

/* A child that sends SIGUSR1 as soon as its parent sleeps. */
static pid_t
waker(void)
{
    pid_t parent = getpid(), pid = must_fork();

    if (pid == 0) {
        until_state(parent, 'S');
        kill(parent, SIGUSR1);
        _exit(0);
    }
    return pid;
}

static void
test_interrupted(int clock, const char *name)
{
    char text[80];
    long left, until = read_clock(clock) + 100 * SECOND;

    act(SIGUSR1, count, SA_SIGINFO | SA_RESTART, 0);
    pid_t pid = waker();
    snprintf(text, sizeof(text), "%s: a handler ends it", name);
    returns(nap_by(clock, 0, 100 * SECOND, &left), -EINTR, text);
    waitpid(pid, NULL, 0);
    snprintf(text, sizeof(text), "%s: what is left", name);
    ok(left > 50 * SECOND && left <= 101 * SECOND, text);
    pid = waker();
    snprintf(text, sizeof(text), "%s: until a time, too", name);
    returns(nap_by(clock, TIMER_ABSTIME, until, &left), -EINTR, text);
    waitpid(pid, NULL, 0);
    snprintf(text, sizeof(text), "%s: then it tells nothing", name);
    is(left, -1, text);
}

static pid_t
spinner(void)
{
    pid_t pid = must_fork();

    while (pid == 0) {
    }
    return pid;
}

static void
test_others(void)
{
    pid_t pid = spinner();
    int exact = CPUCLOCK(pid, CPUCLOCK_SCHED);
    long left, before = read_clock(exact);

    ok(before >= 0, "another process's CPU time");
    is(nap_by(exact, TIMER_ABSTIME, before + 50 * MS, &left), 0,
        "sleep until it has used more");
    ok(read_clock(exact) >= before + 50 * MS, "it has");
    ok(read_clock(CPUCLOCK(pid, CPUCLOCK_PROF)) >= 0, "in ticks");
    ok(read_clock(CPUCLOCK(pid, CPUCLOCK_VIRT)) >= 0, "in user mode");
    is(read_clock(CPUCLOCK(pid, CPUCLOCK_SCHED | CPUCLOCK_THREAD)), -EINVAL,
        "not a thread of another process");
    kill(pid, SIGKILL);
    until_state(pid, 'Z');
    before = read_clock(exact);
    ok(before >= 50 * MS, "a zombie's is known still,");
    nap(20);
    is(read_clock(exact), before, "and stands still");
    waitpid(pid, NULL, 0);
    is(read_clock(exact), -EINVAL, "when it is reaped, no more");
}

static void
test_own(void)
{
    const int thread = CPUCLOCK_SCHED | CPUCLOCK_THREAD;
    struct rusage usage;

    while (read_clock(CLOCK_PROCESS_CPUTIME_ID) < 60 * MS) {
    }
    long before = read_clock(CLOCK_PROCESS_CPUTIME_ID);
    long by_id = read_clock(CPUCLOCK(getpid(), CPUCLOCK_SCHED));
    long by_0 = read_clock(CPUCLOCK(0, CPUCLOCK_SCHED));
    raw(NR_getrusage, RUSAGE_SELF, P(&usage), 0, 0);
    long used = (usage.ru_utime.tv_sec + usage.ru_stime.tv_sec) * SECOND
        + (usage.ru_utime.tv_usec + usage.ru_stime.tv_usec) * 1000;
    long after = read_clock(CLOCK_PROCESS_CPUTIME_ID);
    ok(before <= by_id && by_id <= by_0 && by_0 <= after,
        "the process's own, by three names");
    ok(before <= used + 2000 && used <= after,
        "user and system time are all of it");
    ok(read_clock(CPUCLOCK(0, CPUCLOCK_VIRT))
        <= read_clock(CPUCLOCK(0, CPUCLOCK_PROF)), "user is a part of all");
    before = read_clock(CLOCK_THREAD_CPUTIME_ID);
    by_id = read_clock(CPUCLOCK((int)raw(NR_gettid, 0, 0, 0, 0), thread));
    by_0 = read_clock(CPUCLOCK(0, thread));
    ok(before <= by_id && by_id <= by_0, "the thread's, by three names");
    before = read_clock(CLOCK_PROCESS_CPUTIME_ID);
    nap(200);
    ok(read_clock(CLOCK_PROCESS_CPUTIME_ID) - before < 100 * MS,
        "sleep is no CPU time");
}

static void
test_clocks(void)
{
    static const int clocks[] = { CLOCK_REALTIME, CLOCK_MONOTONIC,
        CLOCK_MONOTONIC_RAW, CLOCK_REALTIME_COARSE, CLOCK_MONOTONIC_COARSE,
        CLOCK_BOOTTIME, CLOCK_TAI, CLOCK_PROCESS_CPUTIME_ID,
        CLOCK_THREAD_CPUTIME_ID };
    struct timespec fine;
    int forward = 0, finer = 0;

    for (int i = 0; i < COUNT_OF(clocks); i++) {
        long before = read_clock(clocks[i]);
        nap(1);
        long after = read_clock(clocks[i]);
        forward += before >= 0 && after >= before;
        raw(NR_clock_getres, clocks[i], P(&fine), 0, 0);
        finer += fine.tv_sec == 0 && fine.tv_nsec == 1;
    }
    is(forward, COUNT_OF(clocks), "every clock goes on");
    is(finer, COUNT_OF(clocks) - 2, "in nanoseconds, but for the coarse ones");
}

static void
test_errors(void)
{
    static struct timespec good = { 0, 1 }, bad = { 0, 1000000000 };
    static struct timespec negative = { -1, 0 };
    const long at = P(&good), gone = CPUCLOCK(999999, CPUCLOCK_SCHED);
    const long none = CPUCLOCK(0, CPUCLOCK_TYPE), cpu = 2, thread = 3;
    const long own = CPUCLOCK(0, CPUCLOCK_SCHED | CPUCLOCK_THREAD);
    const struct error_case cases[] = {
        { "gettime", "clock", NR_clock_gettime, { 99, at }, EINVAL },
        { "gettime", "clock 10", NR_clock_gettime, { 10, at }, EINVAL },
        { "gettime", "a descriptor's", NR_clock_gettime, { none, at }, EINVAL },
        { "gettime", "no process", NR_clock_gettime, { gone, at }, EINVAL },
        { "gettime", "time", NR_clock_gettime, { 1, 8 }, EFAULT },
        { "getres", "clock", NR_clock_getres, { 99, at }, EINVAL },
        { "getres", "no process", NR_clock_getres, { gone, at }, EINVAL },
        { "getres", "address 0", NR_clock_getres, { 1, 0 }, 0 },
        { "getres", "resolution", NR_clock_getres, { 1, 8 }, EFAULT },
        { "settime", "clock", NR_clock_settime, { 99, at }, EINVAL },
        { "settime", "monotonic", NR_clock_settime, { 1, at }, EINVAL },
        { "settime", "monotonic, time", NR_clock_settime, { 1, 8 }, EINVAL },
        { "settime", "TAI", NR_clock_settime, { 11, at }, EINVAL },
        { "settime", "CPU time", NR_clock_settime, { cpu, at }, EINVAL },
        { "settime", "own time", NR_clock_settime, { own, at }, EPERM },
        { "settime", "own time, time", NR_clock_settime, { own, 8 }, EFAULT },
        { "settime", "time", NR_clock_settime, { 0, 8 }, EFAULT },
        { "settime", "before boot", NR_clock_settime, { 0, at }, EINVAL },
        { "settime", "no time", NR_clock_settime, { 0, P(&bad) }, EINVAL },
        { "settime", "below 0", NR_clock_settime, { 0, P(&negative) }, EINVAL },
        { "nanosleep", "clock", NR_clock_nanosleep, { 99, 0, at }, EINVAL },
        { "nanosleep", "raw", NR_clock_nanosleep, { 4, 0, at }, EOPNOT },
        { "nanosleep", "coarse", NR_clock_nanosleep, { 6, 0, at }, EOPNOT },
        { "nanosleep", "thread", NR_clock_nanosleep, { thread, 0, at },
            EOPNOT },
        { "nanosleep", "own", NR_clock_nanosleep, { own, 0, at }, EINVAL },
        { "nanosleep", "gone", NR_clock_nanosleep, { gone, 0, at }, EINVAL },
        { "nanosleep", "no time", NR_clock_nanosleep, { 1, 0, P(&bad) },
            EINVAL },
        { "nanosleep", "below 0", NR_clock_nanosleep, { 1, 1, P(&negative) },
            EINVAL },
        { "nanosleep", "time", NR_clock_nanosleep, { 1, 0, 8 }, EFAULT },
        { "nanosleep", "0 left", NR_clock_nanosleep, { 1, 0, at, 8 }, 0 },
    };

    ERROR_TABLE(cases);
}

int
main(void)
{
    test_clocks();
    test_own();
    test_others();
    test_sleep(CLOCK_REALTIME, "CLOCK_REALTIME");
    test_sleep(CLOCK_MONOTONIC, "CLOCK_MONOTONIC");
    test_sleep(CLOCK_BOOTTIME, "CLOCK_BOOTTIME");
    test_sleep(CLOCK_TAI, "CLOCK_TAI");
    test_interrupted(CLOCK_REALTIME, "CLOCK_REALTIME");
    test_interrupted(CLOCK_MONOTONIC, "CLOCK_MONOTONIC");
    test_interrupted(CLOCK_PROCESS_CPUTIME_ID, "CPU time");
    test_errors();
    return done();
}

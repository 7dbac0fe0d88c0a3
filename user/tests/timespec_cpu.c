/*
 * timespec_cpu.c: CPU clocks of oneself and of others, timers that use them,
 * and that all who say how much of a processor was used say the same.
 */
#include "timerspec.h"

#include <sys/times.h>

enum { RT = 40 };

static const char *self;

/* The CPU clock of a process, and that of a thread, as the manual makes them */
static long
process_clock(pid_t pid)
{
    return (int)(~(unsigned)pid << 3 | 2);
}

static long
thread_clock(pid_t tid)
{
    return (int)(~(unsigned)tid << 3 | 6);
}

static long long
rusage_ns(long who)
{
    struct rusage usage;

    raw(NR_getrusage, who, P(&usage), 0, 0);
    return used_ns(&usage);
}

/* getrusage has microseconds, and two of them are rounded. */
static void
test_agree(void)
{
    int good = 1, thread_good = 1, own_good = 1;
    struct tms tms;

    for (int i = 0; i < 200; i++) {
        long long before = clock_ns(PROCESS_CPU);
        long long said = rusage_ns(0), thread = rusage_ns(1);
        long long own = clock_ns(process_clock(getpid()));
        long long after = clock_ns(PROCESS_CPU);
        good &= said >= before - 3000 && said <= after + 3000;
        thread_good &= thread >= before - 3000 && thread <= after + 3000;
        own_good &= own >= before && own <= after;
        spend(MS / 5);
    }
    ok(good, "getrusage's user and system time sum up to the CPU clock");
    ok(thread_good, "a thread's, too");
    ok(own_good, "one's own clock by number is the same");
    long long before = clock_ns(PROCESS_CPU) / (10 * MS);
    times(&tms);
    long long after = clock_ns(PROCESS_CPU) / (10 * MS);
    ok(tms.tms_utime + tms.tms_stime >= before - 2
           && tms.tms_utime + tms.tms_stime <= after + 1,
        "so do those of times");
    is(clock_ns(process_clock(0)) < 0, 0, "number 0 is oneself");
    is(clock_ns(thread_clock(0)) < 0, 0, "as a thread, too");
}

static void
test_sleeping(void)
{
    long long process = clock_ns(PROCESS_CPU), start = clock_ns(MONOTONIC);

    nap(300);
    ok(clock_ns(MONOTONIC) - start >= 300 * MS, "time passes in a sleep");
    ok(clock_ns(PROCESS_CPU) - process < 100 * MS, "the CPU clock stands");
    start = clock_ns(MONOTONIC); /* first, and last: it has all of `used` */
    process = clock_ns(PROCESS_CPU);
    while (clock_ns(MONOTONIC) - start < 50 * MS) {
    }
    long long used = clock_ns(PROCESS_CPU) - process;
    ok(used > 0, "it goes when the process runs");
    long long passed = clock_ns(MONOTONIC) - start;
    ok(used <= passed + passed / 50, "no faster than time");
}

/* The split is sampled: only most of it must be where it belongs. */
static void
test_split(void)
{
    struct rusage first, last;
    static char bytes[4096];
    int ends[2];

    pipe(ends);
    raw(NR_getrusage, 0, P(&first), 0, 0);
    spend(120 * MS);
    raw(NR_getrusage, 0, P(&last), 0, 0);
    long long user = (last.ru_utime.tv_sec - first.ru_utime.tv_sec) * SECOND
                     + (last.ru_utime.tv_usec - first.ru_utime.tv_usec) * 1000;
    ok(user >= 60 * MS, "computing is user time");
    first = last;
    long long end = clock_ns(PROCESS_CPU) + 120 * MS;
    while (clock_ns(PROCESS_CPU) < end) {
        for (int i = 0; i < 50; i++) {
            raw(NR_write, ends[1], P(bytes), 4096, 0);
            raw(NR_read, ends[0], P(bytes), 4096, 0);
        }
    }
    raw(NR_getrusage, 0, P(&last), 0, 0);
    long long sys = (last.ru_stime.tv_sec - first.ru_stime.tv_sec) * SECOND
                    + (last.ru_stime.tv_usec - first.ru_stime.tv_usec) * 1000;
    ok(sys >= 40 * MS, "calls are system time");
    close(ends[0]);
    close(ends[1]);
}

static void
test_others(void)
{
    struct rusage usage;
    int told[2], gate[2];
    char byte;

    pipe(told);
    pipe(gate);
    pid_t child = must_fork();
    if (child == 0) {
        close(gate[1]);
        spend(100 * MS);
        write(told[1], "s", 1);
        read(gate[0], &byte, 1);
        spend(50 * MS);
        write(told[1], "s", 1);
        read(gate[0], &byte, 1);
        _exit(0);
    }
    long long own = clock_ns(PROCESS_CPU);
    read(told[0], &byte, 1);
    until_state(child, 'S');
    long long first = clock_ns(process_clock(child));
    ok(first >= 100 * MS, "a child's clock shows what the child used");
    ok(clock_ns(PROCESS_CPU) - own < 80 * MS, "not one's own");
    is(clock_ns(process_clock(child)), first,
        "it stands while the child waits");
    is(raw(CALL_clock_getres, process_clock(child), P(&usage), 0, 0), 0,
        "it has a resolution");
    returns((long)clock_ns(thread_clock(child)), -EINVAL,
        "another's thread has no clock for us");
    returns(raw(CALL_clock_settime, process_clock(child), P(&usage), 0, 0),
        -EPERM, "nobody may set it");
    write(gate[1], "g", 1);
    read(told[0], &byte, 1);
    until_state(child, 'S');
    long long second = clock_ns(process_clock(child));
    ok(second >= first + 50 * MS, "then it goes on");
    write(gate[1], "g", 1);
    wait4(child, NULL, 0, &usage);
    ok(used_ns(&usage) >= second - 3000, "wait4 says that, too, or more");
    ok(used_ns(&usage) <= second + 100 * MS, "hardly more");
    ok(rusage_ns(-1) >= used_ns(&usage) - 3000, "so does RUSAGE_CHILDREN");
    returns((long)clock_ns(process_clock(child)), -EINVAL,
        "who was waited for has no clock");
    returns(raw(CALL_clock_getres, process_clock(child), 0, 0, 0), -EINVAL,
        "nor a resolution");
    returns((long)clock_ns(process_clock(0x0ffffff0)), -EINVAL, "nor nobody");
}

/* Timers of one's own CPU clocks: they wait for use, not for time. */
static void
test_timers(void)
{
    static const long clocks[] = { PROCESS_CPU, THREAD_CPU };
    static const char *const names[] = {
        "a timer of the process's CPU clock", "of the thread's",
    };

    for (int i = 0; i < 2; i++) {
        long id = new_timer(clocks[i], RT, i);
        struct timer_info info;
        long long start = clock_ns(clocks[i]);
        is(arm(id, 0, 60 * MS, 20 * MS), 0, names[i]);
        pass(MONOTONIC, 100 * MS);
        is(take(BIT(RT), NULL), -EAGAIN, "nothing comes in a sleep");
        long long left = timer_left(id);
        ok(left > 0 && left <= 60 * MS, "something is left");
        while (take(BIT(RT), (void *)&info) < 0) {
            spend(MS);
        }
        ok(clock_ns(clocks[i]) - start >= 55 * MS, "it comes after use");
        is(info.code, SI_TIMER, "si_code");
        is(info.value.sival_int, i, "si_value");
        left = timer_left(id);
        ok(left > 0 && left <= 20 * MS, "the interval has begun");
        while (take(BIT(RT), (void *)&info) < 0) {
            spend(MS);
        }
        ok(clock_ns(clocks[i]) - start >= 75 * MS, "and ends, too");
        is(arm(id, ABSOLUTE, clock_ns(clocks[i]) + 10 * MS, 0), 0, "absolute");
        while (take(BIT(RT), NULL) < 0) {
            spend(MS);
        }
        is(arm(id, ABSOLUTE, 1, 0), 0, "a moment that is past");
        is(wait_for(BIT(RT), NULL), RT, "at once");
        delete_timer(id);
    }
}

static int
is_fresh(void *unused)
{
    (void)unused;
    return clock_ns(PROCESS_CPU) < 100 * MS && rusage_ns(-1) == 0 ? 7 : 8;
}

static int
executes(void *unused)
{
    char *args[] = { (char *)self, "after", NULL };

    (void)unused;
    spend(120 * MS);
    execv(self, args);
    return 8;
}

int
main(int argc, char **argv)
{
    self = argv[0];
    if (argc > 1) {
        return clock_ns(PROCESS_CPU) >= 120 * MS
               && clock_ns(THREAD_CPU) >= 120 * MS
               && rusage_ns(0) >= 120 * MS - 3000 ? 7 : 8;
    }
    mask(SIG_BLOCK, BIT(RT));
    test_agree();
    test_sleeping();
    test_split();
    exited(in_child(is_fresh, NULL), 7, "a child's clock begins at 0");
    exited(in_child(executes, NULL), 7, "exec keeps what was used");
    test_others();
    test_timers();
    return done();
}

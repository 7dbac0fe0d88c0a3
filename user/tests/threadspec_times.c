/*
 * threadspec_times.c: what a thread has used of a processor is its own; that
 * of the process is the sum of all, also of those that have ended.
 */
#include "threads.h"

#include <sys/resource.h>

static const long long MS = 1000000LL, SECOND = 1000000000LL;

static struct thread thread, second;
static long long seen[6];
static int step, go;

static long long
clock_of(long clock)
{
    struct timespec ts;
    long result = raw(NR_clock_gettime, clock, P(&ts), 0, 0);

    return result < 0 ? result : ts.tv_sec * SECOND + ts.tv_nsec;
}

static long long
own(void)
{
    return clock_of(CLOCK_THREAD_CPUTIME_ID);
}

static long long
all(void)
{
    return clock_of(CLOCK_PROCESS_CPUTIME_ID);
}

/* The clock of a thread, as clockid_t encodes it. */
static long long
clock_of_thread(pid_t tid)
{
    return clock_of(~(long)tid * 8 + 6);
}

static long long
rusage_of(long who)
{
    struct rusage usage;

    raw(NR_getrusage, who, P(&usage), 0, 0);
    return (usage.ru_utime.tv_sec + usage.ru_stime.tv_sec) * SECOND
           + (usage.ru_utime.tv_usec + usage.ru_stime.tv_usec) * 1000LL;
}

static void
spend(long long ns)
{
    long long end = own() + ns;

    while (own() < end) {
        for (volatile int i = 0; i < 20000; i++) {
        }
    }
}

static int
spends(void *arg)
{
    seen[0] = own();
    spend(NUMBER(arg) * MS);
    seen[1] = own();
    seen[2] = rusage_of(RUSAGE_THREAD);
    advance(&step);
    until(&go, 1);
    return 0;
}

static void
test_one(void)
{
    spend(30 * MS);
    long long mine = own();

    thread_start(&thread, spends, ARG(100));
    until(&step, 1);
    ok(seen[0] < 30 * MS, "a thread begins with a clock of its own");
    ok(seen[1] >= 100 * MS, "which counts what it uses");
    ok(own() - mine < 60 * MS, "and what others use is not ours");
    ok(all() >= own() + seen[1], "the process's clock is the sum");
    ok(rusage_of(RUSAGE_SELF) >= 130 * MS - 20 * MS, "so is RUSAGE_SELF");
    ok(seen[2] >= 80 * MS, "RUSAGE_THREAD is of a thread");
    ok(rusage_of(RUSAGE_THREAD) < 100 * MS, "ours has less");
    ok(clock_of_thread(thread.tid) >= seen[1], "we may read its clock");
    advance(&go);
    thread_join(&thread);
    until_gone(&thread);
    ok(all() >= own() + seen[1], "what it used stays in the sum");
    is((long)clock_of_thread(thread.tid), -EINVAL, "but its clock is gone");
}

/* The parent is told of all threads. */
static int
spends_alone(void *arg)
{
    spend(NUMBER(arg) * MS);
    return 0;
}

static void
test_wait(void)
{
    struct rusage usage;
    int status;

    pid_t pid = must_fork();
    if (pid == 0) {
        thread_start(&thread, spends_alone, ARG(60));
        thread_start(&second, spends_alone, ARG(60));
        thread_join(&thread);
        thread_join(&second);
        _exit(0);
    }
    raw(NR_wait4, pid, P(&status), 0, P(&usage));
    long long used = (usage.ru_utime.tv_sec + usage.ru_stime.tv_sec) * SECOND
                     + (usage.ru_utime.tv_usec + usage.ru_stime.tv_usec)
                           * 1000LL;
    ok(used >= 100 * MS, "wait4 tells of what all threads used");
    ok(rusage_of(RUSAGE_CHILDREN) >= 100 * MS, "and so does getrusage");
}

/* A fork by a process that has used much. */
static void
test_child_clock(void)
{
    pid_t pid = must_fork();

    if (pid == 0) {
        _exit(own() < 30 * MS && all() < 30 * MS ? 0 : 1);
    }
    exited(status_of(pid), 0, "a child's clocks begin anew");
}

int
main(void)
{
    test_one();
    test_wait();
    test_child_clock();
    return done();
}

/*
 * cpu_time.c: CPU time is exact in total, however little a process runs at a
 * time; it stands still while it sleeps; a parent gets its children's.
 */
#include "sched.h"

static long
total(int who)
{
    struct rusage usage;

    getrusage(who, &usage);
    return (usage.ru_utime.tv_sec + usage.ru_stime.tv_sec) * 1000000000L
        + (usage.ru_utime.tv_usec + usage.ru_stime.tv_usec) * 1000L;
}

static long
thread_time(void)
{
    struct timespec ts = { 0, 0 };

    clock_gettime(CLOCK_THREAD_CPUTIME_ID, &ts);
    return ts.tv_sec * 1000000000L + ts.tv_nsec;
}

/* 100 times 1 ms, with a sleep after each. */
static int
bits(void *unused)
{
    (void)unused;
    for (int i = 0; i < 100; i++) {
        spend(1 * MS);
        nap(1);
    }
    return 0;
}

static int
sleeps(void *unused)
{
    long before = cpu_time();

    (void)unused;
    nap(300);
    return cpu_time() - before < 100L * MS ? 7 : 8;
}

static void
test_steps(void)
{
    int back = 0, coarse = 0;
    long last = cpu_time(), user = 0, system = 0;

    for (int i = 0; i < 2000; i++) {
        struct rusage usage;
        long next = cpu_time();
        back += next <= last;
        coarse += next - last >= 10 * MS;
        last = next;
        getrusage(RUSAGE_SELF, &usage);
        long u = usage.ru_utime.tv_sec * 1000000L + usage.ru_utime.tv_usec;
        long s = usage.ru_stime.tv_sec * 1000000L + usage.ru_stime.tv_usec;
        back += u < user || s < system;
        user = u;
        system = s;
    }
    is(back, 0, "it goes on, and neither part goes back");
    ok(coarse < 1000, "in steps that are less than a tick");
}

int
main(void)
{
    test_steps();
    long process = cpu_time(), thread = thread_time(), again = cpu_time();
    ok(process <= thread && thread <= again, "a thread's is its process's");
    process = cpu_time();
    long used = total(RUSAGE_SELF);
    ok(used + 1000 >= process && used - process < 50 * MS,
        "so is what getrusage adds up");
    long before = total(RUSAGE_CHILDREN);
    exited(in_child(bits, NULL), 0, "a child runs in small bits");
    long children = total(RUSAGE_CHILDREN) - before;
    ok(children >= 100 * MS - 1000, "not one of them is lost");
    ok(children < 2000L * MS, "nor is its sleep counted");
    exited(in_child(sleeps, NULL), 7, "who sleeps uses nothing");
    return done();
}

/*
 * sched_real.c: SCHED_FIFO and SCHED_RR on one processor: who runs first, who
 * takes it from whom, who takes turns, and that one who never ends leaves a
 * little to the others.
 *
 * seconds: 60
 */
#include "sched.h"

static volatile long *common;
enum { COUNT, FIRST, A = 100, B, SEEN };

/* Of each second, real-time threads may use 95 %, and what ran before us may
 * have used some of this one: then others run, too.  So an attempt that goes
 * wrong counts only if it began with a fresh second and took less than that. */
static int
undisturbed(int (*attempt)(void))
{
    struct timespec start, end;

    for (int tries = 0; tries < 40; tries++) {
        clock_gettime(CLOCK_MONOTONIC, &start);
        if (attempt()) {
            return 1;
        }
        clock_gettime(CLOCK_MONOTONIC, &end);
        long took = (end.tv_sec - start.tv_sec) * 1000L * MS + end.tv_nsec
                    - start.tv_nsec;
        if (tries > 0 && took < 900L * MS) {
            return 0;
        }
        nap(1100);
    }
    return 0;
}

static void
note(long value)
{
    common[FIRST + common[COUNT]++] = value;
}

/* A child that spends this much, and notes its number.  => 1, if it could be
 * given its policy */
static int
child(long number, int policy, int priority, long ns)
{
    pid_t pid = must_fork();

    if (pid == 0) {
        spend(ns);
        note(number);
        _exit(0);
    }
    return set_policy(pid, policy, priority) == 0;
}

/* We are above them all, so none runs before we wait.  Who falls to a lower
 * priority is the first there, and stays it for as long as it runs. */
static int
runs_in_order(void)
{
    int good = 0;

    common[COUNT] = 0;
    set_policy(0, SCHED_FIFO, 90);
    good += child(6, SCHED_OTHER, 0, 0);
    good += child(5, SCHED_FIFO, 1, 0);
    good += child(3, SCHED_FIFO, 70, 0);
    good += child(2, SCHED_FIFO, 70, 50 * MS);
    good += child(4, SCHED_RR, 69, 0);
    good += child(1, SCHED_RR, 71, 0);
    good += common[COUNT] == 0;
    while (wait(NULL) > 0) {
    }
    set_policy(0, SCHED_OTHER, 0);
    for (long i = 1; i <= 6; i++) {
        good += common[FIRST + i - 1] == i;
    }
    return good == 13;
}

/* One that wakes takes the processor at once: the write does not return before
 * it has run. */
static int
runs_at_once(void)
{
    int ends[2], ready[2];
    char byte = 0;

    if (pipe(ends) != 0 || pipe(ready) != 0) {
        exit(99);
    }
    if (must_fork() == 0) {
        set_policy(0, SCHED_FIFO, 5);
        (void)!write(ready[1], &byte, 1);
        for (int i = 0; i < 20 && read(ends[0], &byte, 1) == 1; i++) {
            common[SEEN] = i + 1;
        }
        _exit(0);
    }
    (void)!read(ready[0], &byte, 1);
    int good = 0;
    for (int i = 0; i < 20; i++) {
        (void)!write(ends[1], &byte, 1);
        good += common[SEEN] == i + 1;
    }
    wait(NULL);
    for (int i = 0; i < 2; i++) {
        close(ends[i]);
        close(ready[i]);
    }
    return good == 20;
}

/* Each waits for the other, without sleeping. */
static void
turns(int policy, void (*pass)(void), const char *name)
{
    int status, good = 0;

    common[A] = common[B] = 0;
    set_policy(0, SCHED_FIFO, 40);
    for (int i = 0; i < 2; i++) {
        pid_t pid = must_fork();
        if (pid == 0) {
            common[A + i] = 1;
            while (!common[B - i]) {
                pass();
            }
            _exit(0);
        }
        set_policy(pid, policy, 20);
    }
    while (wait(&status) > 0) {
        good += status == 0;
    }
    is(good, 2, name);
    set_policy(0, SCHED_OTHER, 0);
}

static void
nothing(void)
{
}

static void
yields(void)
{
    sched_yield();
}

static void
test_endless(void)
{
    common[A] = 0;
    pid_t pid = must_fork();
    if (pid == 0) {
        set_policy(0, SCHED_FIFO, 99);
        for (;;) {
            common[A] = cpu_time();
        }
    }
    while (common[A] == 0) {
        nap(1);
    }
    long before = common[A];
    spend(60 * MS);
    ok(1, "an endless loop leaves some time");
    ok(common[A] - before > 300L * MS, "but not much");
    kill(pid, SIGKILL);
    wait(NULL);
}

int
main(void)
{
    common = shared_longs();
    on_one_cpu();
    ok(undisturbed(runs_in_order),
        "the highest first, then the one that fell last");
    ok(undisturbed(runs_at_once),
        "one that wakes runs before the write returns");
    turns(SCHED_RR, nothing, "RR takes turns");
    turns(SCHED_FIFO, yields, "FIFO does when one yields");
    test_endless();
    return done();
}

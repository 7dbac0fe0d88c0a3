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

static void
note(long value)
{
    common[FIRST + common[COUNT]++] = value;
}

/* A child that spends this much, and notes its number. */
static void
child(long number, int policy, int priority, long ns)
{
    pid_t pid = must_fork();

    if (pid == 0) {
        spend(ns);
        note(number);
        _exit(0);
    }
    is(set_policy(pid, policy, priority), 0, "a child that waits to run");
}

/* We are above them all, so none runs before we wait.  Who falls to a lower
 * priority is the first there, and stays it for as long as it runs. */
static void
test_order(void)
{
    set_policy(0, SCHED_FIFO, 90);
    child(6, SCHED_OTHER, 0, 0);
    child(5, SCHED_FIFO, 1, 0);
    child(3, SCHED_FIFO, 70, 0);
    child(2, SCHED_FIFO, 70, 50 * MS);
    child(4, SCHED_RR, 69, 0);
    child(1, SCHED_RR, 71, 0);
    is(common[COUNT], 0, "the highest is not disturbed");
    while (wait(NULL) > 0) {
    }
    for (long i = 1; i <= 6; i++) {
        is(common[FIRST + i - 1], i,
            "the highest first, then the one that fell last");
    }
    set_policy(0, SCHED_OTHER, 0);
}

/* One that wakes takes the processor at once: the write does not return before
 * it has run. */
static void
test_wakes(void)
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
    is(good, 20, "one that wakes runs before the write returns");
    wait(NULL);
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
    test_order();
    test_wakes();
    turns(SCHED_RR, nothing, "RR takes turns");
    turns(SCHED_FIFO, yields, "FIFO does when one yields");
    test_endless();
    return done();
}

/*
 * flat.c: fork, the child's exit and wait cost a process of 64 MiB as much as
 * one of 1 MiB. The first write after a fork costs about as much with 64 MiB
 * as with 2 MiB: it copies one table of each level, which may be fuller.
 * Instructions are counted, the best of five.
 */
#include "knobs.h"
#include "places.h"

static char *area;

static void
touch(unsigned long mib)
{
    for (unsigned long at = 0; at < mib << 20; at += PAGE) {
        area[at] = 'p';
    }
}

static unsigned long
fork_cost(unsigned long *write_cost)
{
    unsigned long best = ~0UL;

    *write_cost = ~0UL;
    for (int i = 0; i < 5; i++) {
        unsigned long start = ticks();
        pid_t pid = fork();
        if (pid == 0) {
            _exit(0);
        }
        lab_join(pid);
        unsigned long cost = ticks() - start;
        best = cost < best ? cost : best;

        volatile int *step = family_step();
        pid = lab_fork();
        if (pid == 0) {
            *step = 1;
            family_until(step, 2);
            _exit(0);
        }
        family_until(step, 1);
        start = ticks();
        area[(unsigned long)i * PAGE] = 'w';
        cost = ticks() - start;
        *write_cost = cost < *write_cost ? cost : *write_cost;
        *step = 2;
        lab_join(pid);
        munmap((void *)step, PAGE);
    }
    return best;
}

static void
at_most(const char *what, unsigned long limit, unsigned long large)
{
    /* the number that was measured, if it is too large */
    lab_check("flat", what, large > limit ? limit : large, large);
}

int
main(int argc, char **argv)
{
    unsigned long small_write, large_write;

    lab_begin(argc, argv);
    area = far_away(64UL << 20);
    touch(1);
    unsigned long small = fork_cost(&small_write);
    touch(2);
    fork_cost(&small_write);
    touch(64);
    unsigned long large = fork_cost(&large_write);
    at_most("time of fork, exit and wait with 64 MiB, against 1 MiB",
            small + small / 10, large);
    at_most("time of a first write with 64 MiB, against 2 MiB",
            small_write + small_write / 3, large_write);
    lab_done();
}

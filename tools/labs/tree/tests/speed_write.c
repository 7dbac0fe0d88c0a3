/*
 * speed_write.c: what it costs to share 8 MiB, to write to all of it in the
 * child, and to get rid of it. It prints `cost N`: the best of three.
 */
#include "knobs.h"
#include "places.h"

#define SIZE (8UL << 20)

int
main(int argc, char **argv)
{
    unsigned long best = ~0UL;

    lab_begin(argc, argv);
    char *area = far_away(SIZE);
    for (int i = 0; i < 3; i++) {
        for (unsigned long at = 0; at < SIZE; at += PAGE) {
            area[at] = 'p';
        }
        unsigned long start = ticks();
        pid_t pid = lab_fork();
        if (pid == 0) {
            for (unsigned long at = 0; at < SIZE; at += PAGE) {
                area[at] = 'c';
            }
            _exit(0);
        }
        lab_join(pid);
        unsigned long cost = ticks() - start;
        best = cost < best ? cost : best;
    }
    lab_cost(best);
    lab_done();
}

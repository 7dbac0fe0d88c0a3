/* nproc: print how many CPUs this process may run on. */
#include <err.h>
#include <sched.h>

#include "lib/tool.h"

int
main(int argc, char **argv)
{
    unsigned long mask[16] = {0};
    int count = 0;

    no_options(argc, argv, 1, "nproc");
    if (sched_getaffinity(0, sizeof(mask), mask) < 0) {
        err(1, "sched_getaffinity");
    }
    for (unsigned i = 0; i < sizeof(mask) / sizeof(mask[0]); i++) {
        for (; mask[i] != 0; mask[i] &= mask[i] - 1) {
            count++;
        }
    }
    printf("%d\n", count);
    return finish(true);
}

/* nproc: how many CPUs this process may run on. */
#include <sched.h>
#include <stdio.h>

int
main(void)
{
    unsigned long mask[16] = {0};
    int count = 0;

    if (sched_getaffinity(0, sizeof(mask), mask) < 0) {
        perror("nproc");
        return 1;
    }
    for (unsigned i = 0; i < sizeof(mask) / sizeof(mask[0]); i++) {
        for (; mask[i] != 0; mask[i] &= mask[i] - 1) {
            count++;
        }
    }
    printf("%d\n", count);
    return 0;
}

/*
 * speed.c: what fork, exit and wait cost a parent of eight other children,
 * which sleep. It prints `cost N`: the best of three hundreds.
 */
#include "watch.h"

#define ROUNDS 100
#define SLEEPERS 8

static unsigned long
ticks(void)
{
    unsigned int low, high;

    __asm__ volatile("lfence; rdtsc" : "=a"(low), "=d"(high) : : "memory");
    return (unsigned long)high << 32 | low;
}

int
main(int argc, char **argv)
{
    unsigned long best = ~0UL;
    pid_t others[SLEEPERS];

    lab_begin(argc, argv);
    for (int i = 0; i < SLEEPERS; i++) {
        others[i] = sleeper();
    }
    nap(10);
    for (int i = 0; i < 3; i++) {
        unsigned long start = ticks();
        for (int n = 0; n < ROUNDS; n++) {
            pid_t pid = lab_fork();
            if (pid == 0) {
                _exit(0);
            }
            waitpid(pid, NULL, 0);
        }
        unsigned long cost = (ticks() - start) / ROUNDS;
        best = cost < best ? cost : best;
    }
    for (int i = 0; i < SLEEPERS; i++) {
        kill(others[i], SIGKILL);
        waitpid(others[i], NULL, 0);
    }
    lab_cost(best);
    lab_done();
}

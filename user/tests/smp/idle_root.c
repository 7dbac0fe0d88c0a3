/*
 * idle_root.c: a process migrates to another processor, and ends there, some
 * after a sleep. The first processor, idle since then, must leave the page
 * tables: they soon become another process's memory, full of 0xee. An idle
 * processor also leaves them when it wakes up. So it takes many rounds to
 * show whether it leaves them when it is asked.
 *
 * seconds: 30
 */
#include "smp.h"

enum { ROUNDS = 300, NAPS = 10, SIZE = 16 * PAGE };

/* Write to memory on one processor, and end on another. */
static int
sleeper(int n)
{
    volatile char *at = must_map(SIZE, MAP_PRIVATE);

    on_cpu(n);
    for (int i = 0; i < SIZE; i += PAGE) {
        at[i] = 1;
    }
    if (n < NAPS) {
        nap(15);
    }
    on_cpu(n + 1);
    return 7;
}

/* Allocate the freed frames, and fill them. */
static int
fill(void)
{
    unsigned char *at = must_map(SIZE, MAP_PRIVATE);
    int clear = 1;

    for (int i = 0; i < SIZE; i++) {
        clear = clear && at[i] == 0;
        at[i] = 0xee;
    }
    munmap(at, SIZE);
    return clear;
}

int
main(void)
{
    int ended = 0, clear = 0;

    on_cpu(0);
    for (int n = 0; n < ROUNDS; n++) {
        pid_t pid = must_fork();
        if (pid == 0) {
            _exit(sleeper(n));
        }
        ended += code_of(pid) == 7;
        clear += fill();
    }
    is(ended, ROUNDS, "they end where they did not begin");
    is(clear, ROUNDS, "what was theirs comes back clear");
    return done();
}

/*
 * idle_root.c: a process sleeps on one processor, wakes on another, and ends
 * there. The first one, idle since, must not keep the page tables: soon they
 * are somebody's memory, full of 0xee.
 *
 * seconds: 30
 */
#include "smp.h"

enum { ROUNDS = 12, SIZE = 64 * 4096 };

/* Write to memory on one processor, sleep, and end on another. */
static int
sleeper(int n)
{
    volatile char *at = must_map(SIZE, MAP_PRIVATE);

    on_cpu(n);
    for (int i = 0; i < SIZE; i += PAGE) {
        at[i] = 1;
    }
    nap(15);
    on_cpu(n + 1);
    return 7;
}

/* What was freed becomes memory of ours. */
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

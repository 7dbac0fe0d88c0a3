/*
 * stacks.c: crowds of threads are made by one processor and end on others;
 * between some crowds memory is filled and checked. All that a crowd has freed,
 * kernel stacks too, has exactly one user afterwards, on every
 * processor.
 *
 * seconds: 60
 */
#include "smp.h"

#include <sched.h>

enum { CROWD = 200, ROUNDS = 12, STACK = 4096, WORDS = 4 << 20 >> 3 };

static char stacks[CROWD][STACK] __attribute__((aligned(16)));
static int come, go;
static int door[2];

static int
member(void *arg)
{
    char c = 0;

    on_cpu(1 + (int)(long)arg % 3);
    add(&come, 1);
    raw(NR_read, door[0], P(&c), 1, 0); /* in the kernel, until all are here */
    add(&go, 1);
    return (int)(long)arg % 100;
}

/* => how many did not end as they should */
static int
crowd(void)
{
    static pid_t pid[CROWD];
    char bytes[CROWD] = { 0 };
    int wrong = 0;

    come = go = 0;
    for (long i = 0; i < CROWD; i++) {
        pid[i] = clone(member, stacks[i] + STACK,
            CLONE_VM | CLONE_FILES | SIGCHLD, (void *)i);
    }
    await(&come, CROWD);
    write(door[1], bytes, CROWD);
    for (int i = 0; i < CROWD; i++) {
        wrong += code_of(pid[i]) != i % 100;
    }
    return wrong + (go != CROWD);
}

/* => words that are not as they were written */
static int
fill(unsigned long seed)
{
    unsigned long *word = must_map(WORDS * sizeof(*word), ANON);
    int wrong = 0;

    for (int i = 0; i < WORDS; i++) {
        wrong += word[i] != 0;
        word[i] = seed + (unsigned long)i;
    }
    for (int i = 0; i < WORDS; i++) {
        wrong += word[i] != seed + (unsigned long)i;
    }
    munmap(word, WORDS * sizeof(*word));
    return wrong;
}

int
main(void)
{
    int wrong = 0, changed = 0;

    on_cpu(0);
    pipe(door);
    for (int i = 0; i < ROUNDS; i++) {
        wrong += crowd();
        if (i % 4 == 3) { /* not each time, as it empties the TLBs */
            changed += fill((unsigned long)i << 32);
        }
    }
    is(wrong, 0, "every thread of every crowd ends well");
    is(changed, 0, "and nobody changes the memory of others");
    ok(no_child(), "none is left");
    return done();
}

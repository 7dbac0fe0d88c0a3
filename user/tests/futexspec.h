/*
 * futexspec.h: a crowd of threads that wait on words, each of which tells when
 * it has come back and with what.
 */
#pragma once

#include "threads.h"

enum { CROWD = 6 };

struct sleeper {
    struct thread thread;
    int *word;
    long op;
    unsigned bits; /* of WAIT_BITSET */
    long value;
    long result;
    int order;     /* as the how-many-th it came back */
};

static struct sleeper crowd[CROWD];
static int back; /* how many have come back */

static inline int
sleeper_waits(void *arg)
{
    struct sleeper *sleeper = arg;

    sleeper->result = futex(sleeper->word, sleeper->op, sleeper->value,
        FOREVER, NULL, sleeper->bits);
    sleeper->order = __atomic_add_fetch(&back, 1, __ATOMIC_SEQ_CST);
    return 0;
}

/* Let one wait on a word, and wait until it does. */
static inline void
sleeper_start(struct sleeper *sleeper, int *word, long op, unsigned bits)
{
    sleeper->word = word;
    sleeper->op = op;
    sleeper->bits = bits;
    sleeper->value = word_of(word);
    sleeper->result = 1;
    sleeper->order = 0;
    thread_start(&sleeper->thread, sleeper_waits, sleeper);
    until_sleeps(&sleeper->thread);
}

/* All of them wait on one word, in this order. */
static inline void
crowd_start(int *word, long op)
{
    back = 0;
    for (int i = 0; i < CROWD; i++) {
        sleeper_start(&crowd[i], word, op, FUTEX_BITSET_MATCH_ANY);
    }
}

/* Wait until so many have come back. */
static inline void
until_back(int count)
{
    while (word_of(&back) < count) {
        doze(1);
    }
}

/* Join all. => how many came back with 0 */
static inline int
crowd_end(void)
{
    int well = 0;

    for (int i = 0; i < CROWD; i++) {
        thread_join(&crowd[i].thread);
        well += crowd[i].result == 0;
    }
    return well;
}

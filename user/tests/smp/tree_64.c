/*
 * tree_64.c: four children share one tree of 64 MiB and write all of it at
 * once, each from another place on. Each finds its own content at the end,
 * and the parent its own. (It needs some 340 MiB: the tests of this folder
 * have a machine of 512.)
 *
 * seconds: 90
 */
#include "smp.h"

#define PAGES (64L << 8)
#define WORDS (PAGE / (long)sizeof(long))
enum { CHILDREN = 4, ROUNDS = 2 };

static struct gate *gate;
static long (*page)[WORDS];

static long
value(int who, int round, long i)
{
    return i * 1000 + round * 10 + who;
}

/* Every step-th word of every page. */
static void
put(int who, int round, int step)
{
    for (long n = 0; n < PAGES; n++) {
        long i = (n + who * (PAGES / CHILDREN)) % PAGES;
        for (long word = 0; word < WORDS; word += step) {
            page[i][word] = value(who, round, i);
        }
    }
}

/* => the number of pages that are not so */
static long
wrong(int who, int round, int step)
{
    long found = 0;

    for (long i = 0; i < PAGES; i++) {
        long expected = value(who, round, i);
        int differs = 0;
        for (long word = 0; word < WORDS; word += step) {
            differs |= page[i][word] != expected;
        }
        found += differs;
    }
    return found;
}

static int
child(int who, int round, int step)
{
    on_cpu(who);
    meet(gate, CHILDREN);
    put(who, round, step);
    meet(gate, CHILDREN);
    return wrong(who, round, step) == 0;
}

int
main(void)
{
    pid_t pid[CHILDREN];

    gate = shared(sizeof(*gate));
    page = must_map(PAGES * PAGE, MAP_PRIVATE);
    for (int round = 1; round <= ROUNDS; round++) {
        int good = 0, step = round == 1 ? 1 : 128;
        put(CHILDREN, round, 1);
        for (int who = 0; who < CHILDREN; who++) {
            pid[who] = must_fork();
            if (pid[who] == 0) {
                _exit(child(who, round, step));
            }
        }
        for (int who = 0; who < CHILDREN; who++) {
            good += code_of(pid[who]) == 1;
        }
        is(good, CHILDREN, "each child has what it wrote, in all 64 MiB");
        is(wrong(CHILDREN, round, 1), 0, "the parent has what it had");
    }
    return done();
}

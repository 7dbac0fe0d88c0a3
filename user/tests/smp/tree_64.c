/*
 * tree_64.c: five children share one tree of 64 MiB and write all of it at
 * once, each from another place on. Each finds its own content at the end,
 * and the parent its own. (It needs some 400 MiB: the tests of this folder
 * have a machine of 512.)
 *
 * seconds: 90
 */
#include "smp.h"

#define PAGES (64L << 8)
#define WORDS (PAGE / (long)sizeof(long))
enum { CHILDREN = 5, ROUNDS = 2 };

static struct gate *gate;
static long (*page)[WORDS];

static long
value(int who, int round, long i)
{
    return i * 1000 + round * 10 + who;
}

static void
put(int who, int round)
{
    for (long n = 0; n < PAGES; n++) {
        long i = (n + who * (PAGES / CHILDREN)) % PAGES;
        for (long word = 0; word < WORDS; word++) {
            page[i][word] = value(who, round, i);
        }
    }
}

/* => the number of pages that are not so */
static long
wrong(int who, int round)
{
    long found = 0;

    for (long i = 0; i < PAGES; i++) {
        long expected = value(who, round, i);
        int differs = 0;
        for (long word = 0; word < WORDS; word++) {
            differs |= page[i][word] != expected;
        }
        found += differs;
    }
    return found;
}

static int
child(int who, int round)
{
    on_cpu(who);
    meet(gate, CHILDREN);
    put(who, round);
    meet(gate, CHILDREN);
    return wrong(who, round) == 0;
}

int
main(void)
{
    pid_t pid[CHILDREN];

    gate = shared(sizeof(*gate));
    page = must_map(PAGES * PAGE, MAP_PRIVATE);
    for (int round = 1; round <= ROUNDS; round++) {
        int good = 0;
        put(CHILDREN, round);
        for (int who = 0; who < CHILDREN; who++) {
            pid[who] = must_fork();
            if (pid[who] == 0) {
                _exit(child(who, round));
            }
        }
        for (int who = 0; who < CHILDREN; who++) {
            good += code_of(pid[who]) == 1;
        }
        is(good, CHILDREN, "each child has what it wrote, in all 64 MiB");
        is(wrong(CHILDREN, round), 0, "the parent has what it had");
    }
    return done();
}

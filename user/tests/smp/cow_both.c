/*
 * cow_both.c: relatives on several processors write the same copy-on-write
 * pages at once, in different orders. Then each sees its own values, and never
 * those of another. What none of them wrote is unchanged in all.
 *
 * seconds: 60
 */
#include "smp.h"

enum { PAGES = 48, WORDS = PAGE / sizeof(int) };

struct common {
    struct gate gate;
    int fault;
};

static struct common *common;
static int (*page)[WORDS];      /* page[i][0]: never written after the fork */

/* The n-th page that this relative writes: up, down, or criss-cross. */
static int
order(int who, int n)
{
    switch (who % 3) {
    case 0:
        return n;
    case 1:
        return PAGES - 1 - n;
    }
    return n * 29 % PAGES;
}

/* => whether every page holds this relative's value, and nothing else new */
static int
mine(int who, int round)
{
    for (int i = 0; i < PAGES; i++) {
        int expected = round * 16 + who;
        if (page[i][0] != round || page[i][1 + who] != expected
            || page[i][WORDS - 1] != expected) {
            return 0;
        }
        for (int other = 0; other < 4; other++) {
            if (other != who && page[i][1 + other] != 0) {
                return 0;
            }
        }
    }
    return 1;
}

static int
relative(int who, int count, int round)
{
    on_cpu(who);
    meet(&common->gate, count);
    for (int n = 0; n < PAGES; n++) {
        int i = order(who, n);
        page[i][1 + who] = page[i][WORDS - 1] = round * 16 + who;
    }
    int good = mine(who, round);
    meet(&common->gate, count); /* all have written */
    return good && mine(who, round);
}

/* count - 1 children and the parent. => whether all was well */
static int
once(int count, int round)
{
    pid_t pid[4];
    int good = 1;

    for (int i = 0; i < PAGES; i++) {
        memset(page[i], 0, PAGE);
        page[i][0] = round;
    }
    for (int who = 1; who < count; who++) {
        pid[who] = must_fork();
        if (pid[who] == 0) {
            _exit(relative(who, count, round));
        }
    }
    good = relative(0, count, round);
    for (int who = 1; who < count; who++) {
        good &= code_of(pid[who]) == 1;
    }
    return good && mine(0, round);
}

static void
test(int count, int rounds, const char *name)
{
    int good = 0;

    for (int round = 1; round <= rounds; round++) {
        good += once(count, round);
    }
    is(good, rounds, name);
}

int
main(void)
{
    common = shared(sizeof(*common));
    page = must_map(PAGES * PAGE, MAP_PRIVATE);
    test(2, 150, "parent and child write the same pages at once");
    test(4, 80, "parent and three children do");
    return done();
}

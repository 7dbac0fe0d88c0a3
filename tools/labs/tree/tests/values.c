/*
 * values.c: after fork, parent and child find in pages near and far what was
 * there before, and then each finds only what it has written itself, whoever
 * writes first.
 */
#include "places.h"

static char *area;

static unsigned long *
word(unsigned long place)
{
    return (unsigned long *)(area + places[place] + lab_seed() % 512 * 8);
}

static void
find(const char *who, unsigned long start)
{
    char what[64];

    for (unsigned long i = 0; i < PLACES; i++) {
        snprintf(what, sizeof(what), "word %lu of %s", i, who);
        lab_check("PT-2", what, start + i, *word(i));
    }
}

static void
put(unsigned long start)
{
    for (unsigned long i = 0; i < PLACES; i++) {
        *word(i) = start + i;
    }
}

/* One process's part: wait for its turn, find the old, write, wait, find. */
static void
play(const char *who, unsigned long old, volatile int *step, int turn)
{
    unsigned long mine = lab_random() + (unsigned long)turn;

    family_until(step, turn);
    find(who, old);
    put(mine);
    *step = turn + 1;
    family_until(step, 2);
    find(who, mine);
}

int
main(int argc, char **argv)
{
    lab_begin(argc, argv);
    volatile int *step = family_step();
    area = far_away(PLACES_SIZE);
    for (int i = 0; i < 8; i++) {
        unsigned long old = lab_random();
        put(old);
        *step = 0;
        pid_t pid = lab_fork();
        if (pid == 0) {
            play("the child", old, step, i % 2);
            _exit(0);
        }
        play("the parent", old, step, 1 - i % 2);
        lab_join(pid);
    }
    lab_done();
}

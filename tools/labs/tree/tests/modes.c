/*
 * modes.c: the four ways to copy, fork=eager, page, table and tree, one after
 * the other in one family: under each pair, what one writes no other sees.
 */
#include "knobs.h"
#include "places.h"

static const char *const words[] = { "eager", "page", "table", "tree" };
static char *area;

static void
find(const char *who, unsigned long start)
{
    char what[64];

    for (unsigned long i = 0; i < PLACES; i++) {
        snprintf(what, sizeof(what), "word %lu of %s", i, who);
        lab_check("PT-2", what, start + i,
                  *(unsigned long *)(area + places[i]));
    }
}

/* Some places, or all, which is the same to find(). */
static void
put(unsigned long start, unsigned long step)
{
    for (unsigned long i = 0; i < PLACES; i += step) {
        *(unsigned long *)(area + places[i]) = start + i;
    }
}

static void
family(int knob, const char *outer, const char *inner)
{
    unsigned long old = lab_random();

    put(old, 1);
    knob_turn(knob, outer);
    pid_t pid = lab_fork();
    if (pid == 0) {
        put(old, lab_between(1, 4));
        knob_turn(knob, inner);
        pid = lab_fork();
        if (pid == 0) {
            find("the grandchild", old);
            put(~old, 1);
            find("the grandchild", ~old);
            _exit(0);
        }
        lab_join(pid);
        find("the child", old);
        put(old / 2, 1);
        find("the child", old / 2);
        _exit(0);
    }
    lab_join(pid);
    find("the parent", old);
}

int
main(int argc, char **argv)
{
    lab_begin(argc, argv);
    int knob = knob_open(FORK_KNOB);
    area = far_away(PLACES_SIZE);
    for (int i = 0; i < 16; i++) {
        family(knob, words[i / 4], words[i % 4]);
    }
    knob_turn(knob, "tree");
    lab_done();
}

/*
 * modes.c: the four ways to copy, fork=eager, page, table and tree, one after
 * the other in one family: under each pair, what one writes no other sees.
 * And fork=eager does copy all pages, while the others do not.
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

/* Whether a fork takes frames for each of the area's pages. */
static void
copies(int knob, const char *word, bool all)
{
    char what[64];
    volatile int *step = family_step();

    knob_turn(knob, word);
    pages_count("anon"); /* its own pages are there from now on */
    unsigned long before = (unsigned long)pages_count("anon");
    pid_t pid = lab_fork();
    if (pid == 0) {
        *step = 1;
        family_until(step, 2);
        _exit(0);
    }
    family_until(step, 1);
    unsigned long taken = (unsigned long)pages_count("anon") - before;
    *step = 2;
    lab_join(pid);
    snprintf(what, sizeof(what), "fork=%s copies %lu pages or more", word,
             PLACES);
    lab_check("PT-1", what, all, taken >= PLACES);
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
    for (int i = 0; i < 4; i++) {
        copies(knob, words[i], i == 0);
    }
    lab_done();
}

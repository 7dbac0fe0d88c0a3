/*
 * generations.c: a family of 63 processes in six generations, up to six of a
 * line alive at once. Each writes before, between and after its forks, and
 * always finds what its ancestors wrote before it was born, and its own.
 */
#include "places.h"

#define DEPTH 5

static char *area;

static volatile unsigned long *
word(unsigned long place)
{
    return (volatile unsigned long *)(area + places[place]);
}

static void
find(int generation, const unsigned long *expected)
{
    char what[64];

    for (unsigned long i = 0; i < PLACES; i++) {
        snprintf(what, sizeof(what), "word %lu in generation %d", i,
                 generation);
        lab_check("PT-2", what, expected[i], *word(i));
    }
}

static void
write_some(unsigned long *expected)
{
    for (unsigned long n = lab_random() % 4; n > 0; n--) {
        unsigned long i = lab_random() % PLACES;
        expected[i] = lab_random();
        *word(i) = expected[i];
    }
}

static void
live(int generation, unsigned long *expected)
{
    pid_t pids[2];

    find(generation, expected);
    write_some(expected);
    for (int i = 0; i < 2 && generation < DEPTH; i++) {
        pids[i] = lab_fork();
        if (pids[i] == 0) {
            for (int n = 0; n <= i; n++) {
                lab_random(); /* not the numbers of parent or sibling */
            }
            live(generation + 1, expected);
            _exit(0);
        }
        write_some(expected);
        if (lab_random() % 2 != 0) {
            sched_yield();
        }
        find(generation, expected);
    }
    for (int i = 0; i < 2 && generation < DEPTH; i++) {
        lab_join(pids[i]);
        write_some(expected);
        find(generation, expected);
    }
}

int
main(int argc, char **argv)
{
    unsigned long expected[PLACES] = { 0 };

    lab_begin(argc, argv);
    area = far_away(PLACES_SIZE);
    for (unsigned long i = 0; i < PLACES; i++) {
        *word(i) = 0;
    }
    places_shared();
    live(0, expected);
    lab_done();
}

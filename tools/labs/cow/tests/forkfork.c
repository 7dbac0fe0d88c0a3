/*
 * forkfork.c: children of children. Each generation writes one page, and finds
 * in all others what its ancestors had left there when it was born.
 */
#include "family.h"

#define PAGES 16
#define GENERATIONS 12

static volatile unsigned long *memory;

static void
find(const unsigned long *expected)
{
    for (int i = 0; i < PAGES; i++) {
        lab_check("PT-2", "a page as its owner left it", expected[i],
                  memory[(unsigned long)i * PAGE / 8]);
    }
}

static void
live(int generation, unsigned long *expected)
{
    unsigned long number = lab_random() % PAGES;

    find(expected);
    expected[number] = lab_random();
    memory[number * PAGE / 8] = expected[number];
    if (generation < GENERATIONS) {
        pid_t pid = lab_fork();
        if (pid == 0) {
            live(generation + 1, expected);
            _exit(0);
        }
        number = lab_random() % PAGES;
        expected[number] = ~0UL - (unsigned long)generation;
        memory[number * PAGE / 8] = expected[number];
        lab_join(pid);
    }
    find(expected);
}

int
main(int argc, char **argv)
{
    unsigned long expected[PAGES] = { 0 };

    lab_begin(argc, argv);
    memory = fresh(PAGES * PAGE);
    for (int i = 0; i < 8; i++) {
        live(0, expected);
    }
    lab_done();
}

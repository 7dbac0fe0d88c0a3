/*
 * sharing.c: fork makes no table for what is shared: a child has a root of its
 * own, and tables for the few pages that both have written since, whatever the
 * size of its parent.
 */
#include "places.h"

#define FEW 8 /* a root, a path for the stack, a path for the data, and one */

/* => tables that a fork of a process with so many more tables takes */
static unsigned long
tables_of_fork(volatile int *step, unsigned long tables)
{
    char *area = far_away(tables * TABLE);

    for (unsigned long i = 0; i < tables; i++) {
        area[i * TABLE] = 'p';
    }
    unsigned long before = (unsigned long)pages_count("table");
    *step = 0;
    pid_t pid = lab_fork();
    if (pid == 0) {
        *step = 1;
        family_until(step, 2);
        for (unsigned long i = 0; i < tables; i++) {
            lab_check("PT-2", "what the child finds", 'p',
                      (unsigned char)area[i * TABLE]);
        }
        _exit(0);
    }
    family_until(step, 1);
    unsigned long taken = (unsigned long)pages_count("table") - before;
    pages_check("while parent and child share their tables");
    *step = 2;
    lab_join(pid);
    munmap(area, tables * TABLE);
    return taken;
}

int
main(int argc, char **argv)
{
    char what[64];

    lab_begin(argc, argv);
    volatile int *step = family_step();
    *step = 0;
    pages_count("table"); /* its pages are there from now on */
    unsigned long few = tables_of_fork(step, 1);
    for (unsigned long tables = 2; tables <= 128; tables *= 8) {
        unsigned long size = tables + lab_random() % tables;
        snprintf(what, sizeof(what), "tables made by a fork of %lu", size);
        unsigned long taken = tables_of_fork(step, size);
        lab_check("PT-1", what, few, taken);
    }
    lab_check("PT-1", "they are 8 or fewer", 1, few <= FEW);
    lab_done();
}

/*
 * hundred.c: after a hundred children, one after the other and ten at a time,
 * all that the kernel had for them is free: frames of each kind, heap, stacks,
 * processes and open files.
 */
#include "pages.h"

static const char *const kinds[] = { "table", "anon", "cache", "shared",
    "heap", "stacks", "processes", "files" };
#define KINDS (sizeof(kinds) / sizeof(kinds[0]))

static void
children(int together)
{
    pid_t pids[10];

    for (int i = 0; i < together; i++) {
        pids[i] = lab_fork();
        if (pids[i] == 0) {
            if (i == 9) {
                pages_check("while ten children live");
            }
            _exit(0);
        }
    }
    for (int i = 0; i < together; i++) {
        lab_join(pids[i]);
    }
}

int
main(int argc, char **argv)
{
    long before[KINDS];
    char what[64];

    lab_begin(argc, argv);
    children(10); /* which fills the kernel's stores */
    for (unsigned long i = 0; i < KINDS; i++) {
        before[i] = pages_count(kinds[i]);
    }
    for (int made = 0; made < 100;) {
        int together = (int)lab_between(1, 10);
        children(together);
        made += together;
    }
    for (unsigned long i = 0; i < KINDS; i++) {
        snprintf(what, sizeof(what), "count of %s, as before", kinds[i]);
        lab_check("leak", what, (unsigned long)before[i],
                  (unsigned long)pages_count(kinds[i]));
    }
    pages_check("after a hundred children");
    lab_done();
}

/*
 * copies.c: as many pages are copied as are written, and not one more: by the
 * child, then by the parent, who owns what the child has copied.
 */
#include "pages.h"

#define PAGES 64

static volatile char *memory;
static bool by_child[PAGES];
static bool by_parent[PAGES];
static bool nothing[PAGES];

/* Write each page that is chosen. => how many */
static unsigned long
write_chosen(const bool *chosen)
{
    unsigned long count = 0;

    for (unsigned long i = 0; i < PAGES; i++) {
        if (chosen[i]) {
            memory[i * PAGE] = 'w';
            count++;
        }
    }
    return count;
}

/* => the frames that it took */
static unsigned long
cost(const bool *chosen)
{
    unsigned long before = (unsigned long)pages_count("anon");
    write_chosen(chosen);
    return (unsigned long)pages_count("anon") - before;
}

int
main(int argc, char **argv)
{
    unsigned long childs = 0, parents = 0;

    lab_begin(argc, argv);
    volatile int *step = family_step();
    memory = fresh(PAGES * PAGE);
    for (int i = 0; i < PAGES; i++) {
        by_child[i] = true;
    }
    write_chosen(by_child);
    for (int i = 0; i < PAGES; i++) {
        by_child[i] = lab_random() % 3 == 0;
        by_parent[i] = lab_random() % 2 == 0;
        childs += by_child[i];
        parents += by_parent[i] && !by_child[i];
    }
    pid_t pid = lab_fork();
    if (pid == 0) {
        cost(nothing); /* which copies the pages that reading writes */
        lab_check("PT-2", "pages copied by the child", childs, cost(by_child));
        *step = 1;
        family_until(step, 2);
        _exit(0);
    }
    family_until(step, 1);
    cost(nothing);
    lab_check("PT-2", "pages copied by the parent", parents, cost(by_parent));
    lab_check("PT-2", "pages copied when all are its own", 0, cost(by_parent));
    *step = 2;
    lab_join(pid);
    lab_done();
}

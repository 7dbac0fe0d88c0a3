/*
 * leak.c: after 60 families that share, write, unmap, protect and die in every
 * order, the checkers find nothing, and all frames are back.
 */
#include "places.h"

#define CHILDREN 3

static char *area;

static void
write_some(char letter)
{
    for (unsigned long n = lab_random() % 9; n > 0; n--) {
        area[places[lab_random() % PLACES]] = letter;
    }
}

/* What a child does before it ends, by exit or by a signal. */
static void
child(void)
{
    unsigned long from = places[lab_random() % PLACES];

    write_some('c');
    if (lab_random() % 2 != 0) {
        munmap(area + from, lab_between(1, 600) * PAGE);
    } else {
        mprotect(area + from, PAGE, PROT_READ);
    }
    if (lab_random() % 3 == 0) {
        kill(getpid(), SIGKILL);
    }
    _exit(0);
}

static void
family(void)
{
    pid_t pids[CHILDREN];

    area = far_away(PLACES_SIZE);
    for (unsigned long i = 0; i < PLACES; i += 1 + lab_random() % 2) {
        area[places[i]] = 'p';
    }
    for (int i = 0; i < CHILDREN; i++) {
        pids[i] = lab_fork();
        if (pids[i] == 0) {
            child();
        }
        write_some('q');
    }
    if (lab_random() % 2 != 0) {
        munmap(area, PLACES_SIZE);
    }
    for (int i = 0; i < CHILDREN; i++) {
        waitpid(pids[i], NULL, 0);
    }
    munmap(area, PLACES_SIZE);
}

int
main(int argc, char **argv)
{
    lab_begin(argc, argv);
    pages_check("at the start");
    for (int i = 0; i < 4; i++) {
        family(); /* which fills the kernel's stores */
    }
    long anon = pages_count("anon");
    long table = pages_count("table");
    for (int i = 0; i < 60; i++) {
        family();
    }
    pages_check("at the end");
    lab_check("PT-1", "anonymous pages, as before", (unsigned long)anon,
              (unsigned long)pages_count("anon"));
    lab_check("PT-1", "page tables, as before", (unsigned long)table,
              (unsigned long)pages_count("table"));
    lab_done();
}

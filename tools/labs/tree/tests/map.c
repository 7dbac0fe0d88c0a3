/*
 * map.c: what one process does to its map after fork (write, unmap, hide, map
 * anew) is not seen by the other. Parent, child and grandchild do it at once,
 * each in an order of its own, and each looks at all places after each deed.
 */
#include "places.h"

#include <errno.h>
#include <unistd.h>

#define DEEDS 12
#define RW (PROT_READ | PROT_WRITE)

static char *area;
/* What this process expects at each place. */
static unsigned long value[PLACES];
static bool mapped[PLACES], hidden[PLACES];

/* Asked of the kernel: a name of a file that is not there, or no memory. */
static bool
readable(const char *at)
{
    return access(at, F_OK) < 0 && errno != EFAULT;
}

static void
look(void)
{
    char what[64];

    for (unsigned long i = 0; i < PLACES; i++) {
        unsigned long *word = (unsigned long *)(area + places[i]);
        bool there = mapped[i] && !hidden[i];
        snprintf(what, sizeof(what), "place %lu can be read", i);
        lab_check("PT-4", what, there, readable((char *)word));
        snprintf(what, sizeof(what), "what place %lu holds", i);
        lab_check("PT-2", what, value[i], there ? *word : value[i]);
    }
}

static void
store(unsigned long i)
{
    if (mapped[i] && !hidden[i]) {
        value[i] = lab_random();
        *(unsigned long *)(area + places[i]) = value[i];
    }
}

/* A range from one place to another: unmap, hide, show, or map anew. */
static void
change(unsigned long first, unsigned long last, int how)
{
    char *at = area + places[first];
    unsigned long size = places[last] + PAGE - places[first];
    bool whole = true;

    for (unsigned long i = first; i <= last; i++) {
        whole = whole && mapped[i];
    }
    if (how == 0) {
        munmap(at, size);
    } else if (how == 3 || !whole) {
        how = 3;
        mmap(at, size, RW,
             MAP_PRIVATE | MAP_ANONYMOUS | MAP_NORESERVE | MAP_FIXED, -1, 0);
    } else {
        lab_check("PT-4", "mprotect works", 0, (unsigned long)mprotect(
            at, size, how == 1 ? PROT_NONE : RW));
    }
    for (unsigned long i = first; i <= last; i++) {
        mapped[i] = how != 0;
        hidden[i] = how == 1;
        value[i] = how == 3 ? 0 : value[i];
    }
}

static void
deed(void)
{
    unsigned long first = lab_random() % PLACES;

    if (lab_random() % 2 != 0) {
        store(first);
    } else {
        unsigned long last = lab_between(first, PLACES - 1);
        last = last > first + 3 ? first + 3 : last;
        change(first, last, (int)(lab_random() % 4));
    }
    look();
}

static void
live(int generation)
{
    pid_t pid = generation < 2 ? lab_fork() : -1;

    if (pid == 0) {
        lab_random(); /* not the same deeds as its parent */
        live(generation + 1);
        _exit(0);
    }
    for (int i = 0; i < DEEDS; i++) {
        deed();
        sched_yield();
    }
    if (pid > 0) {
        lab_join(pid);
        look();
    }
}

int
main(int argc, char **argv)
{
    lab_begin(argc, argv);
    area = far_away(PLACES_SIZE);
    for (int i = 0; i < 12; i++) {
        mmap(area, PLACES_SIZE, RW,
             MAP_PRIVATE | MAP_ANONYMOUS | MAP_NORESERVE | MAP_FIXED, -1, 0);
        for (unsigned long p = 0; p < PLACES; p++) {
            mapped[p] = true;
            hidden[p] = false;
            store(p);
        }
        live(0);
    }
    lab_done();
}

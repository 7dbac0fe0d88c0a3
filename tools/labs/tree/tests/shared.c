/*
 * shared.c: a MAP_SHARED page stays shared in a table that is shared, and in
 * its copies: what one stores there all find, and no store is lost. Its
 * neighbours in the same table are private.
 */
#include "places.h"

#define PAGES 16
#define CHILDREN 6

static volatile unsigned long *
at(char *area, unsigned long page)
{
    return (volatile unsigned long *)(area + page * PAGE);
}

/* Every second page is shared. */
static char *
make(void)
{
    char *area = far_away(PAGES * PAGE);

    for (unsigned long i = 0; i < PAGES; i += 2) {
        mmap(area + i * PAGE, PAGE, PROT_READ | PROT_WRITE,
             MAP_SHARED | MAP_ANONYMOUS | MAP_FIXED, -1, 0);
    }
    for (unsigned long i = 0; i < PAGES; i++) {
        *at(area, i) = i;
    }
    return area;
}

static void
child(char *area, unsigned long number, bool private_first)
{
    for (unsigned long i = 0; i < PAGES; i++) {
        if (private_first && i % 2 != 0) {
            *at(area, i) = 1000 + number;
        }
    }
    for (unsigned long i = 0; i < PAGES; i += 2) {
        lab_check("PT-2", "a shared page, as all before left it",
                  i + number, *at(area, i));
        *at(area, i) += 1;
    }
}

int
main(int argc, char **argv)
{
    lab_begin(argc, argv);
    char *area = make();
    for (unsigned long number = 0; number < CHILDREN; number++) {
        bool first = lab_random() % 2 != 0;
        pid_t pid = lab_fork();
        if (pid == 0) {
            child(area, number, first);
            _exit(0);
        }
        lab_join(pid);
        *at(area, 1) = number; /* the parent owns its path again */
    }
    for (unsigned long i = 0; i < PAGES; i++) {
        unsigned long expected = i == 1 ? CHILDREN - 1
            : i % 2 != 0 ? i : i + CHILDREN;
        lab_check("PT-2", i % 2 != 0 ? "a private page of the parent"
                  : "a shared page, as all have left it", expected,
                  *at(area, i));
    }
    lab_done();
}

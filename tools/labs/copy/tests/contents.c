/*
 * contents.c: the child finds all memory as it was: pages side by side and far
 * apart, so that their entries lie in tables of every level; pages that were
 * only read, and pages that nobody has touched.
 */
#include "family.h"

#define TABLE (2UL << 20) /* what a table of level 1 maps */
#define SPACE (3UL << 30)
#define COUNT 24

static const unsigned long edges[] = {
    0, PAGE, TABLE - PAGE, TABLE, (1UL << 30) - PAGE, 1UL << 30,
    (2UL << 30) + TABLE, SPACE - PAGE,
};
#define EDGES (sizeof(edges) / sizeof(edges[0]))

static char *space;
static unsigned long offset[EDGES + COUNT];
static const char *const texts[] = { "read", "only" };

static unsigned long *
page(unsigned long i)
{
    return (unsigned long *)(space + offset[i]);
}

static void
make(unsigned long start)
{
    space = mmap(NULL, SPACE, PROT_READ | PROT_WRITE,
                 MAP_PRIVATE | MAP_ANONYMOUS | MAP_NORESERVE, -1, 0);
    for (unsigned long i = 0; i < EDGES + COUNT; i++) {
        offset[i] = i < EDGES ? edges[i]
                              : lab_random() % (SPACE / PAGE) * PAGE;
    }
    for (unsigned long i = 0; i < EDGES + COUNT; i++) {
        fill(page(i), PAGE, start + offset[i]);
    }
}

/* The pages are as they were; of others, any that one looks at is empty. */
static void
look(unsigned long start)
{
    unsigned long wrong = 0;

    for (unsigned long i = 0; i < EDGES + COUNT; i++) {
        wrong += different(page(i), PAGE, start + offset[i]);
    }
    lab_check("PT-2", "words that are not as before fork", 0, wrong);
    for (int n = 0; n < 20; n++) {
        unsigned long at = lab_random() % (SPACE / PAGE) * PAGE;
        bool known = false;
        for (unsigned long i = 0; i < EDGES + COUNT; i++) {
            known |= offset[i] == at;
        }
        if (!known) {
            lab_check("PT-2", "a word that nobody has written", 0,
                      *(volatile unsigned long *)(space + at));
        }
    }
    lab_check("PT-2", "constants of the program", 0,
              (unsigned long)(strcmp(texts[0], "read")
                              | strcmp(texts[1], "only")));
}

int
main(int argc, char **argv)
{
    lab_begin(argc, argv);
    unsigned long start = lab_random();

    make(start);
    look(start); /* which makes some pages that are only read */
    pid_t pid = lab_fork();
    if (pid == 0) {
        look(start);
        pid_t grandchild = lab_fork();
        look(start);
        if (grandchild != 0) {
            lab_join(grandchild);
        }
        _exit(0);
    }
    look(start);
    lab_join(pid);
    look(start);
    lab_done();
}

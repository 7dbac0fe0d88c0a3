/*
 * sharers.c: 300 children share the tables of one parent: 301 entries name
 * them, more than fit in a byte, and there is no memory for so many copies.
 * The parent writes when there are 257 names, and again each time when a child
 * has ended: it must get a copy of the path, and no child may find a page that
 * is changed or was freed.
 */
#include "places.h"

#define CHILDREN 300
#define TABLES 100

static char *area;

static unsigned long *
word(unsigned long i)
{
    return (unsigned long *)(area + i * TABLE);
}

static void
find(const unsigned long *expected)
{
    for (unsigned long i = 0; i < TABLES; i++) {
        lab_check("PT-1", "what a late child finds", expected[i], *word(i));
    }
}

int
main(int argc, char **argv)
{
    lab_begin(argc, argv);
    volatile int *step = family_step();
    pid_t pids[CHILDREN];
    unsigned long expected[TABLES]; /* on the stack, which nobody shares long */

    *step = 0;
    area = far_away(TABLES * TABLE);
    for (unsigned long i = 0; i < TABLES; i++) {
        *word(i) = expected[i] = lab_random();
    }
    for (int i = 0; i < CHILDREN; i++) {
        if (i == 256) {
            unsigned long j = lab_random() % TABLES;
            *word(j) = expected[j] = ~expected[j];
        }
        pids[i] = lab_fork();
        if (pids[i] == 0) {
            while (*step <= i) {
                usleep(50000);
            }
            find(expected);
            _exit(0);
        }
    }
    for (int i = 0; i < CHILDREN; i++) {
        *word((unsigned long)i * 7 % TABLES) = (unsigned long)i;
        *step = i + 1;
        kill(pids[i], i % 32 == 0 ? 0 : SIGKILL);
        waitpid(pids[i], NULL, 0);
        lab_end();
    }
    pages_check("when all of them are gone");
    lab_done();
}

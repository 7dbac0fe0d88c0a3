/*
 * sharers.c: 300 children share the tables of one parent: 301 entries name
 * them, more than fit in a byte, and there is no memory for so many copies.
 * Then they end, and the parent writes one page each time: it must get a copy
 * of the path, and no child may find a page that is changed or was freed.
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
find(unsigned long start)
{
    for (unsigned long i = 0; i < TABLES; i++) {
        lab_check("PT-1", "what a late child finds", start + i, *word(i));
    }
}

int
main(int argc, char **argv)
{
    lab_begin(argc, argv);
    volatile int *step = family_step();
    unsigned long start = lab_random();
    pid_t pids[CHILDREN];

    *step = 0;
    area = far_away(TABLES * TABLE);
    for (unsigned long i = 0; i < TABLES; i++) {
        *word(i) = start + i;
    }
    for (int i = 0; i < CHILDREN; i++) {
        pids[i] = lab_fork();
        if (pids[i] == 0) {
            while (*step <= i) {
                usleep(50000);
            }
            find(start);
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

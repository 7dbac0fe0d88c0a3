/*
 * sharers.c: 300 children have the same pages, so each page has 301 entries
 * that name it: more than fit in a byte. Then they end, one after the other,
 * and the parent writes one page each time: it must get a copy of it, and no
 * child may find one that is changed or that has been freed. Copies of all
 * would be more than there is memory: then children are killed.
 */
#include "pages.h"

#define CHILDREN 300
#define LOOKS 16 /* one child of so many looks at the pages at its end */
#define PAGES 128
#define SIZE (PAGES * PAGE)

int
main(int argc, char **argv)
{
    lab_begin(argc, argv);
    volatile int *step = family_step();
    unsigned long start = lab_random();
    unsigned long *memory = fresh(SIZE);
    pid_t pids[CHILDREN];

    fill(memory, SIZE, start);
    for (int i = 0; i < CHILDREN; i++) {
        pids[i] = lab_fork();
        if (pids[i] == 0) {
            while (*step <= i) {
                usleep(i % LOOKS == 0 ? 10000 : 10000000);
            }
            lab_check("PT-1", "words that a late child finds changed", 0,
                      different(memory, SIZE, start));
            _exit(0);
        }
    }
    for (int i = 0; i < CHILDREN; i++) {
        memory[(unsigned long)i % PAGES * PAGE / 8] = (unsigned long)i;
        lab_check("PT-1", "children that are gone before they are told to", 0,
                  waitpid(pids[i], NULL, WNOHANG) == pids[i]);
        *step = i + 1;
        kill(pids[i], i % LOOKS == 0 ? 0 : SIGKILL);
        waitpid(pids[i], NULL, 0);
        lab_end();
    }
    pages_check("when all of them are gone");
    lab_done();
}

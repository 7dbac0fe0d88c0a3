/*
 * simple.c: a process that has most of the memory can fork, since the child
 * takes no pages. The child reads all of it, and writes a little.
 */
#include "pages.h"

int
main(int argc, char **argv)
{
    lab_begin(argc, argv);
    unsigned long pages = (unsigned long)pages_count("free") / 10 * 6;
    unsigned long *memory = fresh(pages * PAGE);
    unsigned long start = lab_random();

    for (unsigned long i = 0; i < pages; i++) {
        memory[i * PAGE / 8] = start + i;
    }
    pid_t pid = lab_fork();
    unsigned long wrong = 0;
    for (unsigned long i = 0; i < pages; i++) {
        wrong += memory[i * PAGE / 8] != start + i;
    }
    lab_check("PT-2", "pages that are not as before fork", 0, wrong);
    if (pid == 0) {
        for (unsigned long i = 0; i < pages; i += 1 + lab_random() % 100) {
            memory[i * PAGE / 8] = ~start;
        }
        _exit(0);
    }
    lab_join(pid);
    for (unsigned long i = 0; i < pages; i++) {
        wrong += memory[i * PAGE / 8] != start + i;
    }
    lab_check("PT-2", "pages that the child has changed for its parent", 0,
              wrong);
    lab_done();
}

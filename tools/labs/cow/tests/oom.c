/*
 * oom.c: memory runs out when a shared page is to be copied. The process that
 * writes is killed by SIGKILL; the kernel, the parent, and the parent's memory
 * live on, and all that the dead one had is free again.
 */
#include "pages.h"

int
main(int argc, char **argv)
{
    lab_begin(argc, argv);
    unsigned long pages = (unsigned long)pages_count("free") / 10 * 6;
    volatile unsigned long *memory = fresh(pages * PAGE);
    unsigned long start = lab_random();

    for (unsigned long i = 0; i < pages; i++) {
        memory[i * PAGE / 8] = start + i;
    }
    long before = pages_count("free");
    pid_t pid = lab_fork();
    if (pid == 0) {
        for (unsigned long i = 0; i < pages; i++) {
            memory[i * PAGE / 8] = 0;
        }
        lab_check("PT-2", "copies of more pages than there are", 0, 1);
    }
    family_killed(pid, SIGKILL);
    unsigned long wrong = 0;
    for (unsigned long i = 0; i < pages; i++) {
        wrong += memory[i * PAGE / 8] != start + i;
    }
    lab_check("PT-2", "pages of the parent that are changed", 0, wrong);
    pages_check("after the child was killed");
    lab_check("PT-1", "free pages are as many as before, or nearly", 1,
              pages_count("free") + 64 > before);
    lab_done();
}

/*
 * tlb.c: the processor remembers that a page could be written. The parent
 * writes right before fork and right after it; the child must find what was
 * there at fork. First sign of a missing flush: the second write is found.
 */
#include "pages.h"

#define PAGES 16

static volatile unsigned long *memory;

int
main(int argc, char **argv)
{
    lab_begin(argc, argv);
    memory = fresh(PAGES * PAGE);
    fill(memory, PAGES * PAGE, 0);
    for (int i = 0; i < 40; i++) {
        volatile unsigned long *word =
            memory + lab_random() % (PAGES * PAGE / 8);
        unsigned long before = lab_random();
        *word = before;
        pid_t pid = fork();
        *word = pid == 0 ? *word : ~before;
        lab_check("FORK", "fork works", 1, pid >= 0);
        if (pid == 0) {
            lab_check("TLB-1", "the word, as it was at fork", before, *word);
            _exit(0);
        }
        lab_join(pid);
        lab_check("TLB-1", "the word, as the parent wrote it", ~before, *word);
    }
    pid_t pid = lab_fork();
    if (pid == 0) {
        pages_named(memory, 2);
        _exit(0);
    }
    lab_join(pid);
    lab_done();
}

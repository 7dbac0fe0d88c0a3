/*
 * tlb.c: the processor remembers that a page could be written. The parent
 * writes right before fork and right after it; the child must find what was
 * there at fork. First sign of a missing flush: the second write is found.
 */
#include "places.h"

#define ROUNDS 60

static char *area;

int
main(int argc, char **argv)
{
    lab_begin(argc, argv);
    area = far_away(PLACES_SIZE);
    for (unsigned long i = 0; i < PLACES; i++) {
        area[places[i]] = 'p';
    }
    for (int i = 0; i < ROUNDS; i++) {
        volatile unsigned long *word = (volatile unsigned long *)(
            area + places[lab_random() % PLACES]) + lab_random() % 512;
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
    places_shared();
    lab_done();
}

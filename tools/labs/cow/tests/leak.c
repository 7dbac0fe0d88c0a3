/*
 * leak.c: after 60 families that share, write, unmap and die in every order,
 * the checkers find nothing, and all frames are back.
 */
#include "pages.h"

#define PAGES 24

static void
family(void)
{
    char *memory = fresh(PAGES * PAGE);
    pid_t pids[3];

    for (unsigned long i = 0; i < PAGES; i += 1 + lab_random() % 2) {
        memory[i * PAGE] = 'p';
    }
    for (int i = 0; i < 3; i++) {
        pids[i] = lab_fork();
        if (pids[i] == 0) {
            for (int n = (int)(lab_random() >> i) % 9; n > 0; n--) {
                memory[lab_random() % PAGES * PAGE] = 'c';
            }
            munmap(memory, (lab_random() % PAGES + 1) * PAGE);
            _exit(0);
        }
        memory[lab_random() % PAGES * PAGE] = 'q';
    }
    if (lab_random() & 1) {
        munmap(memory, PAGES * PAGE);
    }
    for (int i = 0; i < 3; i++) {
        waitpid(pids[i], NULL, 0);
    }
    munmap(memory, PAGES * PAGE);
}

int
main(int argc, char **argv)
{
    lab_begin(argc, argv);
    pages_check("at the start");
    for (int i = 0; i < 4; i++) {
        family(); /* which fills the kernel's stores */
    }
    long anon = pages_count("anon");
    long table = pages_count("table");
    for (int i = 0; i < 60; i++) {
        family();
    }
    pages_check("at the end");
    lab_check("PT-1", "anonymous pages, as before", (unsigned long)anon,
              (unsigned long)pages_count("anon"));
    lab_check("PT-1", "page tables, as before", (unsigned long)table,
              (unsigned long)pages_count("table"));
    lab_done();
}

/*
 * zombies.c: a zombie is a pid, a status and times. It has no memory, no page
 * tables and no kernel stack, and its parent can take it at any time.
 */
#include "pages.h"
#include "watch.h"

#define CROWD 40

static pid_t pids[CROWD];

static void
make(unsigned long count)
{
    for (unsigned long i = 0; i < count; i++) {
        pids[i] = lab_fork();
        if (pids[i] == 0) {
            volatile char *memory = fresh(16 * PAGE);
            memory[i % 16 * PAGE] = 'z';
            _exit((int)i);
        }
        comes_to(pids[i], 'Z');
    }
}

static void
take(unsigned long count)
{
    for (unsigned long i = 0; i < count; i++) {
        int status = -1;
        waitpid(pids[i], &status, 0);
        lab_check("EX-1", "the status of a zombie", i << 8,
                  (unsigned long)status);
    }
}

int
main(int argc, char **argv)
{
    lab_begin(argc, argv);
    make(CROWD); /* which fills the kernel's stores */
    take(CROWD);
    unsigned long count = lab_between(CROWD / 2, CROWD);
    long anon = pages_count("anon"), table = pages_count("table");
    long stacks = pages_count("stacks"), all = pages_count("processes");

    make(count);
    lab_check("EX-1", "processes, zombies among them",
              (unsigned long)all + count,
              (unsigned long)pages_count("processes"));
    lab_check("EX-1", "anonymous pages of zombies", 0,
              (unsigned long)(pages_count("anon") - anon));
    lab_check("EX-1", "page tables of zombies", 0,
              (unsigned long)(pages_count("table") - table));
    lab_check("EX-1", "kernel stacks of zombies", 0,
              (unsigned long)(pages_count("stacks") - stacks));
    take(count);
    lab_check("EX-1", "processes, when all are reaped", (unsigned long)all,
              (unsigned long)pages_count("processes"));
    lab_done();
}

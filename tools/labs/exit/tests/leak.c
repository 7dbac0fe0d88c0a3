/*
 * leak.c: after 60 families that end in every order, waited for or not, all
 * processes, pids, stacks and pages are free again, and the checkers find
 * nothing.
 */
#include "pages.h"
#include "watch.h"

static void
family(void)
{
    pid_t middle = lab_fork();

    if (middle == 0) {
        for (int i = 0; i < 3; i++) {
            unsigned long turns = lab_random() % 4;
            if (lab_fork() == 0) {
                for (; turns > 0; turns--) {
                    sched_yield();
                }
                _exit(0);
            }
        }
        if (lab_random() & 1) {
            waitpid(-1, NULL, 0);
        }
        _exit(0);
    }
    waitpid(middle, NULL, 0);
}

/* Orphans end later, and init needs a moment for them. */
static long
settled(const char *kind, long expected)
{
    for (int ms = 0; ms < SOON && pages_count(kind) != expected; ms += 5) {
        nap(5);
    }
    return pages_count(kind);
}

int
main(int argc, char **argv)
{
    static const char *const kinds[] = {"processes", "stacks", "anon", "table"};
    long before[4];

    lab_begin(argc, argv);
    for (int i = 0; i < 5; i++) {
        family(); /* which fills the kernel's stores */
    }
    nap(SOON / 4);
    for (int i = 0; i < 4; i++) {
        before[i] = pages_count(kinds[i]);
    }
    for (int i = 0; i < 60; i++) {
        family();
    }
    for (int i = 0; i < 4; i++) {
        lab_check("PR-1", kinds[i], (unsigned long)before[i],
                  (unsigned long)settled(kinds[i], before[i]));
    }
    books_right("at the end");
    lab_done();
}

/*
 * rights.c: copy on write gives no right that a mapping does not have. What
 * is read-only stays so, in parent and child, and what is shared stays shared.
 */
#include "family.h"

static volatile unsigned long *shared;
static volatile unsigned long *lower;

static void
store_dies(volatile unsigned long *page)
{
    pid_t pid = lab_fork();

    if (pid == 0) {
        *page = 1;
        lab_check("PT-4", "a store into a read-only page", 0, 1);
    }
    family_killed(pid, SIGSEGV);
}

static void
test(int rights)
{
    unsigned long start = lab_random();

    fill(lower, PAGE, start);
    mprotect((void *)lower, PAGE, rights);
    store_dies(lower);
    pid_t pid = lab_fork();
    if (pid == 0) {
        store_dies(lower);
        mprotect((void *)lower, PAGE, PROT_READ | PROT_WRITE);
        lab_check("PT-4", "words that the child finds changed", 0,
                  different(lower, PAGE, start));
        *lower = 7;
        *shared = start;
        _exit(0);
    }
    lab_join(pid);
    lab_check("PT-4", "what the child stored in shared memory", start,
              *shared);
    mprotect((void *)lower, PAGE, PROT_READ | PROT_WRITE);
    lab_check("PT-4", "words that the parent finds changed", 0,
              different(lower, PAGE, start));
}

int
main(int argc, char **argv)
{
    lab_begin(argc, argv);
    shared = lab_shared(PAGE);
    lower = fresh(PAGE);
    for (int i = 0; i < 4; i++) {
        test(i % 2 == 0 ? PROT_READ : PROT_NONE);
    }
    lab_done();
}

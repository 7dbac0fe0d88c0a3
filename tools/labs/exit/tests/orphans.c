/*
 * orphans.c: a process that ends does not wait for its children. They become
 * init's: those that live, and those that have ended, which init reaps.
 */
#include "watch.h"

#define MOST 10

static volatile pid_t *pids;
static volatile int *step;
static unsigned long count;

/* Even ones end before their parent, odd ones when the test says so. */
static void
orphan(unsigned long number)
{
    if (number % 2 == 0) {
        _exit((int)number);
    }
    while (*step == 0) {
        nap(1);
    }
    lab_check("EX-4", "the parent of an orphan", 1, (unsigned long)getppid());
    _exit(0);
}

static void
middle(void)
{
    for (unsigned long i = 0; i < count; i++) {
        pid_t pid = lab_fork();
        if (pid == 0) {
            orphan(i);
        }
        pids[i] = pid; /* shared: the child's 0 is not wanted */
    }
    for (unsigned long i = 0; i < count; i += 2) {
        comes_to(pids[i], 'Z');
    }
    _exit(3);
}

static void
gone(unsigned long first)
{
    for (unsigned long i = first; i < count; i += 2) {
        for (int ms = 0; ms < SOON && state_of(pids[i]) != 0; ms += 5) {
            nap(5);
        }
        lab_check("EX-4", "the state of an orphan that has ended", 0,
                  (unsigned long)state_of(pids[i]));
    }
}

static void
family(void)
{
    int status = 0;

    *step = 0;
    count = lab_between(2, MOST);
    pid_t pid = lab_fork();
    if (pid == 0) {
        middle();
    }
    int at_once = ended(pid, 2 * SOON, &status);
    *step = !at_once;
    lab_check("EX-4", "a parent ends while its children live", 1,
              (unsigned long)at_once);
    lab_check("EX-4", "its status", 3 << 8, (unsigned long)status);
    gone(0);
    books_right("when orphans live");
    *step = 1;
    gone(1);
    lab_end();
    lab_check("EX-4", "waitpid(-1) fails: orphans are not the grandparent's", 1,
              waitpid(-1, NULL, WNOHANG) < 0);
}

int
main(int argc, char **argv)
{
    lab_begin(argc, argv);
    pids = lab_shared(PAGE);
    step = family_step();
    for (int i = 0; i < 3; i++) {
        family();
    }
    books_right("at the end");
    lab_done();
}

/*
 * sigchld.c: a child that ends sends its parent SIGCHLD: not before, and to
 * nobody else.
 */
#include "watch.h"

static int
told(void)
{
    sigset_t pending;

    sigpending(&pending);
    return sigismember(&pending, SIGCHLD);
}

/* In a process of its own, which begins without pending signals. */
static void
parent(int signal)
{
    volatile int *step = family_step();
    pid_t pid = lab_fork();

    if (pid == 0) {
        family_until(step, 1);
        nap(signal != 0 ? 1000 : 0);
        _exit(0);
    }
    lab_check("EX-5", "SIGCHLD is pending while the child lives", 0,
              (unsigned long)told());
    *step = 1;
    nap(1);
    kill(pid, signal);
    lab_check("EX-5", "a child that ends is a zombie", 1,
              (unsigned long)comes_to(pid, 'Z'));
    lab_check("EX-5", "SIGCHLD is pending after its end", 1,
              (unsigned long)told());
    waitpid(pid, NULL, 0);
    _exit(0);
}

int
main(int argc, char **argv)
{
    sigset_t mask;

    lab_begin(argc, argv);
    sigemptyset(&mask);
    sigaddset(&mask, SIGCHLD);
    sigprocmask(SIG_BLOCK, &mask, NULL);
    for (int i = 0; i < 4; i++) {
        pid_t pid = lab_fork();
        if (pid == 0) {
            parent(i % 2 == 0 ? 0 : SIGTERM);
        }
        lab_join(pid);
    }
    lab_done();
}

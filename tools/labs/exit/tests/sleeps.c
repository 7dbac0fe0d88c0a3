/*
 * sleeps.c: a parent that waits sleeps: it is on no run queue, until a child
 * ends. A signal that kills it ends its sleep, too.
 */
#include "watch.h"

static void
sleeps(void)
{
    int status = -1, code = (int)lab_between(1, 255);
    pid_t parent = getpid();
    pid_t pid = lab_fork();

    if (pid == 0) {
        lab_check("EX-7", "the parent in waitpid sleeps (state S in /proc)", 1,
                  (unsigned long)comes_to(parent, 'S'));
        _exit(code);
    }
    waitpid(pid, &status, 0);
    lab_end();
    lab_check("EX-7", "the status after the sleep", (unsigned long)code << 8,
              (unsigned long)status);
}

/* The end of a child wakes its parent, who does not look from time to time. */
static void
at_once(void)
{
    long began = now_ms();

    for (int i = 0; i < 20; i++) {
        pid_t pid = lab_fork();
        if (pid == 0) {
            _exit(0);
        }
        waitpid(pid, NULL, 0);
    }
    lab_check("EX-7", "20 children, each waited for at once, take under 15 ms",
              1, now_ms() - began < 15);
}

/* The oldest of some children ends last; all are waited for by waitpid(-1). */
static void
each_wakes(void)
{
    for (long i = 4; i > 0; i--) {
        if (lab_fork() == 0) {
            nap(i * (long)lab_between(3, 6));
            _exit(0);
        }
    }
    for (int i = 0; i < 4; i++) {
        lab_check("EX-7", "waitpid(-1) returns a child", 1,
                  waitpid(-1, NULL, 0) > 0);
    }
}

static void
killed(void)
{
    int status = 0;
    pid_t pid = lab_fork();

    if (pid == 0) {
        sleeper();
        waitpid(-1, NULL, 0);
        _exit(0);
    }
    comes_to(pid, 'S');
    kill(pid, SIGKILL);
    lab_check("EX-7", "SIGKILL ends a parent that waits", 1,
              (unsigned long)ends_within(pid, SOON, &status));
    lab_check("EX-7", "its status", SIGKILL, (unsigned long)status);
}

int
main(int argc, char **argv)
{
    lab_begin(argc, argv);
    sleeps();
    at_once();
    each_wakes();
    killed();
    lab_done();
}

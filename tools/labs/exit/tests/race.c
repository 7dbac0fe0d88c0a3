/*
 * race.c: no wake-up is lost, wherever the child's end falls: before the parent
 * looks, while it looks, when it sleeps. The grader boots with preempt=always,
 * where each release of the family lock lets everybody else run first.
 */
#include "watch.h"

#define ROUNDS 40
#define CROWD 6

static void
one(void)
{
    unsigned long turns = lab_random() % 6;
    pid_t pid = lab_fork();

    if (pid == 0) {
        _exit(0);
    }
    for (; turns > 0; turns--) {
        sched_yield();
    }
    lab_join(pid);
}

/* Children that end while the parent takes the others. */
static void
crowd(void)
{
    for (int i = 0; i < CROWD; i++) {
        unsigned long turns = lab_random() % 8;
        if (lab_fork() == 0) {
            for (; turns > 0; turns--) {
                sched_yield();
            }
            _exit(0);
        }
    }
    for (int i = 0; i < CROWD; i++) {
        lab_check("EX-7", "waitpid(-1) returns a child", 1,
                  waitpid(-1, NULL, 0) > 0);
    }
}

/* A parent that dies while its children do. */
static void
together(void)
{
    pid_t pid = lab_fork();

    if (pid == 0) {
        for (int i = 0; i < 3; i++) {
            if (lab_fork() == 0) {
                _exit(0);
            }
        }
        if (lab_random() & 1) {
            waitpid(-1, NULL, 0);
        }
        _exit(0);
    }
    lab_join(pid);
}

int
main(int argc, char **argv)
{
    lab_begin(argc, argv);
    for (int i = 0; i < ROUNDS; i++) {
        one();
        together();
    }
    for (int i = 0; i < ROUNDS / 4; i++) {
        crowd();
    }
    lab_check("EX-3", "waitpid(-1) when all are reaped", (unsigned long)-1,
              (unsigned long)waitpid(-1, NULL, WNOHANG));
    books_right("at the end");
    lab_done();
}

/*
 * race.c: no wake-up is lost, wherever the child's end falls: before the parent
 * looks, while it looks, when it sleeps. The grader boots with preempt=always,
 * where each release of the family lock lets everybody else run first.
 */
#include "watch.h"

#define ROUNDS 40
#define CROWD 6

/* With preempt=always the end of each system call gives up the CPU, once. */
static void
turns(unsigned long count)
{
    for (; count > 0; count--) {
        getppid();
    }
}

/* Either may be the first at the meeting. */
static void
one(void)
{
    unsigned long childs = lab_random() % 8, parents = lab_random() % 6;
    pid_t pid = lab_fork();

    if (pid == 0) {
        turns(childs);
        _exit(0);
    }
    turns(parents);
    lab_join(pid);
}

/* Children that end while the parent takes the others. */
static void
crowd(void)
{
    for (int i = 0; i < CROWD; i++) {
        unsigned long count = lab_random() % 8;
        if (lab_fork() == 0) {
            turns(count);
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
    lab_check("EX-3", "the errno of waitpid(-1) when all are reaped", ECHILD,
              waitpid(-1, NULL, WNOHANG) < 0 ? (unsigned long)errno : 0);
    books_right("at the end");
    lab_done();
}

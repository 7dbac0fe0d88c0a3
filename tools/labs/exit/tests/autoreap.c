/*
 * autoreap.c: the children of a parent that ignores SIGCHLD leave no zombie,
 * and a wait for them ends with ECHILD when the last has ended.
 */
#include "watch.h"

int
main(int argc, char **argv)
{
    pid_t pids[8];
    unsigned long count = 2;

    lab_begin(argc, argv);
    count += lab_random() % 6;
    signal(SIGCHLD, SIG_IGN);
    for (unsigned long i = 0; i < count; i++) {
        pids[i] = lab_fork();
        if (pids[i] == 0) {
            _exit(0);
        }
    }
    nap(SOON / 4);
    for (unsigned long i = 0; i < count; i++) {
        lab_check("EX-6", "the state of an ended child that nobody wants", 0,
                  (unsigned long)state_of(pids[i]));
    }
    if (lab_fork() == 0) {
        nap(20);
        _exit(0);
    }
    long began = now_ms();
    lab_check("EX-6", "the errno of waitpid(-1) when the last has ended",
              ECHILD, waitpid(-1, NULL, 0) < 0 ? (unsigned long)errno : 0);
    lab_check("EX-6", "it has waited for that child", 1,
              now_ms() - began > 5);

    /* The default is to ignore it, too, but that is no wish. */
    signal(SIGCHLD, SIG_DFL);
    pid_t pid = lab_fork();
    if (pid == 0) {
        _exit(0);
    }
    lab_check("EX-6", "with SIG_DFL an ended child is a zombie", 1,
              (unsigned long)comes_to(pid, 'Z'));
    lab_join(pid);
    books_right("at the end");
    lab_done();
}

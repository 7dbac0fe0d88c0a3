/*
 * nohang.c: with WNOHANG, wait never waits: 0 while the child lives, and then
 * its pid, once.
 */
#include "watch.h"

int
main(int argc, char **argv)
{
    lab_begin(argc, argv);
    for (int i = 0; i < 5; i++) {
        volatile int *step = family_step();
        int status = 77, code = (int)lab_between(0, 255);
        pid_t pid = lab_fork();
        if (pid == 0) {
            family_until(step, 1);
            _exit(code);
        }
        lab_check("EX-3", "waitpid with WNOHANG for a living child", 0,
                  (unsigned long)waitpid(pid, &status, WNOHANG));
        lab_check("EX-3", "the same for any child", 0,
                  (unsigned long)waitpid(-1, &status, WNOHANG));
        lab_check("EX-3", "the status, which is not touched", 77,
                  (unsigned long)status);
        *step = 1;
        lab_check("EX-3", "a child is a zombie after its exit", 1,
                  (unsigned long)comes_to(pid, 'Z'));
        lab_check("EX-3", "waitpid with WNOHANG for a dead child",
                  (unsigned long)pid,
                  (unsigned long)waitpid(pid, &status, WNOHANG));
        lab_check("EX-3", "its status", (unsigned long)code << 8,
                  (unsigned long)status);
        lab_check("EX-3", "a reaped child's state in /proc", 0,
                  (unsigned long)state_of(pid));
    }
    lab_done();
}

/*
 * echild.c: if there is no child for which a wait could wait, it says ECHILD at
 * once, with WNOHANG and without.
 */
#include "watch.h"

static void
nobody(pid_t who, const char *what)
{
    for (int options = WNOHANG; options >= 0; options -= WNOHANG) {
        pid_t result = waitpid(who, NULL, options);
        lab_check("EX-3", what, ECHILD,
                  result == -1 ? (unsigned long)errno : 0);
    }
}

int
main(int argc, char **argv)
{
    lab_begin(argc, argv);
    volatile pid_t *grandchild = lab_shared(PAGE);

    nobody(-1, "the errno of waitpid(-1) without children");
    nobody(0, "the errno of waitpid(0) without children");
    nobody(1, "the errno of waitpid(1): init is nobody's child");
    nobody(getpid(), "the errno of waitpid for oneself");
    nobody((pid_t)lab_between(100000, 0x7fffffff),
           "the errno of waitpid for no process");
    pid_t pid = lab_fork();
    if (pid == 0) {
        pid_t own = sleeper();
        *grandchild = own;
        while (*grandchild != 0) {
            nap(1);
        }
        kill(own, SIGKILL);
        waitpid(own, NULL, 0);
        _exit(0);
    }
    while (*grandchild == 0) {
        nap(1);
    }
    setpgid(pid, pid);
    nobody(*grandchild, "the errno of waitpid for a grandchild");
    nobody(0, "the errno of waitpid(0) with a child in another group only");
    nobody(-*grandchild, "the errno of waitpid(-group) for no group");
    *grandchild = 0;
    lab_join(pid);
    nobody(pid, "the errno of waitpid for a child that is reaped");
    lab_done();
}

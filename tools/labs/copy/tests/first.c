/*
 * first.c: fork returns twice: 0 in the child, and the child's pid in the
 * parent, who gets the child's exit status. So do a child's own children.
 */
#include "family.h"

#include <errno.h>

static void
nest(int depth)
{
    pid_t parent = getpid();
    pid_t pid = lab_fork();
    int code = 10 + depth;
    int status = -1;

    if (pid == 0) {
        lab_check("fork", "the parent of the child", (unsigned long)parent,
                  (unsigned long)getppid());
        lab_check("fork", "the child has a pid of its own", 1,
                  getpid() != parent);
        if (depth < 3) {
            nest(depth + 1);
        }
        _exit(code);
    }
    lab_check("fork", "the child that wait finds", (unsigned long)pid,
              (unsigned long)wait(&status));
    lab_end();
    lab_check("fork", "the child's exit code", (unsigned long)code,
              WIFEXITED(status) ? (unsigned long)WEXITSTATUS(status) : 256);
    lab_check("fork", "waiting for another gives this errno", ECHILD,
              wait(&status) < 0 ? (unsigned long)errno : 0);
}

int
main(int argc, char **argv)
{
    lab_begin(argc, argv);
    nest(0);
    nest(0);
    lab_done();
}

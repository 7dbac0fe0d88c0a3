/*
 * vfork_exec.c: exec in a child of vfork lets the parent go on after the
 * close-on-exec descriptors are closed, not before. (Linux promises no such
 * order: there the parent may still find the pipe open.)
 * except: vfork=fork
 *
 * expect:
 * ok 1 - the pipe is at its end when the parent goes on
 * ok 2 - the program still runs
 * ok 3 - and ends when it may
 * 1..3
 */
#include "../tap.h"

#include <fcntl.h>

int
main(int argc, char **argv)
{
    static int lock[2], gate[2], status, ended;
    char c;

    if (argc > 1) {
        read(0, &c, 1);
        return 3;
    }
    pipe(gate);
    for (int i = 0; i < 20; i++) {
        pipe2(lock, O_CLOEXEC | O_NONBLOCK);
        pid_t pid = vfork();
        if (pid == 0) {
            char *args[] = { argv[0], "child", NULL };
            dup2(gate[0], 0);
            execv(argv[0], args);
            _exit(127);
        }
        close(lock[1]);
        ended += read(lock[0], &c, 1) == 0;
        close(lock[0]);
        if (i == 19) {
            is(ended, 20, "the pipe is at its end when the parent goes on");
            is(waitpid(pid, &status, WNOHANG), 0, "the program still runs");
        }
        write(gate[1], "x", 1);
        waitpid(pid, &status, 0);
    }
    exited(status, 3, "and ends when it may");
    return done();
}

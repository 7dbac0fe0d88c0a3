/*
 * vfork_killed.c: a parent that is killed while its vfork child has its memory
 * gives up waiting; neither names the other any more, and the child goes on.
 *
 * except: vfork=fork
 * expect:
 * ok 1 - the child runs
 * ok 2 - its parent is killed
 * ok 3 - the checkers are content while the child lives
 * ok 4 - the child ends when it is told to
 * 1..4
 */
#include "knob.h"

#include "../clone.h"

int
main(void)
{
    int alive[2], stay[2], status = 0;
    char byte = '-';

    if (pipe(alive) != 0 || pipe(stay) != 0) {
        return 1;
    }
    pid_t parent = must_fork();
    if (parent == 0) {
        close(stay[1]);
        close(alive[0]);
        if (vfork() == 0) {
            (void)!write(alive[1], "x", 1);
            (void)!read(stay[0], &byte, 1); /* its end */
            _exit(0);
        }
        _exit(1);
    }
    close(stay[0]);
    close(alive[1]);
    ok(read(alive[0], &byte, 1) == 1 && byte == 'x', "the child runs");
    kill(parent, SIGKILL);
    waitpid(parent, &status, 0);
    is(status, SIGKILL, "its parent is killed");
    is_str(knob_get("/proc/tine/check"), "ok",
           "the checkers are content while the child lives");
    close(stay[1]);
    is(read(alive[0], &byte, 1), 0, "the child ends when it is told to");
    return done();
}

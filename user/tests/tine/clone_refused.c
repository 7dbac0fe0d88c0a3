/*
 * clone_refused.c: flags of clone(2) that Linux has and Tine has not are
 * errors; they are not ignored.
 *
 * expect:
 * ok 1 - a sibling for a child
 * ok 2 - a descriptor of the child
 * ok 3 - message queues of its own
 * ok 4 - there are no children
 * 1..4
 */
#include "../tap.h"

#include "../raw.h"
#include <sched.h>
#include <sys/syscall.h>

static long
clone_flags(unsigned long flags)
{
    long pid = raw(SYS_clone, (long)flags, 0, 0, 0);

    if (pid == 0) {
        _exit(1);
    }
    return pid;
}

int
main(void)
{
    is(clone_flags(CLONE_PARENT | SIGCHLD), -EINVAL, "a sibling for a child");
    is(clone_flags(CLONE_PIDFD | SIGCHLD), -EINVAL,
        "a descriptor of the child");
    is(clone_flags(0x8000000 | SIGCHLD), -EINVAL, "message queues of its own");
    fails(wait(NULL), ECHILD, "there are no children");
    return done();
}

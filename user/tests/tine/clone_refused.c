/*
 * clone_refused.c: flags of clone(2) that Linux has and Tine has not are
 * errors; they are not ignored.
 *
 * expect:
 * ok 1 - shared signal actions
 * ok 2 - a thread
 * ok 3 - a sibling for a child
 * ok 4 - a flag of no meaning
 * ok 5 - there are no children
 * 1..5
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
    is(clone_flags(CLONE_VM | CLONE_SIGHAND | SIGCHLD), -EINVAL,
        "shared signal actions");
    is(clone_flags(CLONE_VM | CLONE_SIGHAND | CLONE_THREAD), -EINVAL,
        "a thread");
    is(clone_flags(CLONE_PARENT | SIGCHLD), -EINVAL, "a sibling for a child");
    is(clone_flags(1UL << 40 | SIGCHLD), -EINVAL, "a flag of no meaning");
    fails(wait(NULL), ECHILD, "there are no children");
    return done();
}

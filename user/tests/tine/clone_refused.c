/*
 * clone_refused.c: what clone(2) can do on Linux and not on Tine is refused,
 * and not taken for something else.
 *
 * expect:
 * ok 1 - shared memory without vfork
 * ok 2 - no signal at the end
 * ok 3 - another signal than SIGCHLD
 * ok 4 - a shared working directory
 * ok 5 - shared descriptors
 * ok 6 - a flag of no meaning
 * ok 7 - there are no children
 * 1..7
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
    is(clone_flags(CLONE_VM | SIGCHLD), -EINVAL,
        "shared memory without vfork");
    is(clone_flags(0), -EINVAL, "no signal at the end");
    is(clone_flags(SIGUSR1), -EINVAL, "another signal than SIGCHLD");
    is(clone_flags(CLONE_FS | SIGCHLD), -EINVAL,
        "a shared working directory");
    is(clone_flags(CLONE_FILES | SIGCHLD), -EINVAL, "shared descriptors");
    is(clone_flags(1UL << 40 | SIGCHLD), -EINVAL, "a flag of no meaning");
    fails(wait(NULL), ECHILD, "there are no children");
    return done();
}

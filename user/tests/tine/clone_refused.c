/*
 * clone_refused.c: flags of clone(2) that Linux has and Tine has not are
 * errors; they are not ignored.
 *
 * expect:
 * ok 1 - message queues of its own
 * ok 2 - a network of its own
 * ok 3 - a control group
 * ok 4 - a thread with a number of its choice
 * ok 5 - there are no children
 * 1..5
 */
#include "../pidfdspec.h"

#include <sys/syscall.h>

static long
refused(unsigned long flags, pid_t *pid)
{
    struct clone3_args args = { .flags = flags, .set_tid = P(pid),
        .set_tid_size = pid != NULL };
    long result = clone3(&args);

    if (result == 0) {
        raw(NR_exit, 1, 0, 0, 0);
    }
    return result;
}

int
main(void)
{
    pid_t pid = 12345;

    is(refused(0x8000000, NULL), -EINVAL, "message queues of its own");
    is(refused(0x40000000, NULL), -EINVAL, "a network of its own");
    is(refused(1UL << 33, NULL), -EINVAL, "a control group");
    is(refused(CLONE_VM | CLONE_SIGHAND | CLONE_THREAD, &pid), -EINVAL,
        "a thread with a number of its choice");
    fails(wait(NULL), ECHILD, "there are no children");
    return done();
}

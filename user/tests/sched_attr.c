/*
 * sched_attr.c: sched_setattr and sched_getattr: sizes older and newer than the
 * kernel's, policies, nice values, flags; what is refused. (SCHED_DEADLINE, and
 * bounds of use, are not tested.)
 */
#include "sharespec.h"

enum { SET = 314, GET = 315, BATCH = 3, IDLE = 5, OLD = 48, NOW = 56 };
enum { RESET = 1, KEEP_POLICY = 8, KEEP_PARAMS = 16 };

struct attr {
    unsigned size, policy;
    unsigned long flags;
    int nice;
    unsigned priority;
    unsigned long more[3];
    unsigned bounds[2];
    char newer[64];
};

static struct attr attr;

static long
set(unsigned policy, unsigned long flags, int nice, unsigned priority)
{
    memset(&attr, 0, sizeof(attr));
    attr.size = OLD;
    attr.policy = policy;
    attr.flags = flags;
    attr.nice = nice;
    attr.priority = priority;
    return raw(SET, 0, P(&attr), 0, 0);
}

static long
get(unsigned size)
{
    memset(&attr, 0xa5, sizeof(attr));
    return raw(GET, 0, P(&attr), size, 0);
}

static void
shows(unsigned policy, unsigned long flags, int nice, unsigned priority,
    const char *name)
{
    ok(get(NOW) == 0 && attr.policy == policy && attr.flags == flags
           && attr.nice == nice && attr.priority == priority,
        name);
}

static void
test_sizes(void)
{
    is(get(OLD), 0, "getattr with the first size");
    is(attr.size, OLD, "says it");
    ok(attr.bounds[0] == 0xa5a5a5a5, "and writes no more");
    is(get(sizeof(attr)), 0, "with a size that is too large");
    is(attr.size, NOW, "says the kernel's");
    returns(get(OLD - 1), -EINVAL, "with one that is too small");
    returns(get(4097), -EINVAL, "with more than a page");

    memset(&attr, 0, sizeof(attr));
    is(raw(SET, 0, P(&attr), 0, 0), 0, "setattr: size 0 is the first");
    attr.size = sizeof(attr);
    is(raw(SET, 0, P(&attr), 0, 0), 0, "a larger one, if the rest is 0");
    attr.newer[60] = 1;
    returns(raw(SET, 0, P(&attr), 0, 0), -E2BIG, "E2BIG if it is not");
    is(attr.size, NOW, "and the kernel's is told");
    attr.size = OLD - 1;
    returns(raw(SET, 0, P(&attr), 0, 0), -E2BIG, "E2BIG: too small");
    is(attr.size, NOW, "it is told again");
    attr.size = 4097;
    returns(raw(SET, 0, P(&attr), 0, 0), -E2BIG, "E2BIG: over a page");
}

static void
test_policies(void)
{
    is(set(OTHER, 0, 3, 0), 0, "a nice value");
    shows(OTHER, 0, 3, 0, "is told");
    is(weight_of(BY_PROCESS, 0), 17, "and is that of getpriority");
    is(set(OTHER, 0, 100, 0), 0, "one that is too large");
    shows(OTHER, 0, 19, 0, "is the largest");
    is(set(BATCH, 0, 1, 0), 0, "BATCH");
    shows(BATCH, 0, 1, 0, "is told");
    is(set(IDLE, 0, 2, 0), 0, "IDLE");
    shows(IDLE, 0, 1, 0, "is told, and keeps the nice value");
    is(set(FIFO, 0, 5, 7), 0, "FIFO");
    shows(FIFO, 0, 0, 7, "is told, without a nice value");
    is(policy_of(0), FIFO, "and by getscheduler");
    is(weight_of(BY_PROCESS, 0), 19, "the nice value stays as it was");
    is(set(RR, RESET, 0, 9), 0, "RR, and fork resets it");
    shows(RR, RESET, 0, 9, "is told");
    is(policy_of(0), RR | RESET_ON_FORK, "and by getscheduler");
    is(set(0, KEEP_POLICY, 0, 4), 0, "the policy is kept, not the priority");
    shows(RR, RESET, 0, 4, "and its flag");
    is(set(FIFO, KEEP_PARAMS, 0, 99), 0, "all is kept");
    shows(RR, 0, 0, 4, "but the flag");
    is(set(OTHER, 0, 0, 0), 0, "and back");
}

static int
user(void *unused)
{
    (void)unused;
    raw(117, 4321, 4321, 4321, 0); /* setresuid */
    return set(OTHER, 0, 5, 0) == 0 && set(OTHER, 0, 4, 0) == -EPERM
           && set(FIFO, 0, 0, 1) == -EPERM
           && set(OTHER, KEEP_PARAMS, 0, 0) == 0 && get(OLD) == 0
           && attr.nice == 5 ? 7 : 8;
}

static void
test_refused(void)
{
    returns(set(FIFO, 0, 0, 0), -EINVAL, "FIFO with priority 0");
    returns(set(FIFO, 0, 0, 100), -EINVAL, "with 100");
    returns(set(OTHER, 0, 0, 1), -EINVAL, "OTHER with priority 1");
    returns(set(100, 0, 0, 0), -EINVAL, "policy 100");
    returns(set(-1U, 0, 0, 0), -EINVAL, "policy -1");
    returns(set(RESET_ON_FORK, 0, 0, 0), -EINVAL, "the other calls' flag");
    returns(set(OTHER, 1UL << 40, 0, 0), -EINVAL, "an unknown flag");
    returns(set(OTHER, 0x20, 0, 0), -EINVAL, "bounds without their fields");
    set(OTHER, 0, 0, 0);
    returns(raw(SET, -1, P(&attr), 0, 0), -EINVAL, "process -1");
    returns(raw(SET, 0, 0, 0, 0), -EINVAL, "NULL");
    returns(raw(SET, 0, P(&attr), 1, 0), -EINVAL, "an argument flag");
    returns(raw(SET, 0, 1, 0, 0), -EFAULT, "address 1");
    returns(raw(SET, 0x0ffffff0, P(&attr), 0, 0), -ESRCH, "nobody");
    returns(raw(GET, -1, P(&attr), OLD, 0), -EINVAL, "getattr: process -1");
    returns(raw(GET, 0, 0, OLD, 0), -EINVAL, "NULL");
    returns(raw(GET, 0, P(&attr), OLD, 1), -EINVAL, "an argument flag");
    returns(raw(GET, 0, 1, OLD, 0), -EFAULT, "address 1");
    returns(raw(GET, 0x0ffffff0, P(&attr), OLD, 0), -ESRCH, "nobody");
    exited(in_child(user, NULL), 7, "a user can be nicer only, and no FIFO");
}

int
main(void)
{
    test_sizes();
    test_policies();
    test_refused();
    return done();
}

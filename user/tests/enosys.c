/*
 * enosys.c: a number without a system call gives ENOSYS, with any arguments.
 * And the few calls that cannot fail succeed.
 */
#include "tap.h"

#include "raw.h"
#include <sched.h>
#include <sys/utsname.h>

static void
test_unknown(void)
{
    /* 500 to 509 are for courses */
    static const int numbers[] = { 400, 511, 600, 999, 1023 };
    char name[64];

    for (int i = 0; i < 5; i++) {
        snprintf(name, sizeof(name), "call %d", numbers[i]);
        is(raw(numbers[i], 0, 0, 0, 0), -ENOSYS, name);
        is(raw(numbers[i], -1, 16, 1L << 63, -1), -ENOSYS,
            "with odd arguments");
    }
    is(raw(0x7fffffff, 0, 0, 0, 0), -ENOSYS, "the largest number");
    is(raw(-1, 0, 0, 0, 0), -ENOSYS, "call -1");
    is(raw(-38, 0, 0, 0, 0), -ENOSYS, "call -38");
    is(raw(-0x80000000L, 0, 0, 0, 0), -ENOSYS, "the smallest number");
}

static void
test_simple(void)
{
    struct utsname name;
    int tid;

    is(raw(NR_getpid, 0, 0, 0, 0), getpid(), "getpid");
    is(raw(NR_gettid, 0, 0, 0, 0), getpid(), "gettid is the same");
    is(raw(NR_set_tid_address, P(&tid), 0, 0, 0), getpid(),
        "set_tid_address too");
    is(sched_yield(), 0, "sched_yield");
    is(raw(NR_sync, 0, 0, 0, 0), 0, "sync");
    is(uname(&name), 0, "uname");
    ok(strlen(name.sysname) > 0 && strlen(name.sysname) < 65, "has a name");
    ok(strlen(name.release) > 0 && strlen(name.release) < 65, "a release");
    is_str(name.machine, "x86_64", "and a machine");
    ok(geteuid() == getuid() && getegid() == getgid(), "ids are the user's");
    is(getpgid(0), getpgrp(), "getpgid 0");
    is(getsid(0), getsid(getpid()), "getsid 0");
    is(raw(NR_getppid, 0, 0, 0, 0), getppid(), "getppid");
    is(raw(NR_getpid | 7L << 32, 0, 0, 0, 0), getpid(),
        "only the low half of a number counts");
}

static void
test_limits(void)
{
    unsigned long limit[2] = { 0, 0 };

    is(raw(NR_prlimit64, 0, 3, 0, P(limit)), 0, "the limit of the stack");
    ok(limit[0] >= 1 << 20 && limit[0] <= limit[1], "a megabyte at least");
    is(raw(NR_prlimit64, 0, 7, 0, P(limit)), 0, "the limit of descriptors");
    ok(limit[0] >= 64 && limit[0] <= limit[1], "64 at least");
    is(raw(NR_prlimit64, 0, 99, 0, P(limit)), -EINVAL, "limit 99");
    is(raw(NR_prlimit64, 0, 99, 0, 0), -EINVAL, "nor asked for");
    is(raw(NR_prlimit64, 0x7fffffff, 3, 0, P(limit)), -ESRCH,
        "nobody's limit");
}

int
main(void)
{
    test_unknown();
    test_simple();
    test_limits();
    return done();
}

/*
 * fs_base.c: each process has its own FS base, which the C library uses for
 * what belongs to a thread. Between setting it and setting it back only raw
 * calls are made.
 */
#include "raw.h"
#include "tap.h"

enum { SET_GS = 0x1001, SET_FS = 0x1002, GET_FS = 0x1003 };

static unsigned long first[8] = { 111 }, second[8] = { 222 };

static unsigned long
fs_word(void)
{
    unsigned long value;
    __asm__ volatile("mov %%fs:0, %0" : "=r"(value));
    return value;
}

static void
set_fs(void *base)
{
    raw(NR_arch_prctl, SET_FS, P(base), 0, 0);
}

/* A child with a base of its own, to be run in between. */
static int
other_base(void *unused)
{
    int good = 1;
    (void)unused;
    set_fs(second);
    for (int i = 0; i < 50; i++) {
        raw(NR_sched_yield, 0, 0, 0, 0);
        good &= fs_word() == 222;
    }
    raw(NR_exit_group, good ? 3 : 4, 0, 0, 0);
    return 5;
}

static int
keeps(void *unused)
{
    long pid, status = 0;
    int good = 1;

    (void)unused;
    set_fs(first);
    good &= fs_word() == 111;
    pid = raw(NR_fork, 0, 0, 0, 0);
    if (pid == 0) {
        good &= fs_word() == 111;
        first[0] = 333;
        good &= fs_word() == 333;
        raw(NR_exit_group, good ? 3 : 4, 0, 0, 0);
    }
    raw(NR_wait4, pid, P(&status), 0, 0);
    good &= fs_word() == 111 && status == 0x300;
    raw(NR_exit_group, good ? 3 : 4, 0, 0, 0);
    return 5;
}

static int
side_by_side(void *unused)
{
    int good = 1;
    long status = 0;
    pid_t pid = fork();

    (void)unused;
    if (pid == 0) {
        _exit(other_base(NULL));
    }
    set_fs(first);
    for (int i = 0; i < 50; i++) {
        raw(NR_sched_yield, 0, 0, 0, 0);
        good &= fs_word() == 111;
    }
    raw(NR_wait4, pid, P(&status), 0, 0);
    good &= fs_word() == 111 && status == 0x300;
    raw(NR_exit_group, good ? 3 : 4, 0, 0, 0);
    return 5;
}

/* Loading null selectors, which it has already, must not disturb the kernel. */
static int
null_segments(void *unused)
{
    long n = 0;
    (void)unused;
    __asm__ volatile("mov %0, %%ds\n\tmov %0, %%es\n\tmov %0, %%gs"
                     : : "r"(0));
    for (int i = 0; i < 20; i++) {
        n += raw(NR_sched_yield, 0, 0, 0, 0);
        nap(1);
    }
    return n == 0 && getppid() > 0 ? 3 : 4;
}

int
main(void)
{
    unsigned long base = 1, again = 2;

    is(raw(NR_arch_prctl, GET_FS, P(&base), 0, 0), 0, "get the FS base");
    is(raw(NR_arch_prctl, SET_FS, base, 0, 0), 0, "set it to what it is");
    raw(NR_arch_prctl, GET_FS, P(&again), 0, 0);
    ok(base == again, "and it is that");
    exited(in_child(keeps, NULL), 3, "fork gives it to the child");
    exited(in_child(side_by_side, NULL), 3, "two processes, two bases");
    exited(in_child(null_segments, NULL), 3, "null segment registers");
    is(raw(NR_arch_prctl, GET_FS, 16, 0, 0), -EFAULT, "get to nowhere");
    is(raw(NR_arch_prctl, SET_FS, 1L << 62, 0, 0), -EPERM, "no address");
    is(raw(NR_arch_prctl, SET_FS, 0xffff800000000000L, 0, 0), -EPERM,
        "a kernel address");
    is(raw(NR_arch_prctl, 0x7777, 0, 0, 0), -EINVAL, "an unknown code");
    raw(NR_arch_prctl, GET_FS, P(&again), 0, 0);
    ok(base == again, "failures change nothing");
    return done();
}

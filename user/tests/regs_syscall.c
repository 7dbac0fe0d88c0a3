/*
 * regs_syscall.c: registers and flags over every way through a system call:
 * quick ones, ones that fail, ones that sleep, and fork, twice.
 */
#include "probe.h"
#include "raw.h"
#include "tap.h"

#include <fcntl.h>

PROBE_CODE;

#define ALL_FLAGS 0xcd5UL
#define CARRY 1UL
#define DIRECTION 0x400UL
#define ALIGNMENT 0x40000UL

static const int arguments[6] = { RDI, RSI, RDX, R10, R8, R9 };
static int pipe_ends[2];

static void
prepare(long nr, const long arg[6], unsigned long flags)
{
    for (int i = 0; i < REGISTERS; i++) {
        probe_in[i] = 0xa5a5000011110000UL + i * 0x0101010101UL;
        probe_out[i] = 0;
    }
    probe_in[RAX] = nr;
    for (int i = 0; i < 6 && arg; i++) {
        probe_in[arguments[i]] = arg[i];
    }
    probe_in[FLAGS] = 0x202 | flags;
}

/* => the first register that changed, or -1; the stack moved by one word */
static int
changed(void)
{
    for (int i = 0; i < FLAGS; i++) {
        if (i != RAX && i != RCX && i != R11
            && probe_out[i] != probe_in[i]) {
            return i;
        }
    }
    return -1;
}

static void
test(const char *name, long nr, const long *arg)
{
    char text[80];

    prepare(nr, arg, 0);
    probe();
    snprintf(text, sizeof(text), "%s keeps the registers", name);
    is(changed(), -1, text);
    prepare(nr, arg, ALL_FLAGS);
    probe();
    snprintf(text, sizeof(text), "%s keeps all flags set", name);
    is(probe_out[FLAGS] & ALL_FLAGS, ALL_FLAGS, text);
    prepare(nr, arg, ALIGNMENT);
    probe();
    snprintf(text, sizeof(text), "%s keeps the others clear", name);
    is(probe_out[FLAGS] & (ALL_FLAGS | ALIGNMENT), ALIGNMENT, text);
}

static void
test_calls(void)
{
    static char buf[8192];
    static const char path[] = "/no/such/program";
    static long ms[2] = { 0, 1000000 };
    int zero = open("/dev/zero", O_RDONLY);
    const long read_zero[6] = { zero, P(buf), sizeof(buf), 4, 5, 6 };
    const long read_bad[6] = { zero, 16, 100, 4, 5, 6 };
    const long sleep[6] = { P(ms), 0, 3, 4, 5, 6 };
    const long exec[6] = { P(path), 0, 0, 4, 5, 6 };
    const long wait[6] = { -1, 0, 0, 0, 5, 6 };

    test("getppid", NR_getppid, NULL);
    test("an unknown call", 999, NULL);
    test("call -1", -1, NULL);
    test("sched_yield", NR_sched_yield, NULL);
    test("read", NR_read, read_zero);
    test("a read that faults", NR_read, read_bad);
    test("nanosleep", NR_nanosleep, sleep);
    test("an exec that fails", NR_execve, exec);
    test("wait with no child", NR_wait4, wait);
    close(zero);
}

/* A read that sleeps until another process writes. */
static void
test_blocked(void)
{
    static char c;
    const long arg[6] = { pipe_ends[0], P(&c), 1, 0, 0, 0 };

    pid_t pid = fork();
    if (pid == 0) {
        nap(20);
        write(pipe_ends[1], "x", 1);
        _exit(0);
    }
    prepare(NR_read, arg, CARRY);
    probe();
    is(changed(), -1, "a read that waited keeps the registers");
    is(probe_out[RAX], 1, "and has its byte");
    is(probe_out[FLAGS] & ALL_FLAGS, CARRY, "and the flags");
    waitpid(pid, NULL, 0);
}

static void
test_fork(long nr, const char *name)
{
    char text[80];
    int status = 0, bad;

    prepare(nr, NULL, CARRY);
    probe();
    bad = changed();
    if (probe_out[RAX] == 0) {
        _exit(bad + 1 + 100 * ((probe_out[FLAGS] & ALL_FLAGS) != CARRY));
    }
    snprintf(text, sizeof(text), "%s: the parent's registers", name);
    is(bad, -1, text);
    snprintf(text, sizeof(text), "%s: its flags", name);
    is(probe_out[FLAGS] & ALL_FLAGS, CARRY, text);
    waitpid(probe_out[RAX], &status, 0);
    snprintf(text, sizeof(text), "%s: the child's registers and flags", name);
    exited(status, 0, text);
}

/* With the direction flag set, the kernel still copies upwards. */
static void
test_direction(void)
{
    static char buf[200];
    int zero = open("/dev/zero", O_RDONLY), good = 1;
    const long arg[6] = { zero, P(buf + 50), 100, 0, 0, 0 };

    memset(buf, 1, sizeof(buf));
    prepare(NR_read, arg, DIRECTION);
    probe();
    for (int i = 0; i < 200; i++) {
        good &= buf[i] == (i < 50 || i >= 150);
    }
    ok(good, "a read with the direction flag set goes upwards");
    close(zero);
}

int
main(void)
{
    pipe(pipe_ends);
    test_calls();
    test_blocked();
    test_fork(NR_fork, "fork");
    test_direction();
    return done();
}

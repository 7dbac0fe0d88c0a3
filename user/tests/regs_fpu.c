/*
 * regs_fpu.c: the state of x87 and SSE belongs to the process: no system
 * call, no other process and no clock tick changes it; fork copies it, exec
 * starts anew.
 */
#include "probe.h"
#include "raw.h"
#include "tap.h"

PROBE_CODE;

static int pipe_ends[2];

/* A state that depends on the process's `seed'. */
static void
make_state(int seed)
{
    unsigned short control = 0x0f7f - (seed & 1) * 0x400;
    unsigned int mxcsr = 0x1f80 | (seed & 3) << 13;

    memset(probe_fpu_in, 0, sizeof(probe_fpu_in));
    memcpy(probe_fpu_in, &control, 2);
    probe_fpu_in[4] = 0xff;
    memcpy(probe_fpu_in + 24, &mxcsr, 4);
    for (int i = 0; i < 8; i++) {
        memset(probe_fpu_in + 32 + i * 16, seed + i, 7);
        probe_fpu_in[32 + i * 16 + 7] = 0x80 | (seed + i);
        probe_fpu_in[32 + i * 16 + 9] = 0x3f;
    }
    for (int i = 0; i < 256; i++) {
        probe_fpu_in[160 + i] = (unsigned char)(seed * 16 + i);
    }
    memset(probe_fpu_out, 0, sizeof(probe_fpu_out));
    for (int i = 0; i < REGISTERS; i++) {
        probe_in[i] = i;
        probe_out[i] = 0;
    }
    probe_in[FLAGS] = 0x202;
}

/* => what differs: bit 0 control words, 1 x87, 2 SSE, 3 mxcsr */
static int
differs(void)
{
    int x87 = 0;

    for (int i = 0; i < 8; i++) {
        x87 |= memcmp(probe_fpu_in + 32 + i * 16,
            probe_fpu_out + 32 + i * 16, 10) != 0;
    }
    return (memcmp(probe_fpu_in, probe_fpu_out, 5) != 0) | x87 << 1
        | (memcmp(probe_fpu_in + 160, probe_fpu_out + 160, 256) != 0) << 2
        | (memcmp(probe_fpu_in + 24, probe_fpu_out + 24, 4) != 0) << 3;
}

/* The C code around expects the usual control words. */
static void
usual(void)
{
    unsigned int mxcsr = 0x1f80;
    __asm__ volatile("fninit\n\tldmxcsr %0" : : "m"(mxcsr));
}

static int
call_keeps(int seed, long nr, long a, long b, long c)
{
    make_state(seed);
    probe_in[RAX] = nr;
    probe_in[RDI] = a;
    probe_in[RSI] = b;
    probe_in[RDX] = c;
    probe_fpu();
    usual();
    return differs();
}

/* Another process that uses the same registers all the time. */
static pid_t
make_rival(int seed)
{
    pid_t pid = must_fork();
    if (pid == 0) {
        for (int bad = 0;;) {
            bad |= call_keeps(seed, NR_sched_yield, 0, 0, 0);
            if (bad) {
                _exit(bad);
            }
        }
    }
    return pid;
}

static void
test_calls(void)
{
    static const long ms[2] = { 0, 2000000 };
    static char c;
    int bad = 0;
    pid_t rival = make_rival(9);

    is(call_keeps(1, NR_getppid, 0, 0, 0), 0, "getppid");
    is(call_keeps(2, 999, 0, 0, 0), 0, "an unknown call");
    is(call_keeps(3, NR_read, 0, P(&c), 1), 0, "read");
    is(call_keeps(4, NR_read, 0, 16, 1), 0, "read of nothing to nowhere");
    for (int i = 0; i < 20; i++) {
        bad |= call_keeps(i, NR_nanosleep, P(ms), 0, 0);
    }
    is(bad, 0, "nanosleep while another process computes");
    for (int i = 0; i < 100; i++) {
        bad |= call_keeps(i, NR_sched_yield, 0, 0, 0);
    }
    is(bad, 0, "sched_yield while another process computes");
    kill(rival, SIGKILL);
    waitpid(rival, &bad, 0);
    killed(bad, SIGKILL, "which found its own as well");
}

static void
test_fork(void)
{
    int status = 0;

    make_state(5);
    probe_in[RAX] = NR_fork;
    probe_fpu();
    usual();
    if (probe_out[RAX] == 0) {
        int bad = differs();
        pid_t pid;
        make_state(6);
        probe_in[RAX] = NR_fork;
        probe_fpu();
        usual();
        bad |= differs();
        pid = probe_out[RAX];
        if (pid != 0) {
            waitpid(pid, &status, 0);
            bad |= status >> 8;
        }
        _exit(bad);
    }
    is(differs(), 0, "fork keeps the parent's");
    waitpid(probe_out[RAX], &status, 0);
    exited(status, 0, "and gives it to the child, which hands it on");
}

/* Three compute side by side for a while; the clock takes turns. */
static void
test_preempted(void)
{
    pid_t pids[3];
    int bad = 0, status;

    for (int n = 0; n < 3; n++) {
        pids[n] = must_fork();
        if (pids[n] != 0) {
            continue;
        }
        for (int i = 0; i < 30 && !bad; i++) {
            make_state(n * 5 + i % 4);
            probe_in[RAX] = 1000000;
            for (int r = RBX; r <= R15; r++) {
                probe_in[r] = (n + 1) * 0x1111111111UL + r;
            }
            probe_spin();
            usual();
            bad |= differs();
            for (int r = RBX; r <= R15; r++) {
                bad |= (r != RSP && probe_out[r] != probe_in[r]) << 4;
            }
        }
        _exit(bad);
    }
    for (int n = 0; n < 3; n++) {
        waitpid(pids[n], &status, 0);
        bad |= status;
    }
    is(bad, 0, "three processes compute side by side");
}

/* In the new program: are the control words those of a new program? */
static int
fresh(void)
{
    unsigned short control = 0;
    unsigned int mxcsr = 0;
    __asm__ volatile("fnstcw %0\n\tstmxcsr %1" : "=m"(control), "=m"(mxcsr));
    return control == 0x37f && mxcsr == 0x1f80 ? 3 : 4;
}

int
main(int argc, char **argv)
{
    if (argc == 2) {
        return fresh();
    }
    exited(fresh() << 8, 3, "a new program's control words");
    pipe(pipe_ends);
    test_calls();
    test_fork();
    test_preempted();
    int status = 0;
    pid_t pid = must_fork();
    if (pid == 0) {
        static char *args[3];
        args[0] = argv[0];
        args[1] = (char *)"fresh";
        make_state(7);
        probe_in[RAX] = NR_execve;
        probe_in[RDI] = P(argv[0]);
        probe_in[RSI] = P(args);
        probe_in[RDX] = 0;
        probe_fpu();
        _exit(127);
    }
    waitpid(pid, &status, 0);
    exited(status, 3, "and again after exec");
    return done();
}

/*
 * libc_setjmp.c: longjmp goes back to setjmp, with the registers that a
 * function must keep; only sigsetjmp keeps and gives back the signal mask.
 */
#include "tap.h"

#include <setjmp.h>

static jmp_buf env;
static sigjmp_buf signal_env;
static int depth_reached;

static __attribute__((noinline)) void
deep(int depth, int value)
{
    volatile char room[200];

    room[depth] = (char)depth;
    if (depth < 50) {
        deep(depth + 1, value);
        depth_reached = -room[depth]; /* so that the call is no jump */
        return;
    }
    depth_reached = room[depth];
    if (depth_reached == 50) {
        longjmp(env, value);
    }
}

static void
test_value(int value, int want, const char *name)
{
    volatile int turns = 0;
    int got = setjmp(env);

    turns++;
    if (got == 0 && turns == 1) {
        deep(0, value);
    }
    is(got, want, name);
    is(turns * 100 + depth_reached, 250, "setjmp returned twice");
}

/* The registers that a function keeps for its caller, by name. */
static __attribute__((noinline)) void
spoil(void)
{
    __asm__ volatile("xor %%ebx, %%ebx\n\txor %%r12d, %%r12d\n\t"
                     "xor %%r13d, %%r13d\n\txor %%r14d, %%r14d\n\t"
                     "xor %%r15d, %%r15d"
                     :
                     :
                     : "rbx", "r12", "r13", "r14", "r15");
    longjmp(env, 1);
}

static void
test_registers(void)
{
    unsigned long sum = 0, seen[5];

    __asm__ volatile("mov $1, %%ebx\n\tmov $20, %%r12d\n\t"
                     "mov $300, %%r13d\n\tmov $4000, %%r14d\n\t"
                     "mov $50000, %%r15d\n\t"
                     "mov %[env], %%rdi\n\tcall setjmp\n\t"
                     "test %%eax, %%eax\n\tjnz 1f\n\tcall %P[spoil]\n"
                     "1:\tmov %%rbx, %[b]\n\tmov %%r12, %[c]\n\t"
                     "mov %%r13, %[d]\n\tmov %%r14, %[e]\n\tmov %%r15, %[f]"
                     : [b] "=m"(seen[0]), [c] "=m"(seen[1]), [d] "=m"(seen[2]),
                       [e] "=m"(seen[3]), [f] "=m"(seen[4])
                     : [env] "i"(env), [spoil] "i"(spoil)
                     : "rax", "rbx", "rcx", "rdx", "rsi", "rdi", "r8", "r9",
                       "r10", "r11", "r12", "r13", "r14", "r15", "cc",
                       "memory");
    for (int i = 0; i < 5; i++) {
        sum += seen[i];
    }
    is((long)sum, 54321, "the registers of the first return");
}

static int
blocked(int sig)
{
    sigset_t mask;

    sigprocmask(SIG_BLOCK, NULL, &mask);
    return sigismember(&mask, sig);
}

static void
set_blocked(int sig, int how)
{
    sigset_t mask;

    sigemptyset(&mask);
    sigaddset(&mask, sig);
    sigprocmask(how, &mask, NULL);
}

static void
test_mask(void)
{
    if (sigsetjmp(signal_env, 1) == 0) {
        set_blocked(SIGUSR1, SIG_BLOCK);
        siglongjmp(signal_env, 7);
    }
    is(blocked(SIGUSR1), 0, "siglongjmp gives the mask back");
    set_blocked(SIGUSR2, SIG_BLOCK);
    if (sigsetjmp(signal_env, 1) == 0) {
        set_blocked(SIGUSR2, SIG_UNBLOCK);
        siglongjmp(signal_env, 7);
    }
    is(blocked(SIGUSR2), 1, "a signal that was blocked is again");
    if (sigsetjmp(signal_env, 0) == 0) {
        set_blocked(SIGUSR1, SIG_BLOCK);
        siglongjmp(signal_env, 7);
    }
    is(blocked(SIGUSR1), 1, "not if sigsetjmp was told to leave it");
    if (_setjmp(env) == 0) {
        set_blocked(SIGUSR1, SIG_UNBLOCK);
        _longjmp(env, 7);
    }
    is(blocked(SIGUSR1), 0, "and never with _setjmp");
}

int
main(void)
{
    test_value(1, 1, "longjmp 1");
    test_value(-5, -5, "longjmp -5");
    test_value(0, 1, "longjmp 0 is 1");
    test_value(0x7fffffff, 0x7fffffff, "the largest value");
    test_registers();
    test_mask();
    return done();
}

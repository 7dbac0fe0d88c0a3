/*
 * threadspec_flags.c: what clone and clone3 refuse, the rule of sizes by which
 * clone3's structure may grow, and clone3's own flag.
 */
#include "threads.h"

#include <sys/mman.h>

static struct thread thread;
static int step;

static int
steps(void *arg)
{
    (void)arg;
    advance(&step);
    return 0;
}

/* => clone's result, of which no child may come */
static long
clone_flags(unsigned long flags)
{
    return clone_on(flags, thread_stack(&thread, steps, NULL), &thread.alive,
        &thread.alive, NULL);
}

static void
test_clone(void)
{
    returns(clone_flags(CLONE_THREAD), -EINVAL, "THREAD wants SIGHAND");
    returns(clone_flags(CLONE_THREAD | CLONE_VM), -EINVAL, "also with VM");
    returns(clone_flags(CLONE_SIGHAND), -EINVAL, "SIGHAND wants VM");
    returns(clone_flags(CLONE_THREAD | CLONE_SIGHAND), -EINVAL,
        "and so do both");
    returns(clone_on(THREAD_FLAGS | CLONE_SETTLS,
        thread_stack(&thread, steps, NULL), &thread.alive, &thread.alive,
        (void *)-4096L), -EPERM, "SETTLS wants an address of the program");

    long tid = try_thread(&thread, THREAD_FLAGS | CLONE_DETACHED | 0xff,
        steps, NULL, NULL);
    thread_join(&thread);
    ok(tid > 0 && step == 1, "DETACHED and the signal do not matter");
    tid = try_thread(&thread, THREAD_FLAGS & ~(CLONE_FS | CLONE_FILES
                     | CLONE_SYSVSEM), steps, NULL, NULL);
    thread_join(&thread);
    ok(tid > 0 && step == 2, "a thread may have its own FS and FILES");
}

/* clone3 of a structure of this size; => its result */
static long
clone3(const void *args, unsigned long size)
{
    long result = raw(SYS_clone3, P(args), (long)size, 0, 0);

    if (result == 0) {
        raw(NR_exit, 17, 0, 0, 0);
    }
    return result;
}

/* => whether it made a child, which has ended */
static int
has_made(long result)
{
    return result > 0 && WEXITSTATUS(status_of((pid_t)result)) == 17;
}

#define ENDS .exit_signal = SIGCHLD

static void
test_sizes(void)
{
    static char page[2 * 4096] __attribute__((aligned(4096)));
    struct clone3_args args = { ENDS };

    returns(clone3(&args, 0), -EINVAL, "clone3 of no bytes");
    returns(clone3(&args, CLONE_ARGS_SIZE_VER0 - 1), -EINVAL,
        "of less than the first version");
    returns(clone3(page, 4097), -E2BIG, "of more than a page");
    ok(has_made(clone3(&args, 64)), "of the first version");
    ok(has_made(clone3(&args, 80)), "of the second");
    ok(has_made(clone3(&args, 88)), "of the third");
    memcpy(page, &args, sizeof(args));
    ok(has_made(clone3(page, 4096)), "a whole page, zero behind");
    page[88] = 1;
    returns(clone3(page, 96), -E2BIG, "a byte that it does not know");
    page[88] = 0;
    page[4095] = 1;
    returns(clone3(page, 4096), -E2BIG, "as the last one, too");
    ok(has_made(clone3(page, 4095)), "or just behind");
    returns(clone3(NULL, 64), -EFAULT, "nowhere");
    returns(clone3((void *)-4096L, 64), -EFAULT, "in the kernel");
    returns(clone3(NULL, 63), -EINVAL, "the size is looked at first");

    mprotect(page + 4096, 4096, PROT_NONE);
    memcpy(page + 4096 - 64, &args, 64);
    ok(has_made(clone3(page + 4096 - 64, 64)), "up to the end of a page");
    returns(clone3(page + 4096 - 64, 88), -EFAULT, "beyond it");
    mprotect(page + 4096, 4096, PROT_READ | PROT_WRITE);
}

static void
test_fields(void)
{
    const struct {
        struct clone3_args args;
        const char *name;
    } bad[] = {
        { { ENDS, .stack_size = 4096 }, "a size without a stack" },
        { { ENDS, .stack = 4096 }, "a stack without a size" },
        { { .exit_signal = 65 }, "a signal above 64" },
        { { .exit_signal = 256 + SIGCHLD }, "or above a byte" },
        { { .exit_signal = 1UL << 40 }, "or above an int" },
        { { .flags = SIGCHLD }, "a signal in the flags" },
        { { .flags = CLONE_DETACHED, ENDS }, "DETACHED" },
        { { .flags = 1UL << 40, ENDS }, "a flag that there is not" },
        { { .flags = 1UL << 63, ENDS }, "the highest one" },
        { { .flags = CLONE_SIGHAND, ENDS }, "SIGHAND without VM" },
        { { .flags = CLONE_VM | CLONE_THREAD }, "THREAD without SIGHAND" },
        { { .flags = THREAD_SHARES, ENDS }, "a signal for a thread" },
        { { .flags = CLONE_PARENT, ENDS }, "a signal with PARENT" },
        { { .flags = CLONE_VM | CLONE_SIGHAND | CLONE_CLEAR_SIGHAND, ENDS },
          "CLEAR_SIGHAND with SIGHAND" },
        { { ENDS, .set_tid_size = 1 }, "a number of tids without any" },
        { { ENDS, .set_tid_size = 33 }, "too many" },
    };

    for (int i = 0; i < COUNT_OF(bad); i++) {
        returns(clone3(&bad[i].args, sizeof(bad[i].args)), -EINVAL,
            bad[i].name);
    }
    is(raw(NR_wait4, -1, 0, __WALL, 0), -ECHILD, "none of them made a child");
}

/* A thread by clone3, which takes the lowest address of the stack. */
static void
test_thread(void)
{
    unsigned long size = THREAD_STACK_SIZE - 2 * sizeof(long);
    struct clone3_args args = {
        .flags = THREAD_FLAGS, .child_tid = P(&thread.alive),
        .parent_tid = P(&thread.alive), .stack = P(thread.stack),
        .stack_size = size,
    };
    long result;

    step = 0;
    thread_stack(&thread, steps, NULL);
    __asm__ volatile("syscall\n\t"
                     "test %%rax, %%rax\n\t"
                     "jnz 1f\n\t"
                     "xor %%ebp, %%ebp\n\t"
                     "pop %%rax\n\t"
                     "pop %%rdi\n\t"
                     "call *%%rax\n"
                     "1:"
                     : "=a"(result)
                     : "a"(SYS_clone3), "D"(&args), "S"(sizeof(args))
                     : "rcx", "r11", "memory");
    thread.tid = (pid_t)result;
    thread_join(&thread);
    ok(result > 0 && step == 1, "clone3 makes a thread on a stack");
}

int
main(void)
{
    test_clone();
    test_sizes();
    test_fields();
    test_thread();
    return done();
}

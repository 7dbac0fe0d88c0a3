/*
 * stack.c: the stack grows as it is used, for each process by itself, up to a
 * limit; beyond that the process is killed.
 */
#include "tap.h"

#include "raw.h"
#include <fcntl.h>
#include <sys/mman.h>

static volatile char *deepest;

/* Some kilobytes of stack; => a number that depends on every frame. */
static __attribute__((noinline)) long
descend(int depth)
{
    volatile char frame[2048];
    long below;

    frame[0] = frame[2047] = (char)depth;
    deepest = frame;
    below = depth ? descend(depth - 1) : 0;
    return below + (frame[0] == (char)depth && frame[2047] == (char)depth);
}

static int
go_down(void *depth)
{
    int n = *(int *)depth;
    return descend(n) == n + 1 ? 3 : 4;
}

/* 8 MiB is the usual limit; a host may have none, so set it. */
static int
overflow(void *unused)
{
    const unsigned long limit[2] = { 8 << 20, ~0UL };
    (void)unused;
    raw(NR_prlimit64, 0, 3, P(limit), 0);
    return descend(1 << 24) == 0;
}

/* The first touch of the new part is far below the last one. */
static int
big_frame(void *unused)
{
    volatile char frame[2 << 20];
    (void)unused;
    frame[0] = 1;
    frame[sizeof(frame) - 1] = 2;
    return frame[0] + frame[sizeof(frame) - 1];
}

/* The kernel is the first to touch it. */
static int
kernel_grows(void *unused)
{
    char frame[1 << 20];
    int zero = open("/dev/zero", O_RDONLY);
    (void)unused;
    return read(zero, frame, sizeof(frame)) == sizeof(frame)
        && frame[0] == 0 && frame[sizeof(frame) - 1] == 0 ? 3 : 4;
}

static int
string_args(void *unused)
{
    char path[300000];
    (void)unused;
    memset(path, '/', sizeof(path) - 1);
    path[sizeof(path) - 1] = 0;
    return open(path + sizeof(path) - 2, O_RDONLY) >= 0 ? 3 : 4;
}

static int
not_executable(void *unused)
{
    volatile unsigned char code[16] = { 0xc3 };
    (void)unused;
    ((void (*)(void))code)();
    return 1;
}

static int
lost_stack(void *unused)
{
    (void)unused;
    __asm__ volatile("xor %%esp, %%esp\n\tpush %%rax" : : : "memory");
    return 1;
}

/* Parent and child use the same depth; none sees the other's frames. */
static int
both_deep(void *unused)
{
    volatile char mark[4096];
    int small = 300, large = 900;

    (void)unused;
    mark[0] = 'p';
    pid_t pid = fork();
    if (pid == 0) {
        mark[0] = 'c';
        _exit(go_down(&large) == 3 && mark[0] == 'c' ? 3 : 4);
    }
    int good = go_down(&small) == 3;
    int status = 0;
    waitpid(pid, &status, 0);
    return good && mark[0] == 'p' && status == 0x300 ? 3 : 4;
}

int
main(void)
{
    int depth[] = { 50, 500, 2500 };

    exited(in_child(go_down, &depth[0]), 3, "100 KiB of stack");
    exited(in_child(go_down, &depth[1]), 3, "1 MiB");
    exited(in_child(go_down, &depth[2]), 3, "5 MiB");
    killed(in_child(overflow, NULL), SIGSEGV, "without end");
    exited(in_child(big_frame, NULL), 3, "2 MiB in one frame");
    exited(in_child(kernel_grows, NULL), 3, "the kernel makes it grow");
    exited(in_child(string_args, NULL), 3, "300 kB filled from below");
    killed(in_child(not_executable, NULL), SIGSEGV, "it is not executable");
    killed(in_child(lost_stack, NULL), SIGSEGV, "a stack at address 0");
    exited(in_child(both_deep, NULL), 3, "parent and child go deep");
    exited(go_down(&depth[1]) << 8, 3, "the parent's own grows too");
    exited(in_child(go_down, &depth[0]), 3, "and is inherited");
    return done();
}

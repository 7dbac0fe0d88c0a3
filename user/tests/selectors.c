/*
 * selectors.c: a program may load segment selectors. This does not affect other
 * processes, and no selector gives access to the kernel.
 */
#include "raw.h"
#include "tap.h"

#include <sched.h>
#include <sys/mman.h>

#define CODE  0x20000000UL
#define STACK 0x20010000UL
#define RWX   (PROT_READ | PROT_WRITE | PROT_EXEC)

/* Where a far jump goes; its selector is 32-bit code on Linux. */
static const struct {
    unsigned int offset;
    unsigned short selector;
} __attribute__((packed)) far_target = { CODE, 0x23 };

/* In 32-bit mode, if there is one, try the system call instruction. */
static int
jumps(void *unused)
{
    char *code = mmap((void *)CODE, 4096, RWX,
        MAP_PRIVATE | MAP_ANONYMOUS | MAP_FIXED, -1, 0);
    char *stack = mmap((void *)STACK, 8192, PROT_READ | PROT_WRITE,
        MAP_PRIVATE | MAP_ANONYMOUS | MAP_FIXED, -1, 0);

    (void)unused;
    memcpy(code, "\x0f\x05\xf4", 3); /* syscall; hlt */
    __asm__ volatile("mov %0, %%rsp\n\t"
                     "mov $-1, %%eax\n\t"
                     "ljmp *(%1)"
                     : : "r"(stack + 8192), "r"(&far_target) : "memory");
    return 3;
}

/* A selector in FS sets its base to 0: this process can use no errno after. */
static void
break_own_fs(void)
{
    __asm__ volatile("mov %0, %%fs" : : "r"(0x2b));
    for (int i = 0; i < 100; i++) {
        raw(NR_sched_yield, 0, 0, 0, 0);
    }
    raw(NR_exit_group, 3, 0, 0, 0);
}

static unsigned long
fs_word(void)
{
    unsigned long value;
    __asm__ volatile("mov %%fs:0, %0" : "=r"(value));
    return value;
}

/* Both have the same FS base, as parent and child do. */
static int
keeps_fs(void *unused)
{
    static unsigned long block[8] = { 111 };
    long status = 0, good = 1;

    (void)unused;
    raw(NR_arch_prctl, 0x1002, P(block), 0, 0);
    long pid = raw(NR_fork, 0, 0, 0, 0);
    if (pid == 0) {
        break_own_fs();
    }
    for (int i = 0; i < 50; i++) {
        raw(NR_sched_yield, 0, 0, 0, 0);
        good &= fs_word() == 111;
    }
    raw(NR_wait4, pid, P(&status), 0, 0);
    good &= fs_word() == 111 && status == 0x300;
    raw(NR_exit_group, good ? 3 : 4, 0, 0, 0);
    return 5;
}

static long
clone_with_tls(unsigned long tls)
{
    const long arg[6] = { CLONE_SETTLS | SIGCHLD, 0, 0, 0, (long)tls, 0 };
    long pid = raw_v(56, arg);

    if (pid == 0) {
        raw(NR_exit_group, 0, 0, 0, 0);
    }
    return pid;
}

int
main(void)
{
    int status = in_child(jumps, NULL);

    ok(WIFSIGNALED(status), "a far jump to 32-bit code, and syscall there");
    exited(in_child(keeps_fs, NULL), 3, "a selector in another's FS");
    is(clone_with_tls(1UL << 63), -EPERM, "an FS base that is no address");
    is(clone_with_tls(0xffff800000000000UL), -EPERM, "one of the kernel");
    is(clone_with_tls(0x7ffffffff000UL), -EPERM, "one behind the end");
    return done();
}

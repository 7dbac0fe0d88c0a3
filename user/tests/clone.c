/*
 * clone.c: where clone(2) stores the child's pid, on which stack and with which
 * FS base the child begins, and which arguments it refuses. (What it shares:
 * clone_vm.c, clone_files.c, clone_fs.c.)
 */
#include "tap.h"

#include "raw.h"
#include <sched.h>
#include <sys/mman.h>
#include <sys/syscall.h>

#define STACK 16384
#define GET_FS 0x1003
#define BAD ((int *)8)

static char stack[STACK] __attribute__((aligned(16)));
static volatile int parent_word, child_word;
static unsigned long tls_area[8];

static pid_t
clone_raw(unsigned long flags, int *parent, int *child, void *tls)
{
    const long arg[6] = {
        (long)(flags | SIGCHLD), 0, P(parent), P(child), P(tls), 0
    };
    return (pid_t)raw_v(SYS_clone, arg);
}

/* The child calls body(arg) on `stack`, and exits with what it returns. */
static pid_t
clone_stack(unsigned long flags, volatile int *child, int (*body)(void *),
    void *arg)
{
    long result;
    register volatile int *r10 __asm__("r10") = child;
    register int (*r12)(void *) __asm__("r12") = body;
    register void *r13 __asm__("r13") = arg;

    __asm__ volatile("syscall\n\t"
                     "test %%rax, %%rax\n\t"
                     "jnz 1f\n\t"
                     "xor %%ebp, %%ebp\n\t"
                     "mov %%r13, %%rdi\n\t"
                     "call *%%r12\n\t"
                     "mov %%eax, %%edi\n\t"
                     "mov $60, %%eax\n\t"
                     "syscall\n"
                     "1:"
                     : "=a"(result)
                     : "a"(SYS_clone), "D"(flags | SIGCHLD),
                       "S"(stack + STACK), "d"(0L), "r"(r10), "r"(r12),
                       "r"(r13)
                     : "rcx", "r8", "r9", "r11", "memory");
    return (pid_t)result;
}

static int
exit_code(pid_t pid)
{
    int status;

    if (pid < 0 || waitpid(pid, &status, 0) != pid || !WIFEXITED(status)) {
        return -1;
    }
    return WEXITSTATUS(status);
}

static void
test_told(void)
{
    parent_word = child_word = 7;
    pid_t pid = clone_raw(CLONE_PARENT_SETTID, (int *)&parent_word, NULL, NULL);
    if (pid == 0) {
        _exit(parent_word == 7);
    }
    ok(pid > 0 && parent_word == pid, "PARENT_SETTID tells the parent");
    is(exit_code(pid), 1, "and not the child's copy of its memory");

    pid = clone_raw(CLONE_CHILD_SETTID, NULL, (int *)&child_word, NULL);
    if (pid == 0) {
        _exit(child_word == getpid());
    }
    is(exit_code(pid), 1, "CHILD_SETTID tells the child");
    is(child_word, 7, "and not the parent's memory");

    pid = clone_raw(CLONE_PARENT_SETTID | CLONE_CHILD_SETTID, BAD, BAD, NULL);
    if (pid == 0) {
        _exit(3);
    }
    is(exit_code(pid), 3, "a bad address for either is passed over");
}

static int
read_word(void *word)
{
    return *(volatile int *)word;
}

static void
test_cleared(void)
{
    int *shared = mmap(NULL, 4096, PROT_READ | PROT_WRITE,
        MAP_SHARED | MAP_ANONYMOUS, -1, 0);

    *shared = 7;
    pid_t pid = clone_raw(CLONE_CHILD_CLEARTID, NULL, shared, NULL);
    if (pid == 0) {
        _exit(*shared);
    }
    is(exit_code(pid), 7, "CHILD_CLEARTID: not at the start");
    is(*shared, 7, "nor at the end, when no other process has this memory");

    child_word = 7;
    pid = clone_stack(CLONE_VM | CLONE_VFORK | CLONE_CHILD_CLEARTID,
        &child_word, read_word, (void *)&child_word);
    is(child_word, 0, "at the end, when a parent has");
    is(exit_code(pid), 7, "but not before");
    munmap(shared, 4096);
}

/* => whether this runs on the new stack, and the stack works */
static int
on_stack(void *arg)
{
    volatile char here[512];

    here[0] = *(char *)arg;
    here[511] = 1;
    parent_word = 9;
    return (char *)here > stack && (char *)here < stack + STACK
           && here[0] == 'a' && here[511] == 1;
}

static void
test_stack(void)
{
    static const char untouched[STACK];
    char letter = 'a';

    memset(stack, 0, STACK);
    parent_word = 7;
    pid_t pid = clone_stack(0, NULL, on_stack, &letter);
    is(exit_code(pid), 1, "the child begins on the stack it is given");
    ok(parent_word == 7 && memcmp(stack, untouched, STACK) == 0,
        "which is its own copy");

    pid = clone_stack(CLONE_VM | CLONE_VFORK, NULL, on_stack, &letter);
    is(parent_word, 9, "a vfork child with a stack has the parent's memory");
    is(exit_code(pid), 1, "and its own stack");
}

static void
test_tls(void)
{
    unsigned long mine = 1, now = 2, childs = 3;

    raw(SYS_arch_prctl, GET_FS, P(&mine), 0, 0);
    pid_t pid = clone_raw(CLONE_SETTLS, NULL, NULL, tls_area);
    if (pid == 0) {
        raw(SYS_arch_prctl, GET_FS, P(&childs), 0, 0);
        raw(SYS_exit_group, childs == (unsigned long)tls_area, 0, 0, 0);
    }
    raw(SYS_arch_prctl, GET_FS, P(&now), 0, 0);
    ok(now == mine, "SETTLS leaves the parent's FS base");
    is(exit_code(pid), 1, "and sets the child's");
    pid = clone_raw(0, NULL, NULL, tls_area);
    if (pid == 0) {
        raw(SYS_arch_prctl, GET_FS, P(&childs), 0, 0);
        raw(SYS_exit_group, childs == mine, 0, 0, 0);
    }
    is(exit_code(pid), 1, "without it the child has the parent's");
}

int
main(void)
{
    test_told();
    test_cleared();
    test_stack();
    test_tls();
    is(clone_raw(CLONE_SIGHAND, NULL, NULL, NULL), -EINVAL,
        "SIGHAND without VM is EINVAL");
    is(clone_raw(CLONE_SIGHAND | CLONE_THREAD, NULL, NULL, NULL), -EINVAL,
        "so is THREAD");
    return done();
}

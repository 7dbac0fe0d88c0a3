/*
 * faults.c: a program that accesses memory without the right to is killed by
 * the signal that Linux uses; its parent goes on.
 */
#include "tap.h"

#include <sys/mman.h>

#define KERNEL 0xffff800000000000UL
#define IMAGE 0xffffffff80000000UL
#define NOWHERE 0x8000000000000000UL
#define LAST 0x7ffffffff000UL

typedef unsigned long word;

static const int constant[1024] = { 1, 2, 3 };
static unsigned char data[16] = { 0xc3 };

static int
reads(void *p)
{
    return *(volatile unsigned char *)p & 1;
}

static int
writes(void *p)
{
    *(volatile unsigned char *)p = 0xc3;
    return 1;
}

static int
jumps(void *p)
{
    __asm__ volatile("jmp *%0" : : "r"(p));
    return 1;
}

static int
calls(void *p)
{
    __asm__ volatile("call *%0" : : "r"(p) : "memory");
    return 1;
}

/* An access across the end of the page: half of it is allowed. */
static int
reads_across(void *p)
{
    return (int)(*(volatile word *)((char *)p - 4) & 1);
}

static void
test_places(void)
{
    static const struct {
        word where;
        const char *name;
    } places[] = {
        { 0, "null" }, { 8, "near null" }, { 0xfff, "end of the null page" },
        { 0x10000000, "an unmapped page" }, { 4096, "the second page" },
        { LAST, "behind the user's half" }, { 1UL << 47, "2 to the 47" },
        { NOWHERE, "a non-canonical address" },
        { KERNEL - 1, "the last non-canonical address" },
        { KERNEL, "the kernel's direct map" }, { IMAGE, "the kernel's code" },
        { IMAGE + 0x100000, "more of it" }, { ~0UL, "the last byte" },
    };
    char name[80];

    for (int i = 0; i < (int)(sizeof(places) / sizeof(places[0])); i++) {
        void *p = (void *)places[i].where;
        snprintf(name, sizeof(name), "read %s", places[i].name);
        killed(in_child(reads, p), SIGSEGV, name);
        snprintf(name, sizeof(name), "write %s", places[i].name);
        killed(in_child(writes, p), SIGSEGV, name);
        snprintf(name, sizeof(name), "jump to %s", places[i].name);
        killed(in_child(jumps, p), SIGSEGV, name);
    }
}

static void
test_program(void)
{
    killed(in_child(writes, (void *)(word)test_program), SIGSEGV,
        "write the program's text");
    exited(in_child(reads, (void *)(word)test_program),
        *(volatile unsigned char *)(word)test_program & 1, "which is readable");
    killed(in_child(writes, (void *)constant), SIGSEGV,
        "write its constants");
    killed(in_child(calls, data), SIGSEGV, "execute its data");
    killed(in_child(calls, (void *)constant), SIGSEGV, "its constants");
}

static void
test_mappings(void)
{
    const int flags = MAP_PRIVATE | MAP_ANONYMOUS;
    unsigned char *p = mmap(NULL, 8192, PROT_READ | PROT_WRITE, flags, -1, 0);

    p[0] = 0xc3;
    killed(in_child(calls, p), SIGSEGV, "execute memory that is writable");
    mprotect(p, 4096, PROT_READ | PROT_EXEC);
    exited(in_child(calls, p), 1, "until mprotect says it is code");
    killed(in_child(writes, p), SIGSEGV, "then it is not writable");
    mprotect(p, 4096, PROT_NONE);
    killed(in_child(reads, p), SIGSEGV, "read where there are no rights");
    mprotect(p, 4096, PROT_READ);
    is(p[0], 0xc3, "the byte is still there");
    killed(in_child(calls, p), SIGSEGV, "code no more");
    munmap(p + 4096, 4096);
    killed(in_child(reads_across, p + 4096), SIGSEGV,
        "read across the end of a mapping");
    munmap(p, 4096);
    killed(in_child(reads, p), SIGSEGV, "read what was unmapped");
}

static long taken; /* bytes from which the right is taken */

/* Use a right, and again right after it was taken: no TLB may still have it. */
static int
writes_on(void *p)
{
    char *last = (char *)p + taken - 1;

    *last = 1;
    mprotect(p, taken, PROT_READ);
    return writes(last);
}

static int
reads_on(void *p)
{
    int before = reads(p);

    mprotect(p, taken, PROT_NONE);
    return before + reads(p);
}

static int
runs_on(void *p)
{
    mprotect(p, taken, PROT_READ | PROT_EXEC);
    calls(p);
    mprotect(p, taken, PROT_READ);
    return calls(p);
}

static int
reads_unmapped(void *p)
{
    int before = reads(p);

    munmap(p, taken);
    return before + reads(p);
}

static void
test_at_once(void)
{
    unsigned char *p = mmap(NULL, 16384, PROT_READ | PROT_WRITE,
        MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);

    p[0] = 0xc3;
    for (taken = 4096; taken <= 8192; taken += 4096) {
        killed(in_child(writes_on, p), SIGSEGV, "write on without the right");
        killed(in_child(reads_on, p), SIGSEGV, "read on");
        killed(in_child(runs_on, p), SIGSEGV, "execute on");
        killed(in_child(reads_unmapped, p), SIGSEGV, "read what is unmapped");
    }
    is(p[0], 0xc3, "the parent has all its rights");
    munmap(p, 16384);
}

/* A fault kills only the child that causes it. */
static void
test_alone(void)
{
    int gate[2], status = 0;
    char c;

    pipe(gate);
    pid_t bystander = fork();
    if (bystander == 0) {
        close(gate[1]);
        read(gate[0], &c, 1);
        _exit(3);
    }
    for (int i = 0; i < 50; i++) {
        in_child(writes, NULL);
    }
    is(waitpid(bystander, &status, WNOHANG), 0, "fifty faults in others");
    close(gate[0]);
    close(gate[1]);
    waitpid(bystander, &status, 0);
    exited(status, 3, "do not touch a bystander");
}

int
main(void)
{
    test_places();
    test_program();
    test_mappings();
    test_at_once();
    test_alone();
    return done();
}

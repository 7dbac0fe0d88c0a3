/*
 * limspec_memory.c: what RLIMIT_AS, RLIMIT_DATA and RLIMIT_STACK do to mmap,
 * mprotect, brk, the stack, fork and exec's arguments.
 *
 * How large a program is differs: each case asks for far less or far more
 * than its limit leaves.
 */
#include "limspec.h"

#include <sys/mman.h>

enum { MIB = 1 << 20 };

static const char *self;

static long
map(unsigned long size, int rights, int flags)
{
    const long arg[6] = { 0, (long)size, rights, flags | MAP_ANONYMOUS, -1, 0 };

    return raw_v(NR_mmap, arg);
}

/* A mapping is made, and removed. */
static void
fits(unsigned long size, int rights, int flags, const char *name)
{
    long at = map(size, rights, flags);

    ok(at > 0, name);
    if (at > 0) {
        munmap((void *)at, size);
    }
}

enum { RW = PROT_READ | PROT_WRITE };

static int
child_maps(void *unused)
{
    (void)unused;
    return map(128 * MIB, RW, MAP_PRIVATE) == -ENOMEM
           && map(8 * MIB, RW, MAP_PRIVATE) > 0 ? 7 : 8;
}

static int
executes(void *how)
{
    char *args[] = { (char *)self, how, NULL };

    execv(self, args);
    return 8;
}

static void
test_space(void)
{
    long brk_now = raw(NR_brk, 0, 0, 0, 0);

    set_soft(AS, 96 * MIB);
    fits(16 * MIB, RW, MAP_PRIVATE, "AS: what fits in the limit");
    returns(map(128 * MIB, RW, MAP_PRIVATE), -ENOMEM, "not what is larger");
    returns(map(128 * MIB, PROT_READ, MAP_PRIVATE), -ENOMEM,
        "though it is only read");
    returns(map(128 * MIB, PROT_NONE, MAP_PRIVATE), -ENOMEM, "or not even");
    returns(map(128 * MIB, RW, MAP_SHARED), -ENOMEM, "or shared");
    is(raw(NR_brk, brk_now + 128 * MIB, 0, 0, 0), brk_now, "brk neither");
    is(raw(NR_brk, brk_now + 4 * MIB, 0, 0, 0), brk_now + 4 * MIB,
        "but less");
    is(raw(NR_brk, brk_now, 0, 0, 0), brk_now, "and back");
    long first = map(48 * MIB, RW, MAP_PRIVATE);
    ok(first > 0, "half of the limit");
    returns(map(64 * MIB, RW, MAP_PRIVATE), -ENOMEM, "not more than the rest");
    is(munmap((void *)first, 48 * MIB), 0, "when it is gone");
    fits(64 * MIB, RW, MAP_PRIVATE, "there is room again");
    exited(in_child(child_maps, NULL), 7, "fork keeps the limit");
    exited(in_child(executes, "space"), 7, "exec, too");
    set_soft(AS, 4096);
    returns(map(4096, RW, MAP_PRIVATE), -ENOMEM,
        "below what is there, nothing can be added");
    is(raw(NR_brk, brk_now + 65536, 0, 0, 0), brk_now, "by brk neither");
    set_soft(AS, INFINITE);
    fits(128 * MIB, RW, MAP_PRIVATE, "without a limit it is possible");
}

static void
test_data(void)
{
    long brk_now = raw(NR_brk, 0, 0, 0, 0);

    set_soft(DATA, 64 * MIB);
    fits(16 * MIB, RW, MAP_PRIVATE, "DATA: what fits in the limit");
    returns(map(96 * MIB, RW, MAP_PRIVATE), -ENOMEM, "not what is larger");
    fits(96 * MIB, PROT_READ, MAP_PRIVATE, "what is only read is no data");
    fits(96 * MIB, PROT_NONE, MAP_PRIVATE, "nor what is not even read");
    fits(96 * MIB, RW, MAP_SHARED, "nor is what is shared");
    is(raw(NR_brk, brk_now + 96 * MIB, 0, 0, 0), brk_now, "brk is limited");
    is(raw(NR_brk, brk_now + 4 * MIB, 0, 0, 0), brk_now + 4 * MIB,
        "less is possible");
    is(raw(NR_brk, brk_now, 0, 0, 0), brk_now, "and back");
    long first = map(48 * MIB, RW, MAP_PRIVATE);
    ok(first > 0, "most of the limit");
    returns(map(32 * MIB, RW, MAP_PRIVATE), -ENOMEM, "not more than the rest");
    is(raw(NR_brk, brk_now + 32 * MIB, 0, 0, 0), brk_now, "of brk, too");
    munmap((void *)first, 48 * MIB);
    fits(32 * MIB, RW, MAP_PRIVATE, "when it is gone there is room");
    long read_only = map(96 * MIB, PROT_READ, MAP_PRIVATE);
    returns(raw(NR_mprotect, read_only, 96 * MIB, RW, 0), -ENOMEM,
        "mprotect cannot make so much of it data");
    is(raw(NR_mprotect, read_only, 16 * MIB, RW, 0), 0, "but a part");
    munmap((void *)read_only, 96 * MIB);
    set_soft(DATA, INFINITE);
    fits(128 * MIB, RW, MAP_PRIVATE, "without a limit it is possible");
}

/* Go down the stack, a page each call. */
static int
descend(int pages)
{
    volatile char page[4096];

    page[0] = (char)pages;
    page[4095] = page[0];
    if (pages > 0) {
        return descend(pages - 1) + (page[4095] == page[0]);
    }
    return 0;
}

/* The limit is read at each growth: a new one counts at once. */
static int
grows(void *pages)
{
    set_soft(STACK, 512 * 1024);
    return descend((int)(long)pages) == (long)pages ? 7 : 8;
}

static int
grows_more(void *unused)
{
    (void)unused;
    set_soft(STACK, 4 * MIB);
    return descend(400) == 400 ? 7 : 8;
}

static int
grows_after_exec(void *unused)
{
    (void)unused;
    set_soft(STACK, 64 * MIB);
    return descend(4000) == 4000 ? 7 : 8;
}

/* It keeps away from a mapping, but for one that nobody can use. */
static int
grows_to_mapping(void *rights)
{
    char here;
    long at = ((long)&here - 12 * MIB) & -4096L;
    const long arg[6] = { at, 4096, (long)rights,
        MAP_PRIVATE | MAP_ANONYMOUS | MAP_FIXED, -1, 0 };

    set_soft(STACK, 64 * MIB);
    return raw_v(NR_mmap, arg) == at && descend(2900) == 2900 ? 7 : 8;
}

static int
vfork_limits(void *unused)
{
    pid_t pid = vfork();

    (void)unused;
    if (pid == 0) {
        set_soft(STACK, 64 * 1024);
        _exit(0);
    }
    waitpid(pid, NULL, 0);
    return descend(400) == 400 ? 7 : 8;
}

static void
test_stack(void)
{
    exited(in_child(grows_after_exec, NULL), 7,
        "STACK: a higher limit than at exec");
    exited(in_child(grows_to_mapping, (void *)PROT_NONE), 7,
        "it grows near what cannot be used");
    killed(in_child(grows_to_mapping, (void *)RW), SIGSEGV,
        "not near another mapping");
    exited(in_child(vfork_limits, NULL), 7,
        "a child of vfork limits its own growth");
    exited(in_child(grows, (void *)60), 7, "STACK: it grows below the limit");
    killed(in_child(grows, (void *)400), SIGSEGV, "SIGSEGV at the limit");
    exited(in_child(grows_more, NULL), 7, "which is higher if it is set so");
    set_soft(STACK, 512 * 1024);
    exited(in_child(executes, "short"), 7, "after exec it grows below it");
    killed(in_child(executes, "long"), SIGSEGV, "and no further");
    set_soft(STACK, 8 * MIB);
}

/* exec with arguments of so many KiB; 77 if it works, or the error. */
static int
long_arguments(void *kib)
{
    static char text[32769];
    char *args[130];
    int count = (int)(long)kib / 32, i = 0;

    memset(text, 'a', 32768);
    args[i++] = (char *)self;
    args[i++] = "arguments";
    while (i < count + 2) {
        args[i++] = text;
    }
    args[i] = NULL;
    execv(self, args);
    return errno;
}

static void
test_arguments(void)
{
    set_soft(STACK, 4 * MIB);
    exited(in_child(long_arguments, (void *)768), 77,
        "arguments of less than a quarter of the stack's limit");
    exited(in_child(long_arguments, (void *)1280), E2BIG, "E2BIG: of more");
    set_soft(STACK, 8 * MIB);
    exited(in_child(long_arguments, (void *)1280), 77,
        "but not with a higher limit");
}

static int
after(const char *how)
{
    if (strcmp(how, "space") == 0) {
        return child_maps(NULL);
    }
    if (strcmp(how, "short") == 0) {
        return descend(60) == 60 ? 7 : 8;
    }
    if (strcmp(how, "long") == 0) {
        return descend(400) == 400 ? 7 : 8;
    }
    return 77;
}

int
main(int argc, char **argv)
{
    self = argv[0];
    if (argc > 1) {
        return after(argv[1]);
    }
    test_space();
    test_data();
    test_stack();
    test_arguments();
    return done();
}

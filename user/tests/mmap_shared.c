/*
 * mmap_shared.c: MAP_SHARED memory is one memory for all descendants: fork
 * never makes it copy on write, though it lies beside private pages in the same
 * tables. All processes take turns in one order, so none waits in vain.
 */
#include "tap.h"

#include "raw.h"
#include <sys/mman.h>

#define PAGE 4096L
#define RW (PROT_READ | PROT_WRITE)
#define ANON (MAP_SHARED | MAP_ANONYMOUS)
#define SHARERS 8
#define ROUNDS 25

static char *
shared(long size)
{
    return mmap(NULL, size, RW, ANON, -1, 0);
}

static int
write_all(void *p)
{
    memset(p, 'C', 3 * PAGE);
    return 3;
}

static int
grandchild_writes(void *p)
{
    return in_child(write_all, p) == 0x300 && *(char *)p == 'C' ? 3 : 4;
}

static void
test_generations(void)
{
    char *p = shared(3 * PAGE), *fresh = shared(3 * PAGE);

    is(p[0] | p[3 * PAGE - 1], 0, "fresh shared memory is zero");
    p[0] = 'P';
    exited(in_child(write_all, p), 3, "a child writes it");
    ok(p[0] == 'C' && p[3 * PAGE - 1] == 'C', "the parent sees that");
    memset(p, 'P', 3 * PAGE);
    exited(in_child(grandchild_writes, p), 3, "a grandchild does");
    ok(p[0] == 'C' && p[3 * PAGE - 1] == 'C', "the parent sees that");
    exited(in_child(grandchild_writes, fresh), 3,
        "in memory that was never touched before");
    ok(fresh[0] == 'C' && fresh[PAGE] == 'C', "the parent sees that");
    munmap(p, 3 * PAGE);
    munmap(fresh, 3 * PAGE);
}

/* One sharer: wait for the turn, count, pass the turn on. */
static int
sharer(volatile long *counter, int in, int out)
{
    char token;

    for (int i = 0; i < ROUNDS; i++) {
        if (read(in, &token, 1) != 1) {
            return 1;
        }
        *counter = *counter + 1;
        write(out, &token, 1);
    }
    return 3;
}

/* A ring of processes, each the child of the one before it; the counter lies
 * in a page that nobody has touched when they are made. */
static void
test_counter(void)
{
    static int ring[SHARERS][2];
    volatile long *counter = (long *)shared(2 * PAGE);
    int me = 0, status = 0x300, code;
    pid_t pid = 0;

    for (int i = 0; i < SHARERS; i++) {
        pipe(ring[i]);
    }
    while (me < SHARERS - 1 && (pid = must_fork()) == 0) {
        me++;
    }
    if (me == 0) {
        write(ring[0][1], "t", 1);
    }
    code = sharer(counter, ring[me][0], ring[(me + 1) % SHARERS][1]);
    if (pid != 0) {
        waitpid(pid, &status, 0);
    }
    if (me > 0) {
        _exit(status == 0x300 ? code : 1);
    }
    ok(code == 3 && status == 0x300, "eight generations count in turns");
    is(*counter, SHARERS * ROUNDS, "no step is lost");
    munmap((void *)counter, 2 * PAGE);
}

static int
write_byte(void *p)
{
    *(volatile char *)p = 'W';
    return 0;
}

static int
read_byte(void *p)
{
    return *(volatile unsigned char *)p;
}

/* The child protects and unmaps its own view; the memory stays one. */
static int
child_protects(void *arg)
{
    volatile char *p = arg;
    int status;

    mprotect(arg, PAGE, PROT_READ);
    status = in_child(write_byte, arg);
    if (!WIFSIGNALED(status) || p[0] != 'P') {
        return 4;
    }
    mprotect(arg, PAGE, PROT_NONE);
    mprotect(arg, PAGE, RW);
    p[0] = 'C';
    return p[0] == 'C' ? 3 : 5;
}

static void
test_protect(void)
{
    volatile char *p = shared(3 * PAGE);

    p[0] = p[PAGE] = p[2 * PAGE] = 'P';
    exited(in_child(child_protects, (char *)p), 3,
        "read-only in a child, then writable again");
    ok(p[0] == 'C', "it is still shared");
    mprotect((char *)p, 3 * PAGE, PROT_READ);
    killed(in_child(write_byte, (char *)p), SIGSEGV,
        "read-only in the parent: the child may not write");
    mprotect((char *)p, 3 * PAGE, RW);
    p[0] = 'Q';
    exited(in_child(read_byte, (char *)p), 'Q', "writable again: shared");
    exited(in_child(write_byte, (char *)p), 0, "and by a child too");
    ok(p[0] == 'W', "whose byte the parent reads");
    munmap((char *)p, 3 * PAGE);
}

static int
unmaps_the_middle(void *arg)
{
    volatile char *p = arg;

    munmap((char *)arg + PAGE, PAGE);
    p[0] = p[2 * PAGE] = 'U';
    return WIFSIGNALED(in_child(read_byte, (char *)arg + PAGE)) ? 3 : 4;
}

static void
test_partial_unmap(void)
{
    volatile char *p = shared(3 * PAGE);

    p[0] = p[PAGE] = p[2 * PAGE] = 'P';
    exited(in_child(unmaps_the_middle, (char *)p), 3,
        "a child unmaps the page in the middle");
    ok(p[0] == 'U' && p[PAGE] == 'P' && p[2 * PAGE] == 'U',
        "the parent has it, and what the child wrote around it");
    munmap((char *)p + PAGE, PAGE);
    exited(in_child(write_byte, (char *)p + 2 * PAGE), 0,
        "the parent unmaps it too");
    ok(p[0] == 'U' && p[2 * PAGE] == 'W', "the ends stay shared");
    munmap((char *)p, PAGE);
    munmap((char *)p + 2 * PAGE, PAGE);
}

/* Pages in turn shared and private, in one table of pages. */
static int
child_checks_neighbours(void *arg)
{
    volatile char *p = arg;
    int good = 1;

    for (int i = 0; i < 8; i++) {
        good &= p[i * PAGE] == 'P';
        p[i * PAGE] = 'C';
    }
    return good ? 3 : 4;
}

static void
test_neighbours(void)
{
    char *p = mmap(NULL, 8 * PAGE, RW, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);
    char seen[9] = "";

    for (int i = 0; i < 8; i += 2) {
        mmap(p + i * PAGE, PAGE, RW, ANON | MAP_FIXED, -1, 0);
    }
    for (int round = 1; round <= 3; round++) {
        for (int i = 0; i < 8; i++) {
            p[i * PAGE] = 'P';
        }
        exited(in_child(child_checks_neighbours, p), 3,
            "a child writes shared and private neighbours");
        for (int i = 0; i < 8; i++) {
            seen[i] = p[i * PAGE];
        }
        is_str(seen, "CPCPCPCP", "the parent sees every other byte");
    }
    munmap(p, 8 * PAGE);
}

static void
test_after_fork(void)
{
    int gate[2], back[2], status;
    char c = 0, *q, *p = shared(PAGE);

    munmap(p, PAGE);
    pipe(gate);
    pipe(back);
    pid_t pid = must_fork();
    if (pid == 0) {
        q = mmap(p, PAGE, RW, ANON | MAP_FIXED, -1, 0);
        *q = 'C';
        write(back[1], "x", 1);
        read(gate[0], &c, 1);
        _exit(*q == 'C' ? 3 : 4);
    }
    read(back[0], &c, 1);
    q = mmap(p, PAGE, RW, ANON | MAP_FIXED, -1, 0);
    is(*q, 0, "two that map after fork share nothing");
    *q = 'P';
    write(gate[1], "x", 1);
    waitpid(pid, &status, 0);
    exited(status, 3, "each has its own");
    ok(*q == 'P', "and keeps it");
    munmap(q, PAGE);
}

/* The kernel's own writes reach all sharers. */
static int
kernel_writes(void *p)
{
    int ends[2];

    pipe(ends);
    write(ends[1], "kernel", 6);
    return read(ends[0], p, 6) == 6 ? 3 : 4;
}

static void
test_copy_out(void)
{
    char *p = shared(PAGE);

    exited(in_child(kernel_writes, p), 3, "read(2) into it in a child");
    ok(memcmp(p, "kernel", 6) == 0, "reaches the parent");
    munmap(p, PAGE);
}

/* Many tables of it, sparsely touched from both sides. */
static int
touch_each(void *arg)
{
    volatile char *p = arg;
    int good = 1;

    for (long at = 0; at < 64L << 20; at += 2L << 20) {
        good &= p[at] == 'P';
        p[at] = p[at + PAGE] = 'C';
    }
    return good ? 3 : 4;
}

static void
test_large(void)
{
    volatile char *p = shared(64L << 20);
    int good = 1;

    for (long at = 0; at < 64L << 20; at += 2L << 20) {
        p[at] = 'P';
    }
    exited(in_child(touch_each, (char *)p), 3, "64 MiB of it in a child");
    for (long at = 0; at < 64L << 20; at += 2L << 20) {
        good &= p[at] == 'C' && p[at + PAGE] == 'C' && p[at + 2 * PAGE] == 0;
    }
    ok(good, "old and new pages are all shared");
    munmap((char *)p, 64L << 20);
}

/* Page tables that are full, of shared and private pages, but for a hole and a
 * page that may not be touched. */
#define HOLE ((1L << 20) + 9 * PAGE)

static int
write_full(void *arg)
{
    volatile char *p = arg;
    int good = 1;

    for (long at = 0; at < 4L << 20; at += PAGE) {
        if (at != HOLE && at != HOLE + 99 * PAGE) {
            good &= p[at] == 'P';
            p[at] = 'C';
        }
    }
    return good ? 3 : 4;
}

static void
test_full_tables(void)
{
    char *p = shared(4L << 20);
    char *inside = p + (1L << 20);
    char *hole = p + HOLE;
    int shared_pages = 0, private_pages = 0;

    mmap(inside, 1L << 20, RW, MAP_PRIVATE | MAP_ANONYMOUS | MAP_FIXED, -1, 0);
    memset(p, 'P', 4L << 20);
    munmap(hole, PAGE);
    mprotect(hole + 99 * PAGE, PAGE, PROT_NONE);
    exited(in_child(write_full, p), 3, "a child writes whole tables");
    mprotect(hole + 99 * PAGE, PAGE, RW);
    for (char *at = p; at < p + (4L << 20); at += PAGE) {
        if (at == hole) {
            continue;
        }
        if (at >= inside && at < inside + (1L << 20)) {
            private_pages += *at == 'P';
        } else {
            shared_pages += *at == 'C';
        }
    }
    is(shared_pages, 768, "shared pages among them have its values");
    is(private_pages, 255, "private ones have not");
    munmap(p, 4L << 20);
}

int
main(void)
{
    test_generations();
    test_counter();
    test_protect();
    test_partial_unmap();
    test_neighbours();
    test_after_fork();
    test_copy_out();
    test_large();
    test_full_tables();
    return done();
}

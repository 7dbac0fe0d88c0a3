/*
 * brk.c: the end of the data segment moves by bytes; memory that is added again
 * is zero. A child makes the raw calls and prints, so that they do not disturb
 * the C library's heap.
 */
#include "tap.h"

#include "raw.h"
#include <sys/mman.h>

#define PAGE 4096

static long
brk_to(long address)
{
    return raw(NR_brk, address, 0, 0, 0);
}

static int
zeros(long from, long to)
{
    for (char *p = (char *)from; p < (char *)to; p++) {
        if (*p) {
            return 0;
        }
    }
    return 1;
}

static int
touch(void *p)
{
    return *(volatile char *)p & 1;
}

static void
test_grow(long start)
{
    is(brk_to(start + 10000) - start, 10000, "grow by 10000 bytes");
    is(brk_to(0) - start, 10000, "ask for it");
    ok(zeros(start, start + 10000), "all zero");
    memset((char *)start, 'x', 10000);
    is(brk_to(start + 10001) - start, 10001, "by one byte more");
    ok(*(char *)(start + 10000) == 0, "zero");
    is(brk_to(start + (1 << 20)) - start, 1 << 20, "to 1 MiB");
    ok(((char *)start)[9999] == 'x', "the old bytes stay");
    ok(zeros(start + 10001, start + (1 << 20)), "the new ones are zero");
    memset((char *)start, 'y', 1 << 20);
}

static void
test_shrink(long start)
{
    is(brk_to(start + PAGE) - start, PAGE, "shrink to a page");
    ok(((char *)start)[PAGE - 1] == 'y', "which is kept");
    killed(in_child(touch, (char *)start + 3 * PAGE), SIGSEGV,
        "what was above is gone");
    is(brk_to(start + 4 * PAGE) - start, 4 * PAGE, "grow again");
    ok(zeros(start + 2 * PAGE, start + 4 * PAGE), "what comes back is zero");
    is(brk_to(start) - start, 0, "give all back");
}

static void
test_refused(long start)
{
    brk_to(start + PAGE);
    is(brk_to(1) - start, PAGE, "below the start: the break stays");
    is(brk_to(start - PAGE * 100) - start, PAGE, "a little below: too");
    is(brk_to(1L << 47) - start, PAGE, "too far: too");
    is(brk_to(-1) - start, PAGE, "in the kernel: too");
    char *p = (char *)((start + 16 * PAGE + PAGE - 1) & -PAGE);
    ok(mmap(p, PAGE, PROT_READ, MAP_PRIVATE | MAP_ANONYMOUS | MAP_FIXED, -1,
        0) == p, "a mapping in the way");
    is(brk_to(P(p) + 8 * PAGE) - start, PAGE, "stops it: the break stays");
    munmap(p, PAGE);
    is(brk_to(P(p) + 8 * PAGE), P(p) + 8 * PAGE, "gone: it moves");
}

static int
child_grows(void *start)
{
    brk_to(P(start) + 100 * PAGE);
    memset(start, 'c', 100 * PAGE);
    return brk_to(0) == P(start) + 100 * PAGE ? 3 : 4;
}

static void
test_fork(long start)
{
    brk_to(start + PAGE);
    memset((char *)start, 'p', PAGE);
    exited(in_child(child_grows, (char *)start), 3, "a child grows its own");
    is(brk_to(0) - start, PAGE, "the parent's break stays");
    ok(((char *)start)[5] == 'p', "and its bytes");
}

static int
all(void *unused)
{
    long start = brk_to(0);

    (void)unused;
    ok(start > 0, "brk(0) tells where it is");
    start = (start + PAGE - 1) & -PAGE;
    brk_to(start);
    test_grow(start);
    test_shrink(start);
    test_refused(start);
    test_fork(start);
    return tap_lines;
}

int
main(void)
{
    int status = in_child(all, NULL);
    tap_lines = WEXITSTATUS(status);
    return done();
}

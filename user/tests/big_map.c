/*
 * big_map.c: a mapping takes no memory until it is touched: 1 GiB can be mapped
 * on a machine with less, if only a few pages are touched; and fork copies such
 * a mapping.
 */
#include "tap.h"

#include <sys/mman.h>

#define GIB (1L << 30)
#define STEP (64L << 20)
#define RW (PROT_READ | PROT_WRITE)
#define FLAGS (MAP_PRIVATE | MAP_ANONYMOUS | MAP_NORESERVE)

static char *big;

static void
fill(char base)
{
    for (long at = 0; at < GIB; at += STEP) {
        big[at] = (char)(base + at / STEP);
    }
}

static int
holds(char base)
{
    for (long at = 0; at < GIB; at += STEP) {
        if (big[at] != (char)(base + at / STEP) || big[at + 8192] != 0) {
            return 0;
        }
    }
    return 1;
}

static int
child(void *unused)
{
    (void)unused;
    if (!holds('A')) {
        return 4;
    }
    fill('a');
    return holds('a') ? 3 : 5;
}

static int
child_unmaps(void *unused)
{
    (void)unused;
    munmap(big, GIB / 2);
    return big[GIB / 2] == 'A' + 8 ? 3 : 4;
}

static int
touch(void *p)
{
    return *(volatile char *)p & 1;
}

/* To map, protect and unmap 100 TiB without touching them takes no time. */
static void
test_huge(void)
{
    char *start = (char *)(1UL << 40);
    unsigned long size = 100UL << 40;
    struct timespec before, after;
    char *huge = mmap(start, size, PROT_NONE, FLAGS | MAP_FIXED, -1, 0);

    clock_gettime(CLOCK_MONOTONIC, &before);
    ok(huge == start, "map 100 TiB");
    is(mprotect(huge, size, PROT_READ), 0, "mprotect of it all");
    is(munmap(huge, size), 0, "unmap it");
    clock_gettime(CLOCK_MONOTONIC, &after);
    ok(after.tv_sec - before.tv_sec < 2, "within two seconds");
}

int
main(void)
{
    char *p;
    int good = 1;

    big = mmap(NULL, GIB, RW, FLAGS, -1, 0);
    ok(big != MAP_FAILED, "map 1 GiB");
    fill('A');
    ok(holds('A'), "touch a page in every 64 MiB");
    exited(in_child(child, NULL), 3, "a child has it and writes its own");
    ok(holds('A'), "the parent's is as it was");
    exited(in_child(child_unmaps, NULL), 3, "a child unmaps half of it");
    ok(holds('A'), "the parent's is still whole");
    is(mprotect(big, GIB, PROT_READ), 0, "mprotect of it all");
    ok(holds('A'), "it can be read");
    mprotect(big, GIB, RW);
    is(munmap(big + STEP, GIB - 2 * STEP), 0, "unmap all but the ends");
    ok(big[0] == 'A' && big[GIB - STEP] == 'A' + 15, "which are kept");
    killed(in_child(touch, big + GIB / 2), SIGSEGV, "the middle is gone");
    is(munmap(big, GIB), 0, "unmap the rest");
    for (int i = 0; i < 200; i++) {
        p = mmap(NULL, GIB, RW, FLAGS, -1, 0);
        good &= p != MAP_FAILED;
        p[i * 4096L * 1000 % GIB] = 1;
        good &= munmap(p, GIB) == 0;
    }
    ok(good, "map, touch and unmap two hundred times");
    test_huge();
    return done();
}

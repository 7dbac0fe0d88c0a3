/*
 * fork_cost.c: what fork costs does not depend on what the parent has: neither
 * the frames nor the bytes of kernel heap that a child that waits has taken.
 * With an argument, the parent has touched so many MiB, and the costs are
 * printed, in instructions too, for the host test fork_o1, which compares 1 MiB
 * with 1 GiB under --icount.
 *
 * modes: tree
 * except: own=always
 * expect:
 * ok 1 - a fork of 1 MiB
 * ok 2 - one of 64 MiB takes as much
 * ok 3 - with 500 vmas and 200 descriptors: as much
 * ok 4 - all is well
 * 1..4
 */
#include "counts.h"

#include "../now.h"
#include <sys/mman.h>

#define RW (PROT_READ | PROT_WRITE)
#define ANON (MAP_PRIVATE | MAP_ANONYMOUS | MAP_NORESERVE)
#define TRIES 9

struct cost {
    long frames; /* tables and pages that it takes while the child waits */
    long heap;   /* bytes of the kernel's heap */
    long fork; /* instructions, under --icount: until fork returns */
    long all;  /* the same until the child, untouched, is dead and buried */
};

static char *
touched(long size)
{
    char *p = mmap(NULL, (size_t)size, RW, ANON, -1, 0);

    for (long at = 0; at < size; at += 4096) {
        p[at] = 1;
    }
    return p;
}

/* What the kernel holds for the child while it waits. Nobody opens or closes
 * anything meanwhile: that would copy the table of descriptors. */
static void
measure_memory(struct cost *cost)
{
    long tables, pages, heap;
    int gate[2];
    char c;

    pipe(gate);
    tables = counts_get("table");
    pages = counts_get("anon");
    heap = counts_get("heap");
    pid_t pid = must_fork();
    if (pid == 0) {
        read(gate[0], &c, 1);
        _exit(0);
    }
    nap(1);
    cost->frames = counts_get("table") - tables + counts_get("anon") - pages;
    cost->heap = counts_get("heap") - heap;
    write(gate[1], "g", 1);
    waitpid(pid, NULL, 0);
    close(gate[0]);
    close(gate[1]);
}

/* The least of several: the first ones fill caches and stores. */
static void
least(long *least_yet, long value)
{
    if (*least_yet == 0 || value < *least_yet) {
        *least_yet = value;
    }
}

static struct cost
measure(void)
{
    struct cost cost = { 0, 0, 0, 0 };

    for (int i = 0; i < TRIES; i++) {
        long start = (long)read_tsc();
        pid_t pid = fork();
        if (pid == 0) {
            _exit(0);
        }
        long forked = (long)read_tsc();
        waitpid(pid, NULL, 0);
        least(&cost.fork, forked - start);
        least(&cost.all, (long)read_tsc() - start);
    }
    measure_memory(&cost);
    return cost;
}

/* More of what the child also has: mappings apart, and descriptors. */
static void
make_things(void)
{
    for (int i = 0; i < 500; i++) {
        char *p = mmap(NULL, 3 * 4096, RW, ANON, -1, 0);
        munmap(p, 4096);
    }
    for (int i = 0; i < 200; i++) {
        dup(0);
    }
}

static void
same(struct cost cost, struct cost small, const char *name)
{
    ok(cost.frames == small.frames && cost.heap == small.heap, name);
    if (cost.frames != small.frames || cost.heap != small.heap) {
        printf("# %ld frames and %ld bytes, with 1 MiB %ld and %ld\n",
            cost.frames, cost.heap, small.frames, small.heap);
    }
}

static void
test(void)
{
    char *p = touched(1L << 20);
    struct cost small;

    measure();
    small = measure();
    ok(small.frames > 0 && small.heap > 0, "a fork of 1 MiB");
    munmap(p, 1L << 20);
    touched(64L << 20);
    same(measure(), small, "one of 64 MiB takes as much");
    make_things();
    same(measure(), small, "with 500 vmas and 200 descriptors: as much");
    ok(counts_well(), "all is well");
}

int
main(int argc, char **argv)
{
    counts_fd = open(COUNTS_FILE, O_RDONLY);
    if (argc > 1) {
        touched(atol(argv[1]) << 20);
        struct cost cost = measure();
        printf("frames %ld\nheap %ld\nfork %ld\nexit %ld\n", cost.frames,
            cost.heap, cost.fork, cost.all);
        return 0;
    }
    test();
    return done();
}

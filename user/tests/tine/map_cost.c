/*
 * map_cost.c: the cost of munmap and mprotect depends on the mapped pages, not
 * on the size of the range. Without arguments it checks by the number of page
 * tables; with one it prints costs in instructions, for which the host test
 * map_costs has limits, under --icount.
 *
 * modes: tree
 * except: own=always
 * expect:
 * ok 1 - munmap of what nobody has touched copies no table
 * ok 2 - a page that may be written again is no copy
 * ok 3 - all is well
 * 1..3
 */
#include "counts.h"

#include "../now.h"
#include <sys/mman.h>

#define PAGE 4096L
#define RW (PROT_READ | PROT_WRITE)
#define ANON (MAP_PRIVATE | MAP_ANONYMOUS | MAP_NORESERVE)
#define PAGES 256L
#define TRIES 5

static char *
map(long size)
{
    return mmap(NULL, (size_t)size, RW, ANON, -1, 0);
}

static void
touch(char *p, long size)
{
    for (long at = 0; at < size; at += PAGE) {
        p[at] = 1;
    }
}

static long
unmap_cost(char *p, long size)
{
    long start = (long)read_tsc();
    munmap(p, (size_t)size);
    return (long)read_tsc() - start;
}

static long
lone_page(void)
{
    char *p = map(PAGE);

    *p = 1;
    return unmap_cost(p, PAGE);
}

static long
page_of_many(void)
{
    char *p = map(4 << 20);

    touch(p, 4 << 20);
    long cost = unmap_cost(p + (2 << 20), PAGE);
    munmap(p, 4 << 20);
    return cost;
}

static long
untouched(void)
{
    return unmap_cost(map(1L << 30), 1L << 30);
}

static long
large_malloc(void)
{
    long start = (long)read_tsc();
    char *p = map(50 * PAGE);
    *p = 1;
    munmap(p, 50 * PAGE);
    return (long)read_tsc() - start;
}

static long
filled_malloc(void)
{
    long start = (long)read_tsc();
    char *p = map(50 * PAGE);
    touch(p, 50 * PAGE);
    munmap(p, 50 * PAGE);
    return (long)read_tsc() - start;
}

static char *pages;

static long
protect_cost(int prot)
{
    long start = (long)read_tsc();
    mprotect(pages, PAGES * PAGE, prot);
    return ((long)read_tsc() - start) / PAGES;
}

static long
to_read(void)
{
    touch(pages, PAGES * PAGE);
    long cost = protect_cost(PROT_READ);
    mprotect(pages, PAGES * PAGE, RW);
    return cost;
}

static long
to_write(void)
{
    mprotect(pages, PAGES * PAGE, PROT_READ);
    return protect_cost(RW);
}

static long
write_again(void)
{
    mprotect(pages, PAGES * PAGE, PROT_READ);
    mprotect(pages, PAGES * PAGE, RW);
    long start = (long)read_tsc();
    touch(pages, PAGES * PAGE);
    return ((long)read_tsc() - start) / PAGES;
}

static const struct {
    const char *name;
    long (*cost)(void);
} costs[] = {
    { "lone_page", lone_page }, { "page_of_many", page_of_many },
    { "untouched", untouched }, { "large_malloc", large_malloc },
    { "filled_malloc", filled_malloc }, { "to_read", to_read },
    { "to_write", to_write }, { "write_again", write_again },
};

/* In a child, which shares the tables. => how many more there are */
static int
tables_of_unmap(void *p)
{
    counts_get("table"); /* which copies its own way */
    long before = counts_get("table");

    munmap(p, 1L << 30);
    return (int)(counts_get("table") - before);
}

static void
test(void)
{
    char *p = map(1L << 30); /* its end is in the table of `pages` */

    exited(in_child(tables_of_unmap, p), 0,
        "munmap of what nobody has touched copies no table");
    long before = counts_get("anon");
    mprotect(pages, PAGES * PAGE, PROT_READ);
    mprotect(pages, PAGES * PAGE, RW);
    touch(pages, PAGES * PAGE);
    is(counts_get("anon") - before, 0,
        "a page that may be written again is no copy");
    ok(counts_well(), "all is well");
}

static void
print_costs(void)
{
    for (unsigned i = 0; i < sizeof(costs) / sizeof(costs[0]); i++) {
        long least = 0;
        for (int j = 0; j < TRIES; j++) {
            long cost = costs[i].cost();
            least = least == 0 || cost < least ? cost : least;
        }
        printf("%s %ld\n", costs[i].name, least);
    }
}

int
main(int argc, char **argv)
{
    (void)argv;
    counts_fd = open(COUNTS_FILE, O_RDONLY);
    pages = map(PAGES * PAGE);
    touch(pages, PAGES * PAGE);
    if (argc > 1) {
        print_costs();
        return 0;
    }
    test();
    return done();
}

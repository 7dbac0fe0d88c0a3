/*
 * fork_protect.c: what may only be read stays so, whoever of the sharers dies
 * first. A right that was taken must be gone from the pages themselves: a
 * survivor that becomes the only owner of shared tables and gets its right to
 * write back there by a fault next door must not find it still in the page.
 */
#include "tap.h"

#include <sys/mman.h>

#define PAGE 4096L
#define TABLE (2L << 20)
#define BIG (1L << 30)
#define RW (PROT_READ | PROT_WRITE)
#define ANON (MAP_PRIVATE | MAP_ANONYMOUS | MAP_NORESERVE)

/* What is made read-only, and pages in and around it. The mapping is of 3 GiB
 * at a multiple of 1 GiB, so each of these is a page, a few pages across two
 * tables, a whole table, many tables, a whole table of tables. */
static const struct area {
    const char *name;
    long start, size;
} areas[] = {
    { "a page", PAGE, PAGE },
    { "pages in two tables", TABLE - 2 * PAGE, 4 * PAGE },
    { "a table's worth", TABLE, TABLE },
    { "parts of many tables", TABLE / 2, 8 * TABLE },
    { "1 GiB", BIG, BIG },
    { "1 GiB and a page on each side", BIG - PAGE, BIG + 2 * PAGE },
};
#define AREAS ((int)(sizeof(areas) / sizeof(areas[0])))

static char *base;

static void
make(void)
{
    base = mmap((void *)(4 * BIG), 3 * BIG, RW, ANON | MAP_FIXED, -1, 0);
    for (int i = 0; i < AREAS; i++) {
        base[areas[i].start] = 'f';
        base[areas[i].start + areas[i].size - PAGE] = 'l';
        base[areas[i].start - PAGE] = 'b';
        base[areas[i].start + areas[i].size] = 'a';
    }
}

static int
write_to(void *p)
{
    *(volatile char *)p = 'w';
    return 3;
}

/* Write in a child of one's own: 1 if that is fatal. */
static int
is_fatal(char *p)
{
    int status = in_child(write_to, p);
    return WIFSIGNALED(status) && WTERMSIG(status) == SIGSEGV;
}

/* The area is read-only here and all around it is not. Writes go on both
 * sides first, in this very process, so that it owns what leads there. */
static int
holds(const struct area *area)
{
    char *first = base + area->start, *last = first + area->size - PAGE;
    char f = *first, l = *last;

    first[-PAGE] = 'w';
    last[PAGE] = 'w';
    return first[-PAGE] == 'w' && last[PAGE] == 'w' && is_fatal(first)
        && is_fatal(last) && *first == f && *last == l;
}

/* Nothing is read-only here. */
static int
is_open(const struct area *area)
{
    char *first = base + area->start, *last = first + area->size - PAGE;

    *first = *last = 'w';
    first[-PAGE] = last[PAGE] = 'w';
    return *first == 'w' && *last == 'w';
}

static void
protect(const struct area *area)
{
    mprotect(base + area->start, area->size, PROT_READ);
}

/* A child of a child protects; its parent dies; then it looks. */
static int
survivor(const struct area *area, int protects_first)
{
    int ends[2], status;
    char c = 'n';
    pid_t before = getpid();

    if (protects_first) {
        protect(area);
    }
    pipe(ends);
    pid_t pid = must_fork();
    if (pid == 0) {
        pid_t parent = getppid();
        if (!protects_first) {
            protect(area);
        }
        write(ends[1], "r", 1);
        while (parent != before || getppid() == before) {
            nap(1);
            parent = before;
        }
        _exit(holds(area) ? 3 : 4);
    }
    read(ends[0], &c, 1);
    (void)status;
    return c == 'r' ? 3 : 4;
}

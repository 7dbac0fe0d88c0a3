/*
 * fork_protect.c: read-only memory stays so, whichever sharer dies first.
 * mprotect must take the right from the pages themselves: otherwise a survivor,
 * now the only owner of the shared tables, gets W back in these by a fault on a
 * neighbouring page, and finds it still set in the page's entry.
 */
#include "tap.h"

#include "raw.h"
#include <fcntl.h>
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
static int zero_fd;

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

/* The page cannot be written: not by this process (a system call tries it, as
 * that is not fatal), nor by a child. */
static int
is_fatal(char *p)
{
    if (raw(NR_read, zero_fd, P(p), 1, 0) != -EFAULT) {
        return 0;
    }
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

/* The pages are this process's own, and writable, when their right goes. */
static void
protect(const struct area *area)
{
    base[area->start] = 'f';
    base[area->start + area->size - PAGE] = 'l';
    mprotect(base + area->start, area->size, PROT_READ);
}

/* Two processes share the area: the elder, and its child, the younger. One of
 * them protects it. The elder ends, with or without having written; the younger
 * checks. */
enum { ELDER_BEFORE, YOUNGER, ELDER_AFTER, WHENS };

static const char *const whens[WHENS] = {
    "before the fork", "by the younger", "by the elder",
};

static int gate[2], ready[2], answer[2];

static void
younger(const struct area *area, int when)
{
    char c;

    if (when == YOUNGER) {
        protect(area);
    }
    write(ready[1], "r", 1);
    read(gate[0], &c, 1);
    if (when == ELDER_AFTER) {
        write(answer[1], is_open(area) ? "y" : "n", 1);
    } else {
        write(answer[1], holds(area) ? "y" : "n", 1);
    }
    _exit(0);
}

static int
elder(const struct area *area, int when)
{
    char c;

    if (when == ELDER_BEFORE) {
        protect(area);
    }
    if (must_fork() == 0) {
        younger(area, when);
    }
    read(ready[0], &c, 1);
    if (when == ELDER_AFTER) {
        protect(area);
        return holds(area) ? 3 : 4;
    }
    return when == ELDER_BEFORE || is_open(area) ? 3 : 5;
}

static void
test_survivor(const struct area *area, int when)
{
    char name[96], c = 'n';
    int status;

    make();
    pid_t pid = must_fork();
    if (pid == 0) {
        _exit(elder(area, when));
    }
    waitpid(pid, &status, 0);
    write(gate[1], "g", 1);
    read(answer[0], &c, 1);
    snprintf(name, sizeof(name), "%s read-only %s, which dies: the rights hold",
        area->name, whens[when]);
    ok(status == 0x300 && c == 'y', name);
    snprintf(name, sizeof(name), "the first ancestor can write %s",
        area->name);
    ok(is_open(area), name);
}

/* The other way round: the child dies, and the parent is the only owner. */
static int
protect_and_die(void *area)
{
    protect(area);
    return holds(area) ? 3 : 4;
}

static int
write_and_die(void *area)
{
    return holds(area) ? 3 : 4;
}

static void
test_parent(const struct area *area)
{
    char name[96];

    make();
    snprintf(name, sizeof(name), "%s read-only in a child", area->name);
    exited(in_child(protect_and_die, (void *)area), 3, name);
    ok(is_open(area), "the parent can write it");
    protect(area);
    snprintf(name, sizeof(name), "%s read-only in the parent", area->name);
    exited(in_child(write_and_die, (void *)area), 3, name);
    ok(holds(area), "and after the child's death");
    mprotect(base, 3 * BIG, RW);
    ok(is_open(area), "all can be written again");
}

int
main(void)
{
    zero_fd = open("/dev/zero", O_RDONLY);
    pipe(gate);
    pipe(ready);
    pipe(answer);
    for (int i = 0; i < AREAS; i++) {
        for (int when = 0; when < WHENS; when++) {
            test_survivor(&areas[i], when);
        }
        test_parent(&areas[i]);
    }
    return done();
}

/*
 * fork_tables.c: what one process does to its map after fork (write, unmap,
 * take rights, map anew) is not seen by the other, though they may share
 * whole tables of pages. The pages lie in one table, in neighbouring tables,
 * and in tables far apart.
 */
#include "tap.h"

#include "raw.h"
#include <sys/mman.h>

#define PAGE 4096L
#define TABLE (2L << 20)
#define BIG (1L << 30)
#define RW (PROT_READ | PROT_WRITE)
#define ANON (MAP_PRIVATE | MAP_ANONYMOUS | MAP_NORESERVE)

static const long offsets[] = {
    0, PAGE, 2 * PAGE, TABLE - PAGE, TABLE, TABLE + PAGE, 5 * TABLE,
    BIG - PAGE, BIG, BIG + TABLE, 2 * BIG,
};
#define COUNT ((int)(sizeof(offsets) / sizeof(offsets[0])))
#define LENGTH (2 * BIG + TABLE)

static char *base;

/* A letter a page: what it holds, '-' if it cannot be read, '0' if empty. */
static const char *
state(void)
{
    static char text[COUNT + 1];
    for (int i = 0; i < COUNT; i++) {
        char *p = base + offsets[i];
        if (raw(NR_access, P(p), 0, 0, 0) == -EFAULT) {
            text[i] = '-';
        } else {
            text[i] = *p ? *p : '0';
        }
    }
    return text;
}

static void
write_one(void)
{
    base[PAGE] = 'w';
}

static void
write_all(void)
{
    for (int i = 0; i < COUNT; i++) {
        base[offsets[i]] = 'w';
    }
}

static void
unmap_one(void)
{
    munmap(base + PAGE, PAGE);
}

static void
unmap_table(void)
{
    munmap(base + TABLE, TABLE);
}

static void
unmap_most(void)
{
    munmap(base + PAGE, 2 * BIG - PAGE);
}

static void
unmap_all(void)
{
    munmap(base, LENGTH);
}

static void
hide_across(void)
{
    mprotect(base + TABLE - PAGE, 2 * PAGE, PROT_NONE);
}

static void
read_only_then_write(void)
{
    mprotect(base, LENGTH, PROT_READ);
    mprotect(base + TABLE, BIG, RW);
    base[TABLE] = 'w';
    base[BIG] = 'w';
}

static void
map_anew(void)
{
    mmap(base + 2 * PAGE, 4 * TABLE, RW, ANON | MAP_FIXED, -1, 0);
    base[TABLE] = 'n';
}

static void
add_pages(void)
{
    for (int i = 3; i < 200; i++) {
        base[i * PAGE] = 'x';
        base[2 * BIG + i * PAGE] = 'x';
    }
    base[0] = 'w';
}

static const struct {
    const char *name;
    void (*act)(void);
    const char *after;
} actions[] = {
    { "writes a page", write_one, "AwCDEFGHIJK" },
    { "writes every page", write_all, "wwwwwwwwwww" },
    { "unmaps a page", unmap_one, "A-CDEFGHIJK" },
    { "unmaps a table's worth", unmap_table, "ABCD--GHIJK" },
    { "unmaps 2 GiB", unmap_most, "A---------K" },
    { "unmaps everything", unmap_all, "-----------" },
    { "hides two pages in two tables", hide_across, "ABC--FGHIJK" },
    { "makes it read-only and a part not", read_only_then_write,
        "ABCDwFGHwJK" },
    { "maps zeros over a part", map_anew, "AB00n0GHIJK" },
    { "touches new pages", add_pages, "wBCDEFGHIJK" },
};

static void
make(void)
{
    base = mmap((void *)(4 * BIG), LENGTH, RW, ANON | MAP_FIXED, -1, 0);
    for (int i = 0; i < COUNT; i++) {
        base[offsets[i]] = (char)('A' + i);
    }
}

static int
as_it_was(void)
{
    return strcmp(state(), "ABCDEFGHIJK") == 0;
}

static int
child_acts(void *number)
{
    int i = *(int *)number;
    actions[i].act();
    return strcmp(state(), actions[i].after) == 0 ? 3 : 4;
}

/* A grandchild does the same too, before and after the child does. */
static int
both_act(void *number)
{
    int first = in_child(child_acts, number), good = as_it_was();
    if (child_acts(number) != 3) {
        return 4;
    }
    return first == 0x300 && good ? 3 : 5;
}

static void
parent_acts(int i)
{
    char name[96], c;
    int gate[2], status = 0;

    pipe(gate);
    pid_t pid = fork();
    if (pid == 0) {
        close(gate[1]);
        read(gate[0], &c, 1);
        _exit(as_it_was() ? 3 : 4);
    }
    actions[i].act();
    snprintf(name, sizeof(name), "the parent %s", actions[i].name);
    is_str(state(), actions[i].after, name);
    close(gate[0]);
    close(gate[1]);
    waitpid(pid, &status, 0);
    exited(status, 3, "the child does not see it");
    is_str(state(), actions[i].after, "its death changes nothing");
}

int
main(void)
{
    char name[96];

    for (int i = 0; i < (int)(sizeof(actions) / sizeof(actions[0])); i++) {
        make();
        snprintf(name, sizeof(name), "a child %s", actions[i].name);
        exited(in_child(child_acts, &i), 3, name);
        ok(as_it_was(), "the parent does not see it");
        snprintf(name, sizeof(name), "a grandchild, then a child %s",
            actions[i].name);
        exited(in_child(both_act, &i), 3, name);
        ok(as_it_was(), "the parent does not see it");
        parent_acts(i);
    }
    return done();
}

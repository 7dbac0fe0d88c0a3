/*
 * nomem.c: each allocation of the calls that change mappings fails once, in
 * tables that are still shared after a fork; nomem.h says how, and what must
 * hold.
 *
 * seconds: 120
 * expect:
 * ok 1 - munmap of a page
 * ok 2 - munmap of a page shared once more
 * ok 3 - munmap across tables
 * ok 4 - munmap of whole tables
 * ok 5 - munmap of all
 * ok 6 - munmap in a child
 * ok 7 - mprotect of a page
 * ok 8 - mprotect across tables
 * ok 9 - mprotect to PROT_NONE
 * ok 10 - mprotect to more
 * ok 11 - mprotect in a child
 * ok 12 - mmap
 * ok 13 - mmap of shared memory
 * ok 14 - mmap of a file
 * ok 15 - mmap of a file, shared
 * ok 16 - mmap over a page
 * ok 17 - mmap over tables
 * ok 18 - mmap of a file over pages
 * ok 19 - mmap of shared memory over pages
 * ok 20 - brk up
 * ok 21 - brk up in shared tables
 * ok 22 - brk down in shared tables
 * ok 23 - munmap among many
 * ok 24 - mprotect among many
 * ok 25 - mmap over many
 * 1..25
 */
#include "nomem.h"

static char *const page = (char *)(1L << 40) + 3 * PAGE; /* of the area */
static char *break_now;
static int file_fd;

static void
munmap_part(void)
{
    CALL(SYS_munmap, P(area + PAGE), PAGE);
}

static void
munmap_across(void)
{
    CALL(SYS_munmap, P(area + TABLE / 2), 2 * TABLE);
}

static void
munmap_tables(void)
{
    CALL(SYS_munmap, P(area + TABLE), 2 * TABLE);
}

static void
munmap_all(void)
{
    CALL(SYS_munmap, P(area), AREA_TABLES * TABLE);
}

static void
mprotect_part(void)
{
    CALL(SYS_mprotect, P(area + PAGE), PAGE, PROT_READ);
}

static void
mprotect_across(void)
{
    CALL(SYS_mprotect, P(area + PAGE), 2 * TABLE, PROT_READ);
}

static void
mprotect_to_none(void)
{
    CALL(SYS_mprotect, P(area + TABLE), TABLE + PAGE, PROT_NONE);
}

static void
mprotect_more(void)
{
    page[0] = 'p';
    mprotect(page, 2 * PAGE, PROT_READ);
    CALL(SYS_mprotect, P(page), PAGE, RW);
}

static int
page_read_only(void)
{
    return page[0] == 'p' && is_read_only(page) && is_read_only(page + PAGE);
}

/* The next free place is the same in each run: none is lost when it fails. */
static long
same_place(long result)
{
    if (result >= 0 && board->where == 0) {
        board->where = result;
    }
    return result < 0 || result == board->where ? result : -EFAULT;
}

static void
mmap_memory(void)
{
    CALL(SYS_mmap, 0, TABLE, RW, ANON, -1, 0);
}

static void
mmap_shared(void)
{
    CALL(SYS_mmap, 0, TABLE, RW, MAP_SHARED | MAP_ANONYMOUS, -1, 0);
}

static void
open_file(void)
{
    static char block[2 * PAGE];

    file_fd = open("file", O_RDWR | O_CREAT | O_TRUNC, 0644);
    write(file_fd, block, sizeof(block));
}

static void
mmap_file(void)
{
    open_file();
    CALL(SYS_mmap, 0, TABLE, PROT_READ, MAP_PRIVATE, file_fd, 0);
}

static void
mmap_shared_file(void)
{
    open_file();
    CALL(SYS_mmap, 0, TABLE, RW, MAP_SHARED, file_fd, 0);
}

static void
mmap_over_part(void)
{
    CALL(SYS_mmap, P(area + PAGE), PAGE, RW, ANON | MAP_FIXED, -1, 0);
}

static void
mmap_over_tables(void)
{
    CALL(SYS_mmap, P(area + PAGE), 2 * TABLE, RW, ANON | MAP_FIXED, -1, 0);
}

static void
mmap_file_over(void)
{
    open_file();
    CALL(SYS_mmap, P(area + PAGE), TABLE, PROT_READ, MAP_PRIVATE | MAP_FIXED,
        file_fd, 0);
}

static void
mmap_shared_over(void)
{
    CALL(SYS_mmap, P(area + PAGE), TABLE, RW,
        MAP_SHARED | MAP_ANONYMOUS | MAP_FIXED, -1, 0);
}

/* brk returns no error: if it fails, the break stays. */
static long
moved(long result)
{
    return result == attempt.arg[0] ? 0 : -ENOMEM;
}

static void
brk_up(void)
{
    break_now = sbrk(0);
    CALL(SYS_brk, P(break_now + 2 * TABLE));
}

static int
nothing_above(void)
{
    char *above = (char *)((P(break_now) + PAGE - 1) & -PAGE);

    return sbrk(0) == break_now && is_unmapped(above)
           && is_unmapped(above + TABLE);
}

static void
brk_down(void)
{
    char *start = sbrk(2 * TABLE);

    break_now = start + 2 * TABLE;
    start[PAGE] = start[TABLE] = break_now[-1] = 'b';
    CALL(SYS_brk, P(start + PAGE));
}

static int
heap_there(void)
{
    volatile char *start = break_now - 2 * TABLE;

    start[PAGE]++;
    start[PAGE]--;
    start[3 * PAGE] = 'n';
    return start[PAGE] == 'b' && start[TABLE] == 'b' && break_now[-1] == 'b';
}

/* Of each four pages two may only be read: sixteen pairs of mappings, which the
 * sharer has, too, when the first of them is changed. */
#define MANY 64L

static void
many_make(void)
{
    mmap(FRESH, MANY * PAGE, RW, ANON | MAP_FIXED, -1, 0);
    for (long i = 0; i < MANY; i += 4) {
        mprotect(FRESH + i * PAGE, 2 * PAGE, PROT_READ);
    }
}

static int
many_same(void)
{
    int same = 1;

    for (long i = 0; i < MANY; i++) {
        const char *p = FRESH + i * PAGE;
        same &= !is_unmapped(p) && is_read_only(p) == (i % 4 < 2);
    }
    return same;
}

static void
munmap_among(void)
{
    many_make();
    CALL(SYS_munmap, P(FRESH + 9 * PAGE), 30 * PAGE);
}

static void
mprotect_among(void)
{
    many_make();
    CALL(SYS_mprotect, P(FRESH + 9 * PAGE), 30 * PAGE, PROT_NONE);
}

static void
mmap_over_many(void)
{
    many_make();
    CALL(SYS_mmap, P(FRESH + 9 * PAGE), 30 * PAGE, RW, ANON | MAP_FIXED, -1,
        0);
}

static const struct op ops[] = {
    OP("munmap of a page", munmap_part, EVERY, 0),
    OP("munmap of a page shared once more", munmap_part, COPIES, SHARER),
    OP("munmap across tables", munmap_across, COPIES, SHARER),
    OP("munmap of whole tables", munmap_tables, COPIES, 0),
    OP("munmap of all", munmap_all, COPIES, SHARER),
    OP("munmap in a child", munmap_across, COPIES, IN_CHILD),
    OP("mprotect of a page", mprotect_part, EVERY, 0),
    OP("mprotect across tables", mprotect_across, COPIES, SHARER),
    OP("mprotect to PROT_NONE", mprotect_to_none, COPIES, 0),
    OP("mprotect to more", mprotect_more, COPIES, SHARER,
        .intact = page_read_only),
    OP("mprotect in a child", mprotect_across, COPIES, IN_CHILD),
    OP("mmap", mmap_memory, 0, 0, .made = same_place),
    OP("mmap of shared memory", mmap_shared, 0, 0, .made = same_place),
    OP("mmap of a file", mmap_file, 0, FILES, .made = same_place),
    OP("mmap of a file, shared", mmap_shared_file, 0, FILES,
        .made = same_place),
    OP("mmap over a page", mmap_over_part, EVERY, 0),
    OP("mmap over tables", mmap_over_tables, COPIES, SHARER),
    OP("mmap of a file over pages", mmap_file_over, COPIES, FILES | SHARER),
    OP("mmap of shared memory over pages", mmap_shared_over, COPIES, SHARER),
    OP("brk up", brk_up, 0, 0, .intact = nothing_above, .made = moved),
    OP("brk up in shared tables", brk_up, COPIES, SHARER,
        .intact = nothing_above, .made = moved),
    OP("brk down in shared tables", brk_down, EVERY, SHARER,
        .intact = heap_there, .made = moved),
    OP("munmap among many", munmap_among, COPIES, SHARER,
        .intact = many_same),
    OP("mprotect among many", mprotect_among, COPIES, SHARER,
        .intact = many_same),
    OP("mmap over many", mmap_over_many, COPIES, SHARER,
        .intact = many_same),
};

int
main(int argc, char *argv[])
{
    return sweep_all(ops, sizeof(ops) / sizeof(ops[0]), argc, argv);
}

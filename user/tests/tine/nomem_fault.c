/*
 * nomem_fault.c: each allocation of a page fault fails once, whether the
 * program or the kernel, copying to it, causes the fault: this kills that
 * process, and no other; nomem.h says how, and what else must hold.
 *
 * seconds: 40
 * modes: eager page table tree
 * except: own=always
 * expect:
 * ok 1 - a first write
 * ok 2 - a first write in the parent
 * ok 3 - a first write in a grandchild
 * ok 4 - a first write of vfork's child
 * ok 5 - a second write in a table
 * ok 6 - a write after three forks
 * ok 7 - a write after a read
 * ok 8 - a write of shared memory
 * ok 9 - a write of shared memory nobody has touched
 * ok 10 - a write of a file
 * ok 11 - a write of a shared file
 * ok 12 - read(2) into shared pages
 * ok 13 - read(2) into shared tables
 * ok 14 - wait4 into shared pages
 * ok 15 - pipe into a shared page
 * ok 16 - stat into shared pages
 * ok 17 - a write of fresh memory
 * ok 18 - a read of fresh memory
 * ok 19 - a write after that
 * ok 20 - a write of the next page
 * ok 21 - a read of a mapped file
 * ok 22 - a read of a hole in a file
 * ok 23 - a write of a hole in a file
 * ok 24 - a write of a hole that others have read
 * ok 25 - a write far down the stack
 * ok 26 - read(2) into fresh memory
 * 1..26
 */
#include "nomem.h"

static char *mapped;

static void
store(char *p)
{
    CALL(STORE, P(p));
}

/* What was to be written is there. */
static long
stored(long result)
{
    return result < 0 || *(volatile char *)attempt.arg[0] == 'x' ? result
                                                                 : -EFAULT;
}

/* ---- Pages that are shared since a fork ---- */

static void
write_page(void)
{
    store(area);
}

/* Another page than others read: vfork's child writes for its parent too. */
static void
write_other_page(void)
{
    area[5 * PAGE] = 'o';
    store(area + 5 * PAGE);
}

/* The path to it is not shared any more. */
static void
write_near(void)
{
    add_sharer();
    area[0] = 'a';
    store(area + PAGE);
}

/* Shared by three generations, at other levels each. */
static void
write_generations(void)
{
    add_sharer();
    area[0] = 'a';
    add_sharer();
    area[TABLE] = 'b';
    add_sharer();
    store(area + PAGE);
}

static void
write_zero_page(void)
{
    if (((volatile char *)area)[7 * PAGE] == 0) {
        store(area + 7 * PAGE);
    }
}

static void
write_shared(void)
{
    mapped = mmap(FRESH, TABLE, RW, MAP_SHARED | MAP_ANONYMOUS | MAP_FIXED,
        -1, 0);
    mapped[0] = 's';
    store(mapped);
}

static void
write_shared_fresh(void)
{
    write_shared();
    store(mapped + PAGE);
}

static void
map_file(int flags)
{
    int fd = open("file", O_RDWR | O_CREAT | O_TRUNC, 0644);

    write(fd, "text", 4);
    lseek(fd, 4 * PAGE, SEEK_SET);
    write(fd, "more", 4); /* behind three pages that do not exist */
    mapped = mmap(FRESH, TABLE, RW, flags | MAP_FIXED, fd, 0);
    close(fd);
}

static void
write_file(void)
{
    map_file(MAP_PRIVATE);
    if (((volatile char *)mapped)[0] == 't') {
        store(mapped);
    }
}

static void
write_shared_file(void)
{
    map_file(MAP_SHARED);
    mapped[0] = 'T';
    store(mapped);
}

/* ---- Copies of the kernel's into such pages ---- */

static void
read_into(char *to, long size)
{
    int fd = open("/dev/zero", O_RDONLY);

    CALL(SYS_read, fd, P(to), size);
}

static void
read_pages(void)
{
    read_into(area + PAGE / 2, PAGE);
}

static void
read_across(void)
{
    area[TABLE - 1] = 0;
    read_into(area + TABLE - PAGE, 2 * PAGE);
}

static void
wait_into(void)
{
    pid_t pid = must_fork();

    if (pid == 0) {
        _exit(0);
    }
    CALL(SYS_wait4, pid, P(area), 0, P(area + TABLE));
}

static void
pipe_into(void)
{
    CALL(SYS_pipe, P(area));
}

static void
stat_into(void)
{
    CALL(SYS_stat, P("/"), P(area + PAGE - 8));
}

/* ---- Memory that no process has touched ---- */

static void
map_fresh(void)
{
    mapped = mmap(FRESH, TABLE, RW, ANON | MAP_FIXED, -1, 0);
}

static void
write_fresh(void)
{
    map_fresh();
    store(mapped);
}

static void
load_fresh(void)
{
    map_fresh();
    CALL(LOAD, P(mapped));
}

static void
load_then_write(void)
{
    map_fresh();
    if (((volatile char *)mapped)[0] == 0) {
        store(mapped);
    }
}

static void
write_next(void)
{
    map_fresh();
    mapped[0] = 'f';
    store(mapped + PAGE);
}

static void
load_file(void)
{
    map_file(MAP_PRIVATE);
    CALL(LOAD, P(mapped));
}

static void
load_hole(void)
{
    map_file(MAP_PRIVATE);
    CALL(LOAD, P(mapped + PAGE));
}

static void
write_hole(void)
{
    map_file(MAP_SHARED);
    store(mapped + PAGE);
}

static void
write_lent_hole(void)
{
    map_file(MAP_SHARED);
    if (((volatile char *)mapped)[PAGE] == 0) {
        add_sharer(); /* two, who share tables in which there are zeros */
        store(mapped + PAGE);
    }
}

static void
write_stack(void)
{
    char here;

    store((char *)(P(&here) & -PAGE) - 2 * TABLE);
}

static void
read_fresh(void)
{
    map_fresh();
    read_into(mapped + PAGE / 2, 3 * PAGE);
}

static const struct op ops[] = {
    OP("a first write", write_page, COPIES, FAULTS, .made = stored),
    OP("a first write in the parent", write_page, COPIES, FAULTS | SHARER,
        .made = stored),
    OP("a first write in a grandchild", write_page, COPIES, FAULTS | IN_CHILD,
        .made = stored),
    OP("a first write of vfork's child", write_other_page, COPIES,
        FAULTS | SHARER | IN_VFORK, .made = stored),
    OP("a second write in a table", write_near, COPIES, FAULTS,
        .made = stored),
    OP("a write after three forks", write_generations, COPIES, FAULTS,
        .made = stored),
    OP("a write after a read", write_zero_page, COPIES, FAULTS | SHARER,
        .made = stored),
    OP("a write of shared memory", write_shared, TABLES | TREE,
        FAULTS | SHARER, .made = stored),
    OP("a write of shared memory nobody has touched", write_shared_fresh,
        COPIES, FAULTS | SHARER, .made = stored),
    OP("a write of a file", write_file, COPIES, FAULTS | SHARER | FILES,
        .made = stored),
    OP("a write of a shared file", write_shared_file, TABLES | TREE,
        FAULTS | SHARER | FILES, .made = stored),
    OP("read(2) into shared pages", read_pages, COPIES, FAULTS | SHARER),
    OP("read(2) into shared tables", read_across, COPIES, FAULTS | SHARER),
    OP("wait4 into shared pages", wait_into, COPIES, FAULTS | SHARER),
    OP("pipe into a shared page", pipe_into, COPIES, FAULTS | SHARER,
        .may = { ENFILE, EMFILE }),
    OP("stat into shared pages", stat_into, COPIES, FAULTS | SHARER),
    OP("a write of fresh memory", write_fresh, 0, FAULTS, .made = stored),
    OP("a read of fresh memory", load_fresh, 0, FAULTS),
    OP("a write after that", load_then_write, 0, FAULTS, .made = stored),
    OP("a write of the next page", write_next, 0, FAULTS, .made = stored),
    OP("a read of a mapped file", load_file, 0, FAULTS | FILES),
    OP("a read of a hole in a file", load_hole, 0, FAULTS | FILES),
    OP("a write of a hole in a file", write_hole, 0, FAULTS | FILES,
        .made = stored),
    OP("a write of a hole that others have read", write_lent_hole, COPIES,
        FAULTS | SHARER | FILES, .made = stored),
    OP("a write far down the stack", write_stack, 0, FAULTS, .made = stored),
    OP("read(2) into fresh memory", read_fresh, 0, FAULTS),
};

int
main(int argc, char *argv[])
{
    return sweep_all(ops, sizeof(ops) / sizeof(ops[0]), argc, argv);
}

/*
 * nomem_data.c: each allocation of the calls on the contents of files fails
 * once; nomem.h says how, and what must hold.
 *
 * except: own=always
 * seconds: 40
 * expect:
 * ok 1 - ftruncate of what two have mapped
 * ok 2 - pwrite of a hole that two have read
 * ok 3 - ftruncate of a file needs none
 * ok 4 - fallocate of many pages
 * ok 5 - preadv of many parts
 * ok 6 - pread of a file of the kernel
 * ok 7 - pread of what is mapped
 * ok 8 - open of a FIFO
 * ok 9 - futex that looks at a new page
 * ok 10 - futex that writes to a shared page
 * ok 11 - futex that wakes needs none
 * 1..11
 */
#include "nomem.h"

#include "abi/futex.h"

#include <sys/stat.h>
#include <sys/uio.h>

#define SEGMENTS 20

static char block[20000];
static int fd;

static void
make_file(long size)
{
    fd = open("file", O_RDWR | O_CREAT | O_TRUNC, 0644);
    write(fd, "text", 4);
    ftruncate(fd, size);
}

static int
has(long size, long pages)
{
    struct stat status;

    return fstat(fd, &status) == 0 && status.st_size == size
        && status.st_blocks == pages * (PAGE / 512);
}

/* In tables of their own, which the other process shares. */
static void
cut_mapped(void)
{
    make_file(5 * PAGE);
    volatile char *p = mmap(area + (AREA_TABLES + 1) * TABLE, 5 * PAGE,
        PROT_READ, MAP_PRIVATE | MAP_FIXED, fd, 0);
    for (int i = 0; i < 5; i++) {
        (void)p[i * PAGE];
    }
    CALL(SYS_ftruncate, fd, PAGE);
}

static int
as_long(void)
{
    return has(5 * PAGE, 1);
}

/* The zeros must leave the tables, shared ones, before the page is written. */
static volatile char *reader;

static void
write_hole(void)
{
    make_file(5 * PAGE);
    reader = mmap(area + (AREA_TABLES + 1) * TABLE, 5 * PAGE, PROT_READ,
        MAP_SHARED | MAP_FIXED, fd, 0);
    (void)reader[3 * PAGE];
    CALL(SYS_pwrite64, fd, P("x"), 1, 3 * PAGE);
}

static long
is_seen(long result)
{
    return result == 1 && reader[3 * PAGE] != 'x' ? -EIO : result;
}

static int
still_hole(void)
{
    char c = 1;

    return pread(fd, &c, 1, 3 * PAGE) == 1 && c == 0;
}

static void
grow_file(void)
{
    make_file(4);
    CALL(SYS_ftruncate, fd, 1L << 40);
}

/* In two nodes of the file's tree, of which one is to be made. */
static void
fill_file(void)
{
    make_file(4);
    CALL(SYS_fallocate, fd, 0, 510 * PAGE, 5 * PAGE);
}

static int
one_page(void)
{
    return has(4, 1);
}

static void
do_preadv(void)
{
    static struct iovec iov[SEGMENTS];

    make_file(4);
    for (int i = 0; i < SEGMENTS; i++) {
        iov[i] = (struct iovec) { block + i, 1 };
    }
    CALL(SYS_preadv, fd, P(iov), SEGMENTS, 1);
}

static void
pread_proc(void)
{
    fd = open("/proc/tine/fork", O_RDONLY);
    CALL(SYS_pread64, fd, P(block), sizeof(block), 0);
}

static void
pread_maps(void)
{
    fd = open("/proc/self/maps", O_RDONLY);
    CALL(SYS_pread64, fd, P(block), sizeof(block), 0);
}

static void
open_fifo(void)
{
    mkfifo("file", 0600);
    CALL(SYS_open, P("file"), O_RDWR);
}

/* Where nothing was read or written yet. */
static void
futex_looks(void)
{
    mmap(FRESH, PAGE, RW, ANON | MAP_FIXED, -1, 0);
    CALL(SYS_futex, P(FRESH), FUTEX_WAIT, 7);
}

static int *const word = (int *)(area + TABLE / 2 + PAGE);

static void
futex_writes(void)
{
    *word = 1;
    add_sharer();
    CALL(SYS_futex, P(area), FUTEX_WAKE_OP, 1, 1, P(word),
        FUTEX_OP_ADD << 28 | 1 << 12);
}

static int
one_is_there(void)
{
    return *word == 1;
}

static void
futex_wakes(void)
{
    CALL(SYS_futex, P(area), FUTEX_WAKE | FUTEX_PRIVATE_FLAG, 1);
}

static const struct op ops[] = {
    OP("ftruncate of what two have mapped", cut_mapped, TABLES | TREE,
        FILES | SHARER, .intact = as_long),
    OP("pwrite of a hole that two have read", write_hole, 0, FILES | SHARER,
        .intact = still_hole, .made = is_seen),
    OP("ftruncate of a file needs none", grow_file, 0, FILES | NEVER),
    OP("fallocate of many pages", fill_file, 0, FILES, .may = { ENOSPC },
        .intact = one_page),
    OP("preadv of many parts", do_preadv, 0, FILES),
    OP("pread of a file of the kernel", pread_proc, 0, 0),
    OP("pread of what is mapped", pread_maps, 0, 0),
    OP("open of a FIFO", open_fifo, 0, FILES, .may = { ENFILE }),
    OP("futex that looks at a new page", futex_looks, EVERY, 0,
        .may = { EFAULT }, .always = EAGAIN),
    OP("futex that writes to a shared page", futex_writes, COPIES, 0,
        .may = { EFAULT }, .intact = one_is_there),
    OP("futex that wakes needs none", futex_wakes, 0, NEVER),
};

int
main(int argc, char *argv[])
{
    return sweep_all(ops, sizeof(ops) / sizeof(ops[0]), argc, argv);
}

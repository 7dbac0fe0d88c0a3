/*
 * nomem_files.c: want of memory at every point of calls on names and files, one
 * by one; nomem.h says how, and what must hold.
 *
 * seconds: 40
 * expect:
 * ok 1 - open
 * ok 2 - open with O_TRUNC
 * ok 3 - open with O_CREAT
 * ok 4 - openat with O_EXCL
 * ok 5 - open that needs a larger table
 * ok 6 - open of a missing file
 * ok 7 - open of a directory
 * ok 8 - open of a device
 * ok 9 - open of a file of the kernel
 * ok 10 - open of a file of a process
 * ok 11 - open of a process
 * ok 12 - mkdir
 * ok 13 - rmdir
 * ok 14 - unlink
 * ok 15 - stat
 * ok 16 - chdir
 * ok 17 - getcwd
 * ok 18 - write to a file
 * ok 19 - write far behind a file
 * ok 20 - readv of many parts
 * ok 21 - writev of many parts
 * ok 22 - read of a file of the kernel
 * ok 23 - read of a file needs none
 * ok 24 - getdents needs none
 * ok 25 - ftruncate of what two have mapped
 * ok 26 - ftruncate of a file needs none
 * ok 27 - fallocate of many pages
 * ok 28 - preadv of many parts
 * ok 29 - pread of a file of the kernel
 * ok 30 - open of a FIFO
 * 1..30
 */
#include "nomem.h"

#include <sys/mman.h>
#include <sys/stat.h>
#include <sys/uio.h>

#define SEGMENTS 20

static char block[20000];
static int fd;

/* ---- Names ---- */

static void
make_file(void)
{
    fd = open("file", O_RDWR | O_CREAT | O_TRUNC, 0644);
    write(fd, "text", 4);
    lseek(fd, 0, SEEK_SET);
    mkdir("dir", 0755);
}

static int
file_there(void)
{
    struct stat status;

    return stat("file", &status) == 0 && status.st_size == 4;
}

static int
dir_there(void)
{
    struct stat status;

    return stat("dir", &status) == 0 && S_ISDIR(status.st_mode);
}

static int
no_file(void)
{
    return access("file", 0) < 0 && errno == ENOENT;
}

static int
no_dir(void)
{
    return access("dir", 0) < 0 && errno == ENOENT;
}

static void
open_it(void)
{
    make_file();
    CALL(SYS_open, P("file"), O_RDONLY);
}

static void
open_empties(void)
{
    make_file();
    CALL(SYS_open, P("file"), O_RDWR | O_TRUNC);
}

static void
open_creates(void)
{
    CALL(SYS_open, P("file"), O_RDWR | O_CREAT, 0644);
}

static void
open_is_first(void)
{
    CALL(SYS_openat, AT_FDCWD, P("file"), O_RDWR | O_CREAT | O_EXCL, 0644);
}

static void
open_grows(void)
{
    while (dup(0) < 23) {
    }
    CALL(SYS_open, P("file"), O_RDWR | O_CREAT, 0644);
}

static void
open_directory(void)
{
    CALL(SYS_open, P("."), O_RDONLY | O_DIRECTORY);
}

static void
open_device(void)
{
    CALL(SYS_open, P("/dev/zero"), O_RDWR);
}

static void
open_proc(void)
{
    CALL(SYS_open, P("/proc/tine/check"), O_RDONLY);
}

static void
open_stat(void)
{
    CALL(SYS_open, P("/proc/self/stat"), O_RDONLY);
}

static void
open_self(void)
{
    CALL(SYS_open, P("/proc/self"), O_RDONLY);
}

static void
open_missing(void)
{
    CALL(SYS_open, P("missing"), O_RDONLY);
}

static void
do_mkdir(void)
{
    CALL(SYS_mkdir, P("dir"), 0755);
}

static void
do_rmdir(void)
{
    make_file();
    CALL(SYS_rmdir, P("dir"));
}

static void
do_unlink(void)
{
    make_file();
    CALL(SYS_unlink, P("file"));
}

static void
do_stat(void)
{
    make_file();
    CALL(SYS_stat, P("file"), P(block));
}

static void
do_chdir(void)
{
    CALL(SYS_chdir, P("/proc"));
}

static void
do_getcwd(void)
{
    CALL(SYS_getcwd, P(block), sizeof(block));
}

/* ---- Contents ---- */

static void
write_file(void)
{
    make_file();
    lseek(fd, PAGE, SEEK_SET);
    CALL(SYS_write, fd, P(block), sizeof(block));
}

/* So far behind that the file's tree of pages becomes higher, twice. */
static void
write_far(void)
{
    make_file();
    lseek(fd, (1L << 30) + 5 * PAGE, SEEK_SET);
    CALL(SYS_write, fd, P("far"), 3);
}

static struct iovec *
segments(void)
{
    static struct iovec iov[SEGMENTS];

    make_file();
    for (int i = 0; i < SEGMENTS; i++) {
        iov[i] = (struct iovec) { block + i, 1 };
    }
    return iov;
}

static void
do_readv(void)
{
    CALL(SYS_readv, fd, P(segments()), SEGMENTS);
    attempt.arg[0] = fd;
}

static void
do_writev(void)
{
    CALL(SYS_writev, fd, P(segments()), SEGMENTS);
    attempt.arg[0] = fd;
}

static void
read_file(void)
{
    make_file();
    CALL(SYS_read, fd, P(block), sizeof(block));
}

static void
read_proc(void)
{
    fd = open("/proc/tine/fork", O_RDONLY);
    CALL(SYS_read, fd, P(block), sizeof(block));
}

static void
read_directory(void)
{
    fd = open("/proc", O_RDONLY);
    CALL(SYS_getdents64, fd, P(block), sizeof(block));
}

static int
five_pages(void)
{
    struct stat status;

    return fstat(fd, &status) == 0 && status.st_size == 5 * PAGE;
}

static void
cut_mapped(void)
{
    make_file();
    ftruncate(fd, 5 * PAGE);
    volatile char *p = mmap(area + (AREA_TABLES + 1) * TABLE, 5 * PAGE,
        PROT_READ, MAP_PRIVATE | MAP_FIXED, fd, 0);
    for (int i = 0; i < 5; i++) {
        (void)p[i * PAGE];
    }
    CALL(SYS_ftruncate, fd, PAGE);
}

static void
cut_file(void)
{
    make_file();
    CALL(SYS_ftruncate, fd, 1L << 40);
}

static void
fill_file(void)
{
    make_file();
    CALL(SYS_fallocate, fd, 0, 510 * PAGE, 5 * PAGE);
}

static int
one_page(void)
{
    struct stat status;

    return fstat(fd, &status) == 0 && status.st_size == 4
        && status.st_blocks == PAGE / 512;
}

static void
do_preadv(void)
{
    CALL(SYS_preadv, fd, P(segments()), SEGMENTS, 1);
    attempt.arg[0] = fd;
}

static void
pread_proc(void)
{
    fd = open("/proc/tine/fork", O_RDONLY);
    CALL(SYS_pread64, fd, P(block), sizeof(block), 0);
}

static void
open_fifo(void)
{
    mkfifo("file", 0600);
    CALL(SYS_open, P("file"), O_RDWR);
}

#define OPEN_MAY .may = { ENFILE, ENOSPC }

static const struct op ops[] = {
    OP("open", open_it, 0, FILES, OPEN_MAY, .intact = file_there),
    OP("open with O_TRUNC", open_empties, 0, FILES, OPEN_MAY,
        .intact = file_there),
    OP("open with O_CREAT", open_creates, 0, FILES, OPEN_MAY,
        .intact = no_file),
    OP("openat with O_EXCL", open_is_first, 0, FILES, OPEN_MAY,
        .intact = no_file),
    OP("open that needs a larger table", open_grows, 0, FILES, OPEN_MAY,
        .intact = no_file),
    OP("open of a missing file", open_missing, 0, 0, OPEN_MAY,
        .always = ENOENT),
    OP("open of a directory", open_directory, 0, 0, OPEN_MAY),
    OP("open of a device", open_device, 0, 0, OPEN_MAY),
    OP("open of a file of the kernel", open_proc, 0, 0, OPEN_MAY),
    OP("open of a file of a process", open_stat, 0, 0, OPEN_MAY),
    OP("open of a process", open_self, 0, 0, OPEN_MAY),
    OP("mkdir", do_mkdir, 0, FILES, .may = { ENOSPC }, .intact = no_dir),
    OP("rmdir", do_rmdir, 0, FILES, .intact = dir_there),
    OP("unlink", do_unlink, 0, FILES, .intact = file_there),
    OP("stat", do_stat, 0, FILES),
    OP("chdir", do_chdir, 0, 0),
    OP("getcwd", do_getcwd, 0, 0),
    OP("write to a file", write_file, 0, FILES | PARTIAL, .may = { ENOSPC },
        .intact = file_there),
    OP("write far behind a file", write_far, 0, FILES, .may = { ENOSPC },
        .intact = file_there),
    OP("readv of many parts", do_readv, 0, FILES),
    OP("writev of many parts", do_writev, 0, FILES, .may = { ENOSPC },
        .intact = file_there),
    OP("read of a file of the kernel", read_proc, 0, 0),
    OP("read of a file needs none", read_file, 0, FILES | NEVER),
    OP("getdents needs none", read_directory, 0, NEVER),
    OP("ftruncate of what two have mapped", cut_mapped, TABLES | TREE,
        FILES | SHARER, .intact = five_pages),
    OP("ftruncate of a file needs none", cut_file, 0, FILES | NEVER),
    OP("fallocate of many pages", fill_file, 0, FILES, .may = { ENOSPC },
        .intact = one_page),
    OP("preadv of many parts", do_preadv, 0, FILES),
    OP("pread of a file of the kernel", pread_proc, 0, 0),
    OP("open of a FIFO", open_fifo, 0, FILES, OPEN_MAY),
};

int
main(int argc, char *argv[])
{
    return sweep_all(ops, sizeof(ops) / sizeof(ops[0]), argc, argv);
}

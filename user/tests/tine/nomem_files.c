/*
 * nomem_files.c: each allocation of the calls on names and files fails once;
 * nomem.h says how, and what must hold.
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
 * ok 13 - rmdir needs none
 * ok 14 - unlink needs none
 * ok 15 - stat needs none
 * ok 16 - stat of a long path
 * ok 17 - stat through a link
 * ok 18 - chdir needs none
 * ok 19 - getcwd
 * ok 20 - symlink
 * ok 21 - link
 * ok 22 - rename
 * ok 23 - rename over a file
 * ok 24 - renameat2 that exchanges
 * ok 25 - readlink
 * ok 26 - readlink of a descriptor
 * ok 27 - open of a descriptor's link
 * ok 28 - write to a file
 * ok 29 - write far behind a file
 * ok 30 - readv of many parts
 * ok 31 - writev of many parts
 * ok 32 - read of a file of the kernel
 * ok 33 - read of a file needs none
 * ok 34 - getdents needs none
 * ok 35 - getdents of descriptors needs none
 * 1..35
 */
#include "nomem.h"

#include <sys/uio.h>

#define SEGMENTS 20

static char block[20000];

/* Its pages become the child's own: no call is to need one. */
static void
own_block(void)
{
    memset(block, 0, sizeof(block));
}

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
stat_long(void)
{
    memset(block, '/', 1024);
    strcpy(block + 200, "dev/zero");
    CALL(SYS_stat, P(block), P(block + 512));
}

static void
stat_link(void)
{
    make_file();
    symlink("file", "link");
    CALL(SYS_stat, P("link"), P(block));
}

static void
do_symlink(void)
{
    CALL(SYS_symlink, P("text"), P("new"));
}

static void
do_link(void)
{
    make_file();
    CALL(SYS_link, P("file"), P("new"));
}

static void
do_rename(void)
{
    make_file();
    CALL(SYS_rename, P("file"), P("new"));
}

static void
rename_over(void)
{
    make_file();
    close(open("other", O_WRONLY | O_CREAT, 0644));
    CALL(SYS_rename, P("other"), P("file"));
}

static void
rename_exchange(void)
{
    make_file();
    close(open("other", O_WRONLY | O_CREAT, 0644));
    CALL(SYS_renameat2, AT_FDCWD, P("other"), AT_FDCWD, P("file"),
        RENAME_EXCHANGE);
}

static int
no_new(void)
{
    return access("new", 0) < 0 && errno == ENOENT;
}

static int
not_renamed(void)
{
    return file_there() && no_new();
}

static void
do_readlink(void)
{
    symlink("file", "link");
    own_block();
    CALL(SYS_readlink, P("link"), P(block), sizeof(block));
}

static void
readlink_fd(void)
{
    own_block();
    CALL(SYS_readlink, P("/proc/self/fd/0"), P(block), sizeof(block));
}

static void
open_fd(void)
{
    make_file();
    snprintf(block, sizeof(block), "/proc/self/fd/%d", fd);
    CALL(SYS_open, P(block), O_RDWR);
}

static void
do_chdir(void)
{
    CALL(SYS_chdir, P("/proc"));
}

static void
do_getcwd(void)
{
    own_block();
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
read_descriptors(void)
{
    fd = open("/proc/self/fd", O_RDONLY);
    CALL(SYS_getdents64, fd, P(block), sizeof(block));
}

static void
read_directory(void)
{
    fd = open("/proc", O_RDONLY);
    CALL(SYS_getdents64, fd, P(block), sizeof(block));
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
    OP("rmdir needs none", do_rmdir, 0, FILES | NEVER, .intact = dir_there),
    OP("unlink needs none", do_unlink, 0, FILES | NEVER,
        .intact = file_there),
    OP("stat needs none", do_stat, 0, FILES | NEVER),
    OP("stat of a long path", stat_long, 0, 0),
    OP("stat through a link", stat_link, 0, FILES),
    OP("chdir needs none", do_chdir, 0, NEVER),
    OP("getcwd", do_getcwd, 0, 0),
    OP("symlink", do_symlink, 0, FILES, .may = { ENOSPC }, .intact = no_new),
    OP("link", do_link, 0, FILES, .may = { ENOSPC }, .intact = not_renamed),
    OP("rename", do_rename, 0, FILES, .may = { ENOSPC },
        .intact = not_renamed),
    OP("rename over a file", rename_over, 0, FILES, .may = { ENOSPC },
        .intact = file_there),
    OP("renameat2 that exchanges", rename_exchange, 0, FILES,
        .may = { ENOSPC }, .intact = file_there),
    OP("readlink", do_readlink, 0, FILES),
    OP("readlink of a descriptor", readlink_fd, 0, 0),
    OP("open of a descriptor's link", open_fd, 0, FILES, OPEN_MAY,
        .intact = file_there),
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
    OP("getdents of descriptors needs none", read_descriptors, 0, NEVER),
};

int
main(int argc, char *argv[])
{
    return sweep_all(ops, sizeof(ops) / sizeof(ops[0]), argc, argv);
}

/*
 * nomem_names.c: want of memory at every point of calls that give, move and
 * take names and cut files, one by one; nomem.h says how, and what must hold.
 *
 * seconds: 40
 * expect:
 * ok 1 - link
 * ok 2 - symlink
 * ok 3 - readlink
 * ok 4 - open through links
 * ok 5 - rename
 * ok 6 - rename over a file
 * ok 7 - rename into a directory
 * ok 8 - rename of a directory
 * ok 9 - rename, to exchange
 * ok 10 - mknod of a file
 * ok 11 - mknod of a pipe
 * ok 12 - open of a pipe
 * ok 13 - chmod
 * ok 14 - truncate
 * ok 15 - truncate to more
 * ok 16 - fallocate
 * ok 17 - pwrite
 * ok 18 - statx
 * ok 19 - readlink of /proc/self/exe
 * ok 20 - open of /proc/self/exe
 * 1..20
 */
#include "nomem.h"

#include <sys/stat.h>

static char block[20000];
static int fd;

static void
make(void)
{
    fd = open("file", O_RDWR | O_CREAT | O_TRUNC, 0644);
    write(fd, "text", 4);
    mkdir("dir", 0755);
}

static long
size_of(const char *name)
{
    struct stat status;

    return lstat(name, &status) == 0 ? (long)status.st_size : -1;
}

/* All is as make has made it. */
static int
as_made(void)
{
    struct stat status;

    return size_of("file") == 4 && size_of("new") == -1
        && size_of("dir/in") == -1 && stat("file", &status) == 0
        && status.st_nlink == 1 && (status.st_mode & 0777) == 0644
        && stat("dir", &status) == 0 && status.st_nlink == 2;
}

/* The same, and `new', of three bytes or three letters, is there. */
static int
new_too(void)
{
    struct stat status;

    return size_of("file") == 4 && size_of("new") == 3
        && lstat("new", &status) == 0 && status.st_nlink == 1;
}

static int
nothing_new(void)
{
    return size_of("new") == -1;
}

static void
do_link(void)
{
    make();
    CALL(SYS_link, P("file"), P("new"));
}

static void
do_symlink(void)
{
    make();
    CALL(SYS_symlink, P("a path that is somewhat longer than most"), P("new"));
}

static void
do_readlink(void)
{
    make();
    symlink("dir", "new");
    CALL(SYS_readlink, P("new"), P(block), sizeof(block));
}

static void
open_linked(void)
{
    symlink("dir/in", "new");
    mkdir("dir", 0755);
    symlink("../file", "dir/in");
    close(open("file", O_RDWR | O_CREAT, 0644));
    CALL(SYS_open, P("new"), O_RDONLY);
}

static void
do_rename(void)
{
    make();
    CALL(SYS_rename, P("file"), P("new"));
}

static void
make_new(void)
{
    make();
    int new = open("new", O_WRONLY | O_CREAT, 0644);
    write(new, "new", 3);
    close(new);
}

static void
rename_over(void)
{
    make_new();
    CALL(SYS_rename, P("file"), P("new"));
}

static void
rename_into(void)
{
    make();
    CALL(SYS_renameat, AT_FDCWD, P("file"), AT_FDCWD, P("dir/in"));
}

static void
rename_directory(void)
{
    make();
    CALL(SYS_rename, P("dir"), P("new"));
}

static void
exchange(void)
{
    make_new();
    CALL(SYS_renameat2, AT_FDCWD, P("file"), AT_FDCWD, P("new"),
        RENAME_EXCHANGE);
}

static void
mknod_file(void)
{
    CALL(SYS_mknod, P("new"), S_IFREG | 0644, 0);
}

static void
mknod_pipe(void)
{
    CALL(SYS_mknod, P("new"), S_IFIFO | 0644, 0);
}

static void
open_pipe(void)
{
    mkfifo("new", 0600);
    CALL(SYS_open, P("new"), O_RDWR);
}

static void
do_chmod(void)
{
    make();
    CALL(SYS_chmod, P("file"), 0600);
}

static void
do_truncate(void)
{
    make();
    CALL(SYS_truncate, P("file"), 1);
}

static void
truncate_more(void)
{
    make();
    CALL(SYS_truncate, P("file"), 1L << 30);
}

static void
do_fallocate(void)
{
    make();
    CALL(SYS_fallocate, fd, 0, 0, 5 * PAGE);
}

static void
do_pwrite(void)
{
    make();
    CALL(SYS_pwrite64, fd, P(block), sizeof(block), PAGE);
}

static void
do_statx(void)
{
    make();
    CALL(SYS_statx, AT_FDCWD, P("file"), 0, STATX_BASIC_STATS, P(block));
}

static void
readlink_exe(void)
{
    CALL(SYS_readlink, P("/proc/self/exe"), P(block), sizeof(block));
}

static void
open_exe(void)
{
    CALL(SYS_open, P("/proc/self/exe"), O_RDONLY);
}

#define NAME_MAY .may = { ENOSPC }

static const struct op ops[] = {
    OP("link", do_link, 0, FILES, NAME_MAY, .intact = as_made),
    OP("symlink", do_symlink, 0, FILES, NAME_MAY, .intact = as_made),
    OP("readlink", do_readlink, 0, FILES, .intact = new_too),
    OP("open through links", open_linked, 0, FILES, .may = { ENFILE }),
    OP("rename", do_rename, 0, FILES, NAME_MAY, .intact = as_made),
    OP("rename over a file", rename_over, 0, FILES, NAME_MAY,
        .intact = new_too),
    OP("rename into a directory", rename_into, 0, FILES, NAME_MAY,
        .intact = as_made),
    OP("rename of a directory", rename_directory, 0, FILES, NAME_MAY,
        .intact = as_made),
    OP("rename, to exchange", exchange, 0, FILES, NAME_MAY,
        .intact = new_too),
    OP("mknod of a file", mknod_file, 0, FILES, NAME_MAY,
        .intact = nothing_new),
    OP("mknod of a pipe", mknod_pipe, 0, FILES, NAME_MAY,
        .intact = nothing_new),
    OP("open of a pipe", open_pipe, 0, FILES, .may = { ENFILE }),
    OP("chmod", do_chmod, 0, FILES, .intact = as_made),
    OP("truncate", do_truncate, 0, FILES, .intact = as_made),
    OP("truncate to more", truncate_more, 0, FILES, NAME_MAY,
        .intact = as_made),
    OP("fallocate", do_fallocate, 0, FILES, NAME_MAY, .intact = as_made),
    OP("pwrite", do_pwrite, 0, FILES | PARTIAL, NAME_MAY, .intact = as_made),
    OP("statx", do_statx, 0, FILES),
    OP("readlink of /proc/self/exe", readlink_exe, 0, 0),
    OP("open of /proc/self/exe", open_exe, 0, 0, .may = { ENFILE }),
};

int
main(int argc, char *argv[])
{
    return sweep_all(ops, sizeof(ops) / sizeof(ops[0]), argc, argv);
}

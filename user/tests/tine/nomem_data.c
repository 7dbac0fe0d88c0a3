/*
 * nomem_data.c: want of memory at every point of calls that make files and
 * pipes by name and fill them, one by one; nomem.h says how, and what must
 * hold.
 *
 * seconds: 40
 * expect:
 * ok 1 - mknod of a file
 * ok 2 - mknod of a pipe
 * ok 3 - open of a pipe
 * ok 4 - fallocate
 * ok 5 - fallocate that keeps the size
 * ok 6 - pwrite
 * 1..6
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
}

static int
as_made(void)
{
    struct stat status;
    char text[8];

    return stat("file", &status) == 0 && status.st_size == 4
        && pread(fd, text, 8, 0) == 4 && memcmp(text, "text", 4) == 0;
}

static int
nothing_new(void)
{
    return access("new", F_OK) < 0 && errno == ENOENT;
}

static int
nobody_reads(void)
{
    return open("new", O_WRONLY | O_NONBLOCK) < 0 && errno == ENXIO;
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
    CALL(SYS_open, P("new"), O_RDONLY | O_NONBLOCK);
}

static void
do_fallocate(void)
{
    make();
    CALL(SYS_fallocate, fd, 0, PAGE, 5 * PAGE);
}

static void
fallocate_keeps(void)
{
    make();
    CALL(SYS_fallocate, fd, FALLOC_FL_KEEP_SIZE, PAGE, 5 * PAGE);
}

static void
do_pwrite(void)
{
    make();
    CALL(SYS_pwrite64, fd, P(block), sizeof(block), PAGE);
}

static const struct op ops[] = {
    OP("mknod of a file", mknod_file, 0, FILES, .may = { ENOSPC },
        .intact = nothing_new),
    OP("mknod of a pipe", mknod_pipe, 0, FILES, .may = { ENOSPC },
        .intact = nothing_new),
    OP("open of a pipe", open_pipe, 0, FILES, .may = { ENFILE },
        .intact = nobody_reads),
    OP("fallocate", do_fallocate, 0, FILES, .may = { ENOSPC },
        .intact = as_made),
    OP("fallocate that keeps the size", fallocate_keeps, 0, FILES,
        .may = { ENOSPC }, .intact = as_made),
    OP("pwrite", do_pwrite, 0, FILES | PARTIAL, .may = { ENOSPC },
        .intact = as_made),
};

int
main(int argc, char *argv[])
{
    return sweep_all(ops, sizeof(ops) / sizeof(ops[0]), argc, argv);
}

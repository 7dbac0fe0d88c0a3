/*
 * nomem_files.c: want of memory at every point of calls on files and of other
 * small ones, one by one; nomem.h says how, and what must hold.
 *
 * seconds: 30
 * expect:
 * ok 1 - pipe: fails well at some points
 * ok 2 - open: fails well at some points
 * ok 3 - creating a file: fails well at some points
 * ok 4 - mkdir: fails well at some points
 * ok 5 - writing a file: fails well at some points
 * ok 6 - writing a pipe: fails well at some points
 * ok 7 - reading a directory: fails well at some points
 * ok 8 - dup: fails well at some points
 * ok 9 - chdir: fails well at some points
 * ok 10 - sigaction: fails well at some points
 * ok 11 - all is well
 * 1..11
 */
#include "nomem.h"

#include <dirent.h>

static void
forget(void)
{
    unlink("file");
    rmdir("dir");
}

static void
make_file(void)
{
    close(open("file", O_RDWR | O_CREAT | O_TRUNC, 0644));
}

static long
do_pipe(void)
{
    int ends[2];
    return pipe(ends);
}

static long
do_open(void)
{
    return open("file", O_RDONLY);
}

static long
do_create(void)
{
    return open("file", O_RDWR | O_CREAT, 0644);
}

static int
no_file(void)
{
    return access("file", 0) < 0;
}

static int
no_dir(void)
{
    return access("dir", 0) < 0;
}

static long
do_mkdir(void)
{
    return mkdir("dir", 0755);
}

static int written;

static void
open_written(void)
{
    written = open("file", O_RDWR | O_CREAT | O_TRUNC, 0644);
}

static long
do_write(void)
{
    static char block[20000];
    return write(written, block, sizeof(block));
}

static long
do_dup(void)
{
    return fcntl(0, F_DUPFD, 200);
}

static long
do_chdir(void)
{
    return chdir("/proc");
}

static long
do_sigaction(void)
{
    return signal(SIGUSR1, SIG_IGN) == SIG_ERR ? -1 : 0;
}

static int pipe_ends[2];

static void
open_pipe(void)
{
    pipe(pipe_ends);
}

static long
do_write_pipe(void)
{
    return write(pipe_ends[1], "hello", 5);
}

static long
do_getdents(void)
{
    DIR *dir = opendir(".");
    long n = dir && readdir(dir) ? 0 : -1;
    int error = errno;

    if (dir) {
        closedir(dir);
    }
    errno = error;
    return n;
}

static const struct call calls[] = {
    { .name = "pipe", .call = do_pipe, .also = ENFILE },
    { .name = "open", .call = do_open, .also = ENFILE, .before = make_file,
        .after = forget },
    { .name = "creating a file", .call = do_create, .also = ENOSPC,
        .intact = no_file, .after = forget },
    { .name = "mkdir", .call = do_mkdir, .also = ENOSPC, .intact = no_dir,
        .after = forget },
    { .name = "writing a file", .call = do_write, .also = ENOSPC,
        .before = open_written, .after = forget },
    { .name = "writing a pipe", .call = do_write_pipe, .before = open_pipe },
    { .name = "reading a directory", .call = do_getdents,
        .before = make_file, .after = forget },
    { .name = "dup", .call = do_dup, .also = EMFILE },
    { .name = "chdir", .call = do_chdir },
    { .name = "sigaction", .call = do_sigaction },
};

int
main(void)
{
    long base = counts_get("processes");

    counts_fd = open(COUNTS_FILE, O_RDONLY);
    for (int i = 0; i < (int)(sizeof(calls) / sizeof(calls[0])); i++) {
        nomem_test(&calls[i], base);
    }
    ok(counts_well(), "all is well");
    return done();
}

/*
 * errors_data.c: each error, as the manual pages list them, of the calls that
 * read, write, truncate, allocate or sync a file.
 */
#include "errors.h"

#include <sys/uio.h>

#define NO 77       /* a descriptor that is not open */
#define MOST 0x7fffffffffffffffL

static char long_name[300], buf[64];
static const struct iovec good[2] = { { buf, 4 }, { buf, 4 } };
static const struct iovec huge[2] = { { buf, 4 }, { buf, -1UL } };

/* There are: file, dir, loop -> loop, dangling -> none; 5 is file, 6 the
 * directory, 8 and 9 the ends of a pipe, 10 file to read, 11 to write. */
static const struct error_case move_cases[] = {
    { "pread64", "no descriptor", NR_pread64, { NO, P(buf), 4, 0 }, EBADF },
    { "pread64", "one to write", NR_pread64, { 11, P(buf), 4, 0 }, EBADF },
    { "pread64", "a place before the file", NR_pread64,
        { 5, P(buf), 4, -1 }, EINVAL },
    { "pread64", "that, and no descriptor", NR_pread64,
        { NO, P(buf), 4, -1 }, EINVAL },
    { "pread64", "a pipe", NR_pread64, { 8, P(buf), 4, 0 }, ESPIPE },
    { "pread64", "a directory", NR_pread64, { 6, P(buf), 4, 0 }, EISDIR },
    { "pread64", "no memory", NR_pread64, { 5, 0, 4, 0 }, EFAULT },
    { "pread64", "past the last place", NR_pread64,
        { 5, P(buf), 4, MOST - 1 }, EINVAL },
    { "pwrite64", "no descriptor", NR_pwrite64, { NO, P(buf), 4, 0 },
        EBADF },
    { "pwrite64", "one to read", NR_pwrite64, { 10, P(buf), 4, 0 }, EBADF },
    { "pwrite64", "a place before the file", NR_pwrite64,
        { 5, P(buf), 4, -1 }, EINVAL },
    { "pwrite64", "a pipe", NR_pwrite64, { 9, P(buf), 4, 0 }, ESPIPE },
    { "pwrite64", "a directory", NR_pwrite64, { 6, P(buf), 4, 0 }, EBADF },
    { "pwrite64", "no memory", NR_pwrite64, { 5, 0, 4, 0 }, EFAULT },
    { "pwrite64", "past the last place", NR_pwrite64,
        { 5, P(buf), 4, MOST - 1 }, EINVAL },
    { "preadv", "no descriptor", NR_preadv, { NO, P(good), 2, 0 }, EBADF },
    { "preadv", "one to write", NR_preadv, { 11, P(good), 2, 0 }, EBADF },
    { "preadv", "a place before the file", NR_preadv,
        { 5, P(good), 2, -1 }, EINVAL },
    { "preadv", "a pipe", NR_preadv, { 8, P(good), 2, 0 }, ESPIPE },
    { "preadv", "a negative count", NR_preadv, { 5, P(good), -1, 0 },
        EINVAL },
    { "preadv", "too many pieces", NR_preadv, { 5, P(good), 1025, 0 },
        EINVAL },
    { "preadv", "a piece too long", NR_preadv, { 5, P(huge), 2, 0 },
        EINVAL },
    { "pwritev", "no descriptor", NR_pwritev, { NO, P(good), 2, 0 }, EBADF },
    { "pwritev", "one to read", NR_pwritev, { 10, P(good), 2, 0 }, EBADF },
    { "pwritev", "a place before the file", NR_pwritev,
        { 5, P(good), 2, -1 }, EINVAL },
    { "pwritev", "a pipe", NR_pwritev, { 9, P(good), 2, 0 }, ESPIPE },
    { "pwritev", "too many pieces", NR_pwritev, { 5, P(good), 1025, 0 },
        EINVAL },
    { "pwritev", "a piece too long", NR_pwritev, { 5, P(huge), 2, 0 },
        EINVAL },
};

static const struct error_case size_cases[] = {
    { "truncate", "no name", NR_truncate, { P("none"), 0 }, ENOENT },
    { "truncate", "an empty name", NR_truncate, { P(""), 0 }, ENOENT },
    { "truncate", "a dangling link", NR_truncate, { P("dangling"), 0 },
        ENOENT },
    { "truncate", "a loop", NR_truncate, { P("loop"), 0 }, ELOOP },
    { "truncate", "a file on the path", NR_truncate, { P("file/x"), 0 },
        ENOTDIR },
    { "truncate", "a directory", NR_truncate, { P("dir"), 0 }, EISDIR },
    { "truncate", "a pipe with a name", NR_truncate, { P("fifo"), 0 },
        EINVAL },
    { "truncate", "a device", NR_truncate, { P("/dev/null"), 0 }, EINVAL },
    { "truncate", "less than nothing", NR_truncate, { P("file"), -1 },
        EINVAL },
    { "truncate", "that, and no name", NR_truncate, { P("none"), -1 },
        EINVAL },
    { "truncate", "a long name", NR_truncate, { P(long_name), 0 },
        ENAMETOOLONG },
    { "ftruncate", "no descriptor", NR_ftruncate, { NO, 0 }, EBADF },
    { "ftruncate", "less than nothing", NR_ftruncate, { 5, -1 }, EINVAL },
    { "ftruncate", "that, and no descriptor", NR_ftruncate, { NO, -1 },
        EINVAL },
    { "ftruncate", "one to read", NR_ftruncate, { 10, 0 }, EINVAL },
    { "ftruncate", "a directory", NR_ftruncate, { 6, 0 }, EINVAL },
    { "ftruncate", "a pipe", NR_ftruncate, { 9, 0 }, EINVAL },
    { "fallocate", "no descriptor", NR_fallocate, { NO, 0, 0, 1 }, EBADF },
    { "fallocate", "one to read", NR_fallocate, { 10, 0, 0, 1 }, EBADF },
    { "fallocate", "a place before the file", NR_fallocate, { 5, 0, -1, 1 },
        EINVAL },
    { "fallocate", "no length", NR_fallocate, { 5, 0, 0, 0 }, EINVAL },
    { "fallocate", "less than none", NR_fallocate, { 5, 0, 0, -1 },
        EINVAL },
    { "fallocate", "past the last place", NR_fallocate, { 5, 0, MOST, 1 },
        EFBIG },
    { "fallocate", "an odd mode", NR_fallocate, { 5, 0x1000, 0, 1 },
        EOPNOTSUPP },
    { "fallocate", "a hole that shortens", NR_fallocate,
        { 5, FALLOC_FL_PUNCH_HOLE, 0, 1 }, EOPNOTSUPP },
    { "fallocate", "a pipe", NR_fallocate, { 9, 0, 0, 1 }, ESPIPE },
    { "fallocate", "a directory", NR_fallocate, { 6, 0, 0, 1 }, EBADF },
    { "fallocate", "a device", NR_fallocate, { 12, 0, 0, 1 }, ENODEV },
    { "fallocate", "an odd mode, and no length", NR_fallocate,
        { 5, 0x1000, 0, 0 }, EINVAL },
    { "fallocate", "no length, and one to read", NR_fallocate,
        { 10, 0, 0, 0 }, EINVAL },
};

static const struct error_case keep_cases[] = {
    { "fsync", "no descriptor", NR_fsync, { NO }, EBADF },
    { "fsync", "a pipe", NR_fsync, { 9 }, EINVAL },
    { "fsync", "a device", NR_fsync, { 12 }, EINVAL },
    { "fdatasync", "no descriptor", NR_fdatasync, { NO }, EBADF },
    { "fdatasync", "a pipe", NR_fdatasync, { 8 }, EINVAL },
    { "syncfs", "no descriptor", NR_syncfs, { NO }, EBADF },
    { "fsync", "a file", NR_fsync, { 5 }, 0 },
    { "fsync", "one to read", NR_fsync, { 10 }, 0 },
    { "fsync", "a directory", NR_fsync, { 6 }, 0 },
    { "fdatasync", "a file", NR_fdatasync, { 5 }, 0 },
    { "fdatasync", "a directory", NR_fdatasync, { 6 }, 0 },
    { "syncfs", "a device", NR_syncfs, { 12 }, 0 },
};

int
main(void)
{
    int ends[2];

    memset(long_name, 'n', 256);
    put("file", "text");
    mkdir("dir", 0755);
    mkfifo("fifo", 0644);
    symlink("none", "dangling");
    symlink("loop", "loop");
    dup2(open("file", O_RDWR), 5);
    dup2(open("dir", O_RDONLY), 6);
    pipe(ends);
    dup2(ends[1], 9);
    dup2(ends[0], 8);
    dup2(open("file", O_RDONLY), 10);
    dup2(open("file", O_WRONLY), 11);
    dup2(open("/dev/zero", O_RDWR), 12);
    ERROR_TABLE(move_cases);
    ERROR_TABLE(size_cases);
    ERROR_TABLE(keep_cases);
    is_str(text_of("file"), "text", "the file is as it was");
    is(stat_of("file").st_size, 4, "and as long");
    is(lseek(5, 0, SEEK_CUR), 0, "and its offset stays");
    return done();
}

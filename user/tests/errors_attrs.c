/*
 * errors_attrs.c: each error, as the manual pages list them, of the calls that
 * read and change a file's attributes: mode, owner, times and size.
 */
#include "errors.h"

#include <sys/statfs.h>

#define NO 77 /* a descriptor that is not open */

static char long_name[300], buf[64];
static struct stat st;
static struct statx stx;
static struct statfs sfs;
static const struct timespec many_ns[2] = { { 1, 1000000000 }, { 1, 0 } };
static const struct timespec few_ns[2] = { { 1, 0 }, { 1, -1 } };
static const struct timespec omit[2] = { { 1, UTIME_OMIT }, { 1, UTIME_OMIT } };
static const struct timespec one[2] = { { 1, 0 }, { 1, 0 } };

/* There are: file, empty, to-file -> file, dangling -> none, loop -> loop;
 * 5 is file, 6 is empty, 8 and 9 the ends of a pipe. */
static const struct error_case mode_cases[] = {
    { "chmod", "no name", NR_chmod, { P("none"), 0644 }, ENOENT },
    { "chmod", "an empty name", NR_chmod, { P(""), 0644 }, ENOENT },
    { "chmod", "a dangling link", NR_chmod, { P("dangling"), 0644 },
        ENOENT },
    { "chmod", "a loop", NR_chmod, { P("loop"), 0644 }, ELOOP },
    { "chmod", "a file on the path", NR_chmod, { P("file/x"), 0644 },
        ENOTDIR },
    { "chmod", "a slash behind a file", NR_chmod, { P("file/"), 0644 },
        ENOTDIR },
    { "chmod", "a long name", NR_chmod, { P(long_name), 0644 },
        ENAMETOOLONG },
    { "fchmod", "no descriptor", NR_fchmod, { NO, 0644 }, EBADF },
    { "fchmod", "a negative one", NR_fchmod, { -1, 0644 }, EBADF },
    { "fchmodat", "no descriptor", NR_fchmodat, { NO, P("file"), 0644 },
        EBADF },
    { "fchmodat", "a file's", NR_fchmodat, { 5, P("file"), 0644 }, ENOTDIR },
    { "fchmodat", "an empty name", NR_fchmodat, { 5, P(""), 0644 }, ENOENT },
    { "chown", "no name", NR_chown, { P("none"), 1, 1 }, ENOENT },
    { "chown", "an empty name", NR_chown, { P(""), 1, 1 }, ENOENT },
    { "chown", "a dangling link", NR_chown, { P("dangling"), 1, 1 },
        ENOENT },
    { "chown", "a loop", NR_chown, { P("loop"), 1, 1 }, ELOOP },
    { "chown", "a file on the path", NR_chown, { P("file/x"), 1, 1 },
        ENOTDIR },
    { "chown", "a long name", NR_chown, { P(long_name), 1, 1 },
        ENAMETOOLONG },
    { "lchown", "no name", NR_lchown, { P("none"), 1, 1 }, ENOENT },
    { "lchown", "a loop on the path", NR_lchown, { P("loop/x"), 1, 1 },
        ELOOP },
    { "fchown", "no descriptor", NR_fchown, { NO, 1, 1 }, EBADF },
    { "fchownat", "an odd flag", NR_fchownat, { NO, P("none"), 1, 1, 1 },
        EINVAL },
    { "fchownat", "no descriptor", NR_fchownat, { NO, P("file"), 1, 1, 0 },
        EBADF },
    { "fchownat", "no descriptor and no name", NR_fchownat,
        { NO, P(""), 1, 1, AT_EMPTY_PATH }, EBADF },
    { "fchownat", "a file's", NR_fchownat, { 5, P("x"), 1, 1, 0 }, ENOTDIR },
    { "fchownat", "an empty name", NR_fchownat, { 5, P(""), 1, 1, 0 },
        ENOENT },
};

static const struct error_case time_cases[] = {
    { "utimensat", "no name", NR_utimensat, { AT_FDCWD, P("none"), P(one) },
        ENOENT },
    { "utimensat", "an empty name", NR_utimensat,
        { AT_FDCWD, P(""), P(one) }, ENOENT },
    { "utimensat", "a dangling link", NR_utimensat,
        { AT_FDCWD, P("dangling"), P(one) }, ENOENT },
    { "utimensat", "a loop", NR_utimensat, { AT_FDCWD, P("loop"), P(one) },
        ELOOP },
    { "utimensat", "a file on the path", NR_utimensat,
        { AT_FDCWD, P("file/x"), P(one) }, ENOTDIR },
    { "utimensat", "a long name", NR_utimensat,
        { AT_FDCWD, P(long_name), P(one) }, ENAMETOOLONG },
    { "utimensat", "no descriptor", NR_utimensat, { NO, P("file"), P(one) },
        EBADF },
    { "utimensat", "a file's", NR_utimensat, { 5, P("file"), P(one) },
        ENOTDIR },
    { "utimensat", "an odd flag", NR_utimensat,
        { AT_FDCWD, P("file"), P(one), 1 }, EINVAL },
    { "utimensat", "a flag with a descriptor", NR_utimensat,
        { 5, 0, P(one), AT_SYMLINK_NOFOLLOW }, EINVAL },
    { "utimensat", "many nanoseconds", NR_utimensat,
        { AT_FDCWD, P("file"), P(many_ns) }, EINVAL },
    { "utimensat", "a few too few", NR_utimensat,
        { AT_FDCWD, P("file"), P(few_ns) }, EINVAL },
    { "utimensat", "many, and no name", NR_utimensat,
        { AT_FDCWD, P("none"), P(many_ns) }, ENOENT },
    { "utimensat", "neither name nor descriptor", NR_utimensat,
        { AT_FDCWD, 0, P(one) }, EFAULT },
    { "utimensat", "nothing to change, no name", NR_utimensat,
        { AT_FDCWD, P("none"), P(omit) }, 0 },
    { "utimensat", "no such descriptor", NR_utimensat, { NO, 0, P(one) },
        EBADF },
};

static const struct error_case make_cases[] = {
    { "mknod", "the name is there", NR_mknod, { P("file"), S_IFIFO | 0644 },
        EEXIST },
    { "mknod", "it is a dangling link", NR_mknod,
        { P("dangling"), S_IFREG | 0644 }, EEXIST },
    { "mknod", "it is a dot", NR_mknod, { P("."), S_IFREG | 0644 }, EEXIST },
    { "mknod", "an empty name", NR_mknod, { P(""), S_IFREG | 0644 }, ENOENT },
    { "mknod", "no directory", NR_mknod, { P("none/x"), S_IFREG | 0644 },
        ENOENT },
    { "mknod", "a file on the path", NR_mknod, { P("file/x"), S_IFIFO },
        ENOTDIR },
    { "mknod", "a loop on the path", NR_mknod, { P("loop/x"), S_IFIFO },
        ELOOP },
    { "mknod", "a slash behind the name", NR_mknod,
        { P("new/"), S_IFREG | 0644 }, ENOENT },
    { "mknod", "a long name", NR_mknod, { P(long_name), S_IFREG },
        ENAMETOOLONG },
    { "mknod", "a directory", NR_mknod, { P("new"), S_IFDIR | 0755 }, EPERM },
    { "mknod", "a link", NR_mknod, { P("new"), S_IFLNK | 0755 }, EINVAL },
    { "mknod", "an odd kind", NR_mknod, { P("new"), S_IFMT | 0755 }, EINVAL },
    { "mknod", "an odd kind, and the name is there", NR_mknod,
        { P("file"), S_IFMT | 0755 }, EINVAL },
    { "mknod", "a directory, and the name is there", NR_mknod,
        { P("file"), S_IFDIR | 0755 }, EPERM },
    { "mknodat", "no descriptor", NR_mknodat, { NO, P("new"), S_IFIFO },
        EBADF },
    { "mknodat", "a file's", NR_mknodat, { 5, P("new"), S_IFIFO }, ENOTDIR },
};

static const struct error_case ask_cases[] = {
    { "faccessat", "no name", NR_faccessat, { AT_FDCWD, P("none"), 0 },
        ENOENT },
    { "faccessat", "an odd mode", NR_faccessat, { AT_FDCWD, P("none"), 8 },
        EINVAL },
    { "faccessat", "no descriptor", NR_faccessat, { NO, P("file"), 0 },
        EBADF },
    { "faccessat", "a file's", NR_faccessat, { 5, P("x"), 0 }, ENOTDIR },
    { "faccessat", "a loop", NR_faccessat, { AT_FDCWD, P("loop"), 0 },
        ELOOP },
    { "faccessat", "to execute a file that is none", NR_faccessat,
        { AT_FDCWD, P("file"), X_OK }, EACCES },
    { "faccessat2", "an odd flag", NR_faccessat2,
        { AT_FDCWD, P("none"), 0, 1 }, EINVAL },
    { "faccessat2", "an odd mode", NR_faccessat2,
        { AT_FDCWD, P("none"), 8, 0 }, EINVAL },
    { "faccessat2", "an empty name", NR_faccessat2, { 5, P(""), 0, 0 },
        ENOENT },
    { "faccessat2", "no descriptor", NR_faccessat2,
        { NO, P(""), 0, AT_EMPTY_PATH }, EBADF },
    { "faccessat2", "a dangling link", NR_faccessat2,
        { AT_FDCWD, P("dangling"), 0, AT_EACCESS }, ENOENT },
    { "statx", "no name", NR_statx,
        { AT_FDCWD, P("none"), 0, STATX_BASIC_STATS, P(&stx) }, ENOENT },
    { "statx", "an empty name", NR_statx,
        { 5, P(""), 0, STATX_BASIC_STATS, P(&stx) }, ENOENT },
    { "statx", "a file on the path", NR_statx,
        { AT_FDCWD, P("file/x"), 0, STATX_BASIC_STATS, P(&stx) }, ENOTDIR },
    { "statx", "a loop", NR_statx,
        { AT_FDCWD, P("loop"), 0, STATX_BASIC_STATS, P(&stx) }, ELOOP },
    { "statx", "no descriptor", NR_statx,
        { NO, P("file"), 0, STATX_BASIC_STATS, P(&stx) }, EBADF },
    { "statx", "none, and an empty name", NR_statx,
        { NO, P(""), AT_EMPTY_PATH, STATX_BASIC_STATS, P(&stx) }, EBADF },
    { "statx", "a file's", NR_statx,
        { 5, P("x"), 0, STATX_BASIC_STATS, P(&stx) }, ENOTDIR },
    { "statx", "an odd flag", NR_statx,
        { AT_FDCWD, P("file"), 1, STATX_BASIC_STATS, P(&stx) }, EINVAL },
    { "statx", "two ways to be in step", NR_statx,
        { AT_FDCWD, P("file"), AT_STATX_SYNC_TYPE, STATX_BASIC_STATS,
            P(&stx) }, EINVAL },
    { "statx", "a bit for another day", NR_statx,
        { AT_FDCWD, P("file"), 0, STATX_RESERVED, P(&stx) }, EINVAL },
    { "statx", "an odd flag, and no name", NR_statx,
        { AT_FDCWD, P("none"), 1, STATX_BASIC_STATS, P(&stx) }, EINVAL },
    { "statfs", "no name", NR_statfs, { P("none"), P(&sfs) }, ENOENT },
    { "statfs", "an empty name", NR_statfs, { P(""), P(&sfs) }, ENOENT },
    { "statfs", "a file on the path", NR_statfs, { P("file/x"), P(&sfs) },
        ENOTDIR },
    { "statfs", "a loop", NR_statfs, { P("loop"), P(&sfs) }, ELOOP },
    { "statfs", "a long name", NR_statfs, { P(long_name), P(&sfs) },
        ENAMETOOLONG },
    { "fstatfs", "no descriptor", NR_fstatfs, { NO, P(&sfs) }, EBADF },
    { "lstat", "a loop on the path", NR_lstat, { P("loop/x"), P(&st) },
        ELOOP },
    { "stat", "a loop", NR_stat, { P("loop"), P(&st) }, ELOOP },
    { "stat", "a dangling link", NR_stat, { P("dangling"), P(&st) },
        ENOENT },
    { "newfstatat", "an odd flag, and no name", NR_newfstatat,
        { AT_FDCWD, P("none"), P(&st), 1 }, EINVAL },
};

int
main(void)
{
    struct stat before;

    memset(long_name, 'n', 256);
    put("file", "text");
    mkdir("empty", 0755);
    symlink("file", "to-file");
    symlink("none", "dangling");
    symlink("loop", "loop");
    dup2(open("file", O_RDWR), 5);
    dup2(open("empty", O_RDONLY), 6);
    memset(buf, 'b', sizeof(buf));
    before = stat_of("file");
    ERROR_TABLE(mode_cases);
    ERROR_TABLE(time_cases);
    ERROR_TABLE(make_cases);
    ERROR_TABLE(ask_cases);
    st = stat_of("file");
    ok(memcmp(&st, &before, sizeof(st)) == 0, "none of them did anything");
    ok(!exists("new") && !exists("none"), "or made anything");
    return done();
}

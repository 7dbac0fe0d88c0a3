/*
 * statx.c: statx gives the same values as stat; its mask names those it gives.
 */
#include "names.h"

#include <sys/sysmacros.h>

static int
same_time(struct statx_timestamp a, struct timespec b)
{
    return a.tv_sec == b.tv_sec && a.tv_nsec == b.tv_nsec && a.reserved == 0;
}

static void
compare(const struct statx *x, const struct stat *st, const char *what)
{
    char name[64];

    snprintf(name, sizeof(name), "%s: the kind and the mode", what);
    is(x->stx_mode, st->st_mode, name);
    ok(x->stx_ino == st->st_ino && x->stx_nlink == st->st_nlink,
        "number and links");
    ok(x->stx_uid == st->st_uid && x->stx_gid == st->st_gid,
        "owner and group");
    ok((off_t)x->stx_size == st->st_size
            && (blkcnt_t)x->stx_blocks == st->st_blocks
            && (blksize_t)x->stx_blksize == st->st_blksize,
        "size and blocks");
    ok(same_time(x->stx_atime, st->st_atim)
            && same_time(x->stx_mtime, st->st_mtim)
            && same_time(x->stx_ctime, st->st_ctim), "three times");
    ok(makedev(x->stx_dev_major, x->stx_dev_minor) == st->st_dev,
        "where it is");
    ok(makedev(x->stx_rdev_major, x->stx_rdev_minor) == st->st_rdev,
        "which device it is");
    is(x->stx_mask & STATX_BASIC_STATS, STATX_BASIC_STATS,
        "and that it told all this");
    is(x->stx_mask & STATX_RESERVED, 0, "and nothing unheard of");
}

static void
test_kinds(void)
{
    static const char *const kinds[] = { "file", "dir", "fifo", "to-file",
        "/dev/zero", "/proc" };
    struct statx x;
    struct stat st;

    for (int i = 0; i < COUNT_OF(kinds); i++) {
        memset(&x, 0x55, sizeof(x));
        is(statx(AT_FDCWD, kinds[i], 0, STATX_BASIC_STATS, &x), 0, kinds[i]);
        stat(kinds[i], &st);
        compare(&x, &st, kinds[i]);
    }
    ok(!(x.stx_mask & STATX_BTIME) || x.stx_btime.tv_nsec < 1000000000,
        "a time of birth, if any, is a time");
}

static void
test_at(void)
{
    struct statx x;
    int dir = open("dir", O_RDONLY | O_DIRECTORY);
    int fd = open("file", O_RDONLY);

    is(statx(dir, "in", 0, STATX_BASIC_STATS, &x), 0,
        "in a directory that is open");
    is(x.stx_ino, stat_of("dir/in").st_ino, "the file in it");
    is(statx(fd, "", AT_EMPTY_PATH, STATX_BASIC_STATS, &x), 0,
        "AT_EMPTY_PATH");
    is(x.stx_ino, stat_of("file").st_ino, "what is open");
    is(statx(AT_FDCWD, "", AT_EMPTY_PATH, STATX_BASIC_STATS, &x), 0,
        "AT_EMPTY_PATH with AT_FDCWD");
    is(x.stx_ino, stat_of(".").st_ino, "the current directory");
    is(statx(AT_FDCWD, "to-file", 0, STATX_BASIC_STATS, &x), 0, "a link");
    is(x.stx_ino, stat_of("file").st_ino, "is followed");
    is(statx(AT_FDCWD, "to-file", AT_SYMLINK_NOFOLLOW, STATX_BASIC_STATS, &x),
        0, "AT_SYMLINK_NOFOLLOW");
    ok(S_ISLNK(x.stx_mode) && x.stx_size == 4, "is the link");
    is(statx(AT_FDCWD, "file", AT_NO_AUTOMOUNT, STATX_BASIC_STATS, &x), 0,
        "AT_NO_AUTOMOUNT");
    is(statx(AT_FDCWD, "file", AT_STATX_FORCE_SYNC, STATX_BASIC_STATS, &x),
        0, "AT_STATX_FORCE_SYNC");
    is(statx(AT_FDCWD, "file", AT_STATX_DONT_SYNC, STATX_BASIC_STATS, &x), 0,
        "AT_STATX_DONT_SYNC");
    is(statx(AT_FDCWD, "file", 0, STATX_SIZE, &x), 0, "only the size");
    ok((x.stx_mask & STATX_SIZE) && x.stx_size == 5, "is told");
    is(statx(AT_FDCWD, "file", 0, 0x7fffffff, &x), 0, "all there may ever be");
    is(x.stx_mask & STATX_BASIC_STATS, STATX_BASIC_STATS,
        "what there is, is told");
    close(dir);
    close(fd);
}

int
main(void)
{
    put("file", "12345");
    chmod("file", 04751);
    chown("file", 1000, 70000);
    chmod("file", 04751);
    link("file", "name");
    mkdir("dir", 0750);
    put("dir/in", "");
    mkfifo("fifo", 0604);
    symlink("file", "to-file");
    test_kinds();
    test_at();
    unlink("file");
    unlink("name");
    unlink("fifo");
    unlink("to-file");
    unlink("dir/in");
    is(rmdir("dir"), 0, "nothing is left");
    return done();
}

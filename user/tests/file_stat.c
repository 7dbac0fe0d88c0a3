/*
 * file_stat.c: what stat, lstat, fstat and newfstatat tell, and access.
 */
#include "tap.h"

#include "raw.h"
#include <fcntl.h>
#include <sys/stat.h>

static void
test_file(void)
{
    struct stat st, again;
    int fd = open("file", O_RDWR | O_CREAT, 0640);

    write(fd, "12345", 5);
    memset(&st, 0x55, sizeof(st));
    is(stat("file", &st), 0, "stat of a file");
    ok(S_ISREG(st.st_mode), "it is regular");
    is(st.st_mode & 07777, 0640, "its mode");
    is(st.st_size, 5, "its size");
    is(st.st_nlink, 1, "its one name");
    is(st.st_uid, getuid(), "its owner");
    is(st.st_gid, getgid(), "its group");
    ok(st.st_blksize > 0, "a block size");
    ok(st.st_ino != 0, "a number");
    ok(st.st_mtim.tv_nsec >= 0 && st.st_mtim.tv_nsec < 1000000000, "a time");
    is(fstat(fd, &again), 0, "fstat");
    ok(again.st_ino == st.st_ino && again.st_dev == st.st_dev,
        "tells the same file");
    is(lstat("./file", &again), 0, "lstat");
    ok(again.st_ino == st.st_ino, "too");
    write(fd, "678", 3);
    fstat(fd, &again);
    is(again.st_size, 8, "the size grows");
    close(fd);
    fd = open("other", O_RDWR | O_CREAT, 0640);
    fstat(fd, &again);
    ok(again.st_ino != st.st_ino, "another file has another number");
    close(fd);
    unlink("other");
}

static void
test_dir(void)
{
    struct stat st, here;

    mkdir("dir", 0750);
    is(stat("dir", &st), 0, "stat of a directory");
    ok(S_ISDIR(st.st_mode), "it is one");
    is(st.st_mode & 07777, 0750, "its mode");
    ok(st.st_nlink >= 1 && st.st_nlink <= 2, "its links: itself and its name");
    stat(".", &here);
    stat("dir/..", &st);
    ok(st.st_ino == here.st_ino, "its `..' is here");
    stat("dir/../dir/.", &st);
    stat("dir/", &here);
    ok(st.st_ino == here.st_ino, "one directory by two paths");
    rmdir("dir");
    stat("/", &st);
    stat("/..", &here);
    ok(st.st_ino == here.st_ino, "the root's `..' is the root");
}

static void
test_devices(void)
{
    struct stat st;

    is(stat("/dev/null", &st), 0, "stat of /dev/null");
    ok(S_ISCHR(st.st_mode), "a character device");
    ok(st.st_rdev == 0x103, "number 1:3");
    is(stat("/dev/zero", &st), 0, "stat of /dev/zero");
    ok(S_ISCHR(st.st_mode) && st.st_rdev == 0x105, "number 1:5");
    is(fstat(0, &st), 0, "fstat of standard input");
    ok(S_ISCHR(st.st_mode) && st.st_rdev == 0x103, "which is /dev/null");
}

static void
test_at(void)
{
    struct stat st, plain;
    int fd = open("file", O_RDONLY), dir = open(".", O_RDONLY);

    stat("file", &plain);
    is(raw(NR_newfstatat, AT_FDCWD, P("file"), P(&st), 0), 0, "newfstatat");
    ok(st.st_ino == plain.st_ino, "AT_FDCWD");
    is(raw(NR_newfstatat, dir, P("file"), P(&st), 0x100), 0,
        "in a directory, AT_SYMLINK_NOFOLLOW");
    ok(st.st_ino == plain.st_ino, "the same file");
    is(raw(NR_newfstatat, fd, P(""), P(&st), 0x1000), 0, "AT_EMPTY_PATH");
    ok(st.st_ino == plain.st_ino, "the descriptor itself");
    is(raw(NR_newfstatat, fd, P(""), P(&st), 0), -ENOENT, "without it");
    is(raw(NR_newfstatat, fd, P("x"), P(&st), 0), -ENOTDIR, "in a file");
    is(raw(NR_newfstatat, 99, P("x"), P(&st), 0), -EBADF, "in nothing");
    is(raw(NR_newfstatat, 99, P(""), P(&st), 0x1000), -EBADF, "or that");
    is(raw(NR_newfstatat, dir, P("file"), P(&st), 0x40000000), -EINVAL,
        "an odd flag");
    close(fd);
    close(dir);
}

static void
test_errors(void)
{
    struct stat st;

    fails(stat("none", &st), ENOENT, "stat of nothing");
    fails(stat("", &st), ENOENT, "of no name");
    fails(stat("file/", &st), ENOTDIR, "of a file with a slash");
    fails(stat("file/x", &st), ENOTDIR, "of a path through a file");
    fails(fstat(99, &st), EBADF, "fstat of no file");
    fails(fstat(-1, &st), EBADF, "of -1");
    is(access("file", F_OK), 0, "access F_OK");
    is(access("file", R_OK | W_OK), 0, "R_OK and W_OK");
    fails(access("file", X_OK), EACCES, "X_OK without an x bit");
    is(access(".", X_OK), 0, "X_OK of a directory");
    fails(access("none", F_OK), ENOENT, "of nothing");
    fails(access("file", 8), EINVAL, "an odd mode");
}

int
main(void)
{
    test_file();
    test_dir();
    test_devices();
    test_at();
    test_errors();
    unlink("file");
    return done();
}

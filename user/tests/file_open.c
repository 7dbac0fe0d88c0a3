/*
 * file_open.c: when open succeeds and when it fails; the mode of new files; the
 * descriptor that it returns.
 */
#include "tap.h"

#include "raw.h"
#include <fcntl.h>
#include <sys/stat.h>

static int
make(const char *name, int mode)
{
    int fd = open(name, O_RDWR | O_CREAT | O_EXCL, mode);
    if (fd >= 0) {
        write(fd, "text", 4);
    }
    return fd;
}

static long
size_of(const char *name)
{
    struct stat st;
    return stat(name, &st) == 0 ? (long)st.st_size : -1;
}

static int
mode_of(const char *name)
{
    struct stat st;
    return stat(name, &st) == 0 ? (int)(st.st_mode & 07777) : -1;
}

static void
test_create(void)
{
    int fd, other;

    fails(open("a", O_RDONLY), ENOENT, "a file that is not there");
    fd = make("a", 0666);
    ok(fd >= 3, "O_CREAT makes it");
    is(mode_of("a"), 0644, "mode 0666 less umask 022");
    fails(open("a", O_RDWR | O_CREAT | O_EXCL, 0644), EEXIST, "O_EXCL");
    other = open("a", O_RDWR | O_CREAT, 0600);
    is(other, fd + 1, "without it the file is opened");
    is(mode_of("a"), 0644, "and its mode stays");
    is(size_of("a"), 4, "and its bytes");
    close(fd);
    is(open("a", O_RDONLY), fd, "the lowest free descriptor");
    close(fd);
    close(other);
    fd = open("a", O_WRONLY | O_TRUNC);
    is(size_of("a"), 0, "O_TRUNC empties it");
    close(fd);
    umask(077);
    close(make("b", 0777));
    is(mode_of("b"), 0700, "another umask");
    umask(0);
    close(make("c", 01766));
    is(mode_of("c"), 01766, "none");
    umask(022);
    fd = open("d", O_RDWR | O_CREAT, 0);
    ok(fd >= 0 && mode_of("d") == 0, "mode 0");
    is(write(fd, "x", 1), 1, "does not hinder the process that made it");
    close(fd);
}

static void
test_access(void)
{
    char c;
    int fd = open("a", O_RDONLY);

    fails(write(fd, "x", 1), EBADF, "O_RDONLY: no write");
    is(read(fd, &c, 1), 0, "but a read");
    close(fd);
    fd = open("a", O_WRONLY);
    is(write(fd, "xyz", 3), 3, "O_WRONLY: write");
    fails(read(fd, &c, 1), EBADF, "but no read");
    close(fd);
    fails(read(fd, &c, 1), EBADF, "a closed descriptor: read");
    fails(write(fd, &c, 1), EBADF, "write");
    fails(close(fd), EBADF, "close");
    fails(lseek(fd, 0, SEEK_SET), EBADF, "lseek");
    fails(close(-1), EBADF, "descriptor -1");
    fails(close(1 << 20), EBADF, "one that is too large");
    fd = open("a", O_WRONLY | O_APPEND);
    lseek(fd, 0, SEEK_SET);
    write(fd, "end", 3);
    is(lseek(fd, 0, SEEK_CUR), 6, "O_APPEND writes at the end");
    is(size_of("a"), 6, "always");
    is(fcntl(fd, F_GETFL) & (O_ACCMODE | O_APPEND), O_WRONLY | O_APPEND,
        "F_GETFL tells the flags");
    close(fd);
}

static void
test_directory(void)
{
    char c;
    int fd;

    mkdir("dir", 0755);
    fails(open("dir", O_WRONLY), EISDIR, "a directory: no O_WRONLY");
    fails(open("dir", O_RDWR), EISDIR, "no O_RDWR");
    fails(open("dir", O_RDONLY | O_CREAT, 0644), EISDIR, "no O_CREAT");
    fails(open("dir", O_RDONLY | O_CREAT | O_EXCL, 0644), EEXIST,
        "with O_EXCL it exists");
    fd = open("dir", O_RDONLY);
    ok(fd >= 0, "O_RDONLY");
    fails(read(fd, &c, 1), EISDIR, "but no read");
    fails(write(fd, &c, 1), EBADF, "and no write");
    close(fd);
    fd = open("dir", O_RDONLY | O_DIRECTORY);
    ok(fd >= 0, "O_DIRECTORY");
    close(fd);
    fails(open("a", O_RDONLY | O_DIRECTORY), ENOTDIR, "of a file: ENOTDIR");
    fails(open("none", O_RDONLY | O_DIRECTORY), ENOENT, "of nothing: ENOENT");
    rmdir("dir");
}

static void
test_openat(void)
{
    int dir, fd;
    char full[600];

    mkdir("dir", 0755);
    dir = open("dir", O_RDONLY | O_DIRECTORY);
    fd = raw(NR_openat, dir, P("in"), O_RDWR | O_CREAT, 0644);
    ok(fd >= 0 && size_of("dir/in") == 0, "openat in a directory");
    is(raw(NR_openat, fd, P("x"), O_RDONLY, 0), -ENOTDIR, "in a file");
    is(raw(NR_openat, -5, P("x"), O_RDONLY, 0), -EBADF, "in nothing");
    close(fd);
    fd = raw(NR_openat, AT_FDCWD, P("dir/in"), O_RDONLY, 0);
    ok(fd >= 0, "AT_FDCWD: in the current directory");
    close(fd);
    getcwd(full, 512);
    strcat(full, "/dir/in");
    fd = raw(NR_openat, -5, P(full), O_RDONLY, 0);
    ok(fd >= 0, "a full path needs no directory");
    close(fd);
    is(raw(NR_mkdirat, dir, P("sub"), 0755, 0), 0, "mkdirat");
    is(raw(NR_unlinkat, dir, P("sub"), 0, 0), -EISDIR, "unlinkat of a dir");
    is(raw(NR_unlinkat, dir, P("in"), AT_REMOVEDIR, 0), -ENOTDIR, "of a file");
    is(raw(NR_unlinkat, dir, P("in"), 1, 0), -EINVAL, "with an odd flag");
    is(raw(NR_unlinkat, dir, P("sub"), AT_REMOVEDIR, 0), 0, "AT_REMOVEDIR");
    is(raw(NR_unlinkat, dir, P("in"), 0, 0), 0, "and without");
    close(dir);
    is(rmdir("dir"), 0, "nothing is left in it");
}

int
main(void)
{
    int fd;

    test_create();
    test_access();
    test_directory();
    test_openat();
    fd = open("a", O_RDONLY | O_CLOEXEC);
    is(fcntl(fd, F_GETFD), FD_CLOEXEC, "O_CLOEXEC");
    close(fd);
    unlink("a");
    unlink("b");
    unlink("c");
    unlink("d");
    return done();
}

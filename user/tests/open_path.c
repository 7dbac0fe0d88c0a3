/*
 * open_path.c: O_PATH: a descriptor that names a file without being open to it.
 * What it can be used for, what it cannot, and whom the file lets have one.
 */
#include "userspec.h"

#include <sys/file.h>
#include <sys/statfs.h>

enum { CALL_fchdir = 81, CALL_flock = 73 };

static long
flags_of(int fd)
{
    long flags = raw(NR_fcntl, fd, F_GETFL, 0, 0);
    close(fd);
    return flags;
}

static void
test_flags(void)
{
    long both = O_PATH | O_DIRECTORY | O_NOFOLLOW;

    is(flags_of(open("file", O_PATH)), O_PATH, "F_GETFL says O_PATH");
    is(flags_of(open(".", both)), both, "O_DIRECTORY and O_NOFOLLOW too");
    is(flags_of(open("file", O_PATH | O_RDWR | O_APPEND | O_TRUNC)), O_PATH,
        "other flags have no effect");
    is_str(text_of("file"), "text", "so the file is not emptied");
    fails(open("none", O_PATH | O_CREAT, 0644), ENOENT, "nor made");
    fails(open("file", O_PATH | O_DIRECTORY), ENOTDIR, "O_DIRECTORY has one");
    int fd = open("file", O_PATH | O_CLOEXEC);
    is(fcntl(fd, F_GETFD), FD_CLOEXEC, "so has O_CLOEXEC");
    is(fcntl(fd, F_SETFD, 0), 0, "F_SETFD");
    is(fcntl(fd, F_GETFD), 0, "changes it");
    close(fd);
}

static void
test_refused(void)
{
    static char bytes[8];
    static struct iovec { void *at; long size; } part = { bytes, 8 };
    static struct flock lock = { .l_type = F_UNLCK };
    int in = open("file", O_PATH), dir = open(".", O_PATH);
    const struct {
        const char *name;
        long nr, a, b, c, d;
    } calls[] = {
        { "read", NR_read, in, P(bytes), 8, 0 },
        { "write", NR_write, in, P(bytes), 8, 0 },
        { "of no byte", NR_read, in, P(bytes), 0, 0 },
        { "pread64", NR_pread64, in, P(bytes), 8, 0 },
        { "readv", NR_readv, in, P(&part), 1, 0 },
        { "writev", NR_writev, in, P(&part), 1, 0 },
        { "lseek", NR_lseek, in, 0, SEEK_CUR, 0 },
        { "ioctl", NR_ioctl, in, 0x5451, 0, 0 },
        { "mmap", NR_mmap, 0, 4096, 1, 2 },
        { "ftruncate", NR_ftruncate, in, 0, 0, 0 },
        { "fallocate", NR_fallocate, in, 0, 0, 1 },
        { "fchmod", NR_fchmod, in, 0600, 0, 0 },
        { "fchown", NR_fchown, in, 0, 0, 0 },
        { "utimensat without a path", NR_utimensat, in, 0, 0, 0 },
        { "fsync", NR_fsync, in, 0, 0, 0 },
        { "fdatasync", NR_fdatasync, in, 0, 0, 0 },
        { "syncfs", NR_syncfs, in, 0, 0, 0 },
        { "getdents64", NR_getdents64, dir, P(bytes), 8, 0 },
        { "flock", CALL_flock, in, LOCK_SH, 0, 0 },
        { "F_SETFL", NR_fcntl, in, F_SETFL, O_APPEND, 0 },
        { "F_SETLK", NR_fcntl, in, F_SETLK, P(&lock), 0 },
        { "F_GETLK", NR_fcntl, in, F_GETLK, P(&lock), 0 },
        { "F_GETPIPE_SZ", NR_fcntl, in, F_GETPIPE_SZ, 0, 0 },
        { "no command of fcntl", NR_fcntl, in, 777, 0, 0 },
        { "a negative one", NR_fcntl, in, -1, 0, 0 },
    };

    for (int i = 0; i < COUNT_OF(calls); i++) {
        const long args[6] = { calls[i].a, calls[i].b, calls[i].c, calls[i].d,
            in, 0 };
        is(raw_v(calls[i].nr, args), -EBADF, calls[i].name);
    }
    close(in);
    close(dir);
}

static void
test_used(void)
{
    struct stat at, here = stat_of("file");
    struct statfs of_fd, of_name;
    int fd = open("file", O_PATH), dir = open("dir", O_PATH);

    ok(fstat(fd, &at) == 0 && at.st_ino == here.st_ino, "fstat");
    is(fstatfs(fd, &of_fd), 0, "fstatfs");
    statfs("file", &of_name);
    is(of_fd.f_type, of_name.f_type, "says what statfs does");
    memset(&at, 0, sizeof(at));
    is(fstatat(fd, "", &at, AT_EMPTY_PATH), 0, "fstatat of itself");
    ok(at.st_ino == here.st_ino, "is of the file");
    int more = dup(fd);
    is(flags_of(more), O_PATH, "dup gives another of O_PATH");
    is(dup2(fd, 20), 20, "dup2");
    is(flags_of(20), O_PATH, "too");
    is(fcntl(fd, F_DUPFD_CLOEXEC, 21), 21, "and F_DUPFD_CLOEXEC");
    is(flags_of(21), O_PATH, "likewise");
    is(openat(dir, "none", O_RDONLY), -1, "openat in a directory");
    is(errno, ENOENT, "that is empty");
    fails(openat(fd, "none", O_RDONLY), ENOTDIR, "and in a file");
    is(raw(NR_mkdirat, dir, P("in"), 0755, 0), 0, "mkdirat");
    ok(exists("dir/in"), "makes it there");
    is(raw(CALL_fchdir, dir, 0, 0, 0), 0, "fchdir");
    ok(exists("in"), "goes there");
    is(raw(CALL_fchdir, fd, 0, 0, 0), -ENOTDIR, "but not to a file");
    is(raw(CALL_fchdir, 99, 0, 0, 0), -EBADF, "or to nothing");
    rmdir("in");
    chdir("..");
    is(raw_v(NR_fchownat, (long[6]){ fd, P(""), 5, 6, AT_EMPTY_PATH, 0 }), 0,
        "fchownat of itself");
    is(stat_of("file").st_uid, 5, "changes the owner");
    chown("file", 0, 0);
    is(raw_v(NR_linkat, (long[6]){ fd, P(""), dir, P("new"), AT_EMPTY_PATH,
        0 }), 0, "linkat of itself");
    ok(same("file", "dir/new"), "gives it one more name");
    unlink("dir/new");
    is(close(fd), 0, "close");
    fails(fstat(fd, &at), EBADF, "closes it");
    close(dir);
}

static void
test_link(void)
{
    char to[8] = "";
    struct stat at;
    int fd;

    symlink("file", "link");
    fd = open("link", O_PATH);
    ok(fstat(fd, &at) == 0 && S_ISREG(at.st_mode), "a link is followed");
    is(raw(NR_readlinkat, fd, P(""), P(to), 8), -ENOENT,
        "readlinkat of a descriptor that is no link");
    close(fd);
    fd = open("link", O_PATH | O_NOFOLLOW);
    ok(fstat(fd, &at) == 0 && S_ISLNK(at.st_mode), "not with O_NOFOLLOW");
    is(raw(NR_readlinkat, fd, P(""), P(to), 8), 4, "readlinkat of it");
    is_str(to, "file", "reads where it leads");
    is(raw(CALL_fchdir, fd, 0, 0, 0), -ENOTDIR, "fchdir does not follow it");
    fails(open("link", O_PATH | O_NOFOLLOW | O_DIRECTORY), ENOTDIR,
        "it is no directory");
    close(fd);
    unlink("link");
    is(raw(NR_readlinkat, AT_FDCWD, P(""), P(to), 8), -ENOENT,
        "readlinkat of the working directory");
    is(raw(NR_readlinkat, 99, P(""), P(to), 8), -EBADF, "and of nothing");
}

static void
test_rights(void)
{
    static const struct user *const who = &student;

    file_of(&root, "secret", 0);
    directory_of(&root, "closed", 0700);
    put("closed/file", "text");
    is(as(who, NR_open, P("secret"), O_PATH, 0, 0), 0,
        "it needs no right on the file");
    is(as(who, NR_open, P("closed"), O_PATH, 0, 0), 0,
        "nor on the directory");
    returns(as(who, NR_open, P("closed/file"), O_PATH, 0, 0), -EACCES,
        "but all on the way");
    int dir = open("closed", O_PATH), fd = open("secret", O_PATH);
    returns(as(who, CALL_fchdir, dir, 0, 0, 0), -EACCES, "fchdir needs it too");
    returns(as(who, NR_openat, dir, P("file"), O_PATH, 0), -EACCES,
        "so does openat");
    static char link[32];
    snprintf(link, sizeof(link), "/proc/self/fd/%d", fd);
    returns(as(who, NR_open, P(link), O_RDONLY, 0, 0), -EACCES,
        "the file is opened by its own rights");
    chmod("secret", 0444);
    is(as(who, NR_open, P(link), O_RDONLY, 0, 0), 0, "if it has them");
    close(dir);
    close(fd);
    unlink("secret");
    unlink("closed/file");
    rmdir("closed");
}

static int
locked(void *name)
{
    struct flock lock = { .l_type = F_WRLCK };
    int fd = open(name, O_RDWR);

    return fcntl(fd, F_SETLK, &lock) == 0 ? 0 : errno == EAGAIN ? 7 : 1;
}

/* Nothing happens to the file when such a descriptor is made or closed. */
static void
test_apart(void)
{
    struct flock lock = { .l_type = F_WRLCK };
    int file = open("file", O_RDWR), fd = open("file", O_PATH);

    fcntl(file, F_SETLK, &lock);
    close(fd);
    exited(all_as(&root, locked, "file"), 7, "its close drops no lock");
    close(file);
    exited(all_as(&root, locked, "file"), 0, "as another's does");
    mkfifo("fifo", 0600);
    fd = open("fifo", O_PATH);
    ok(fd >= 0, "a FIFO without waiting");
    fails(open("fifo", O_WRONLY | O_NONBLOCK), ENXIO, "it is no reader");
    int in = open("fifo", O_RDONLY | O_NONBLOCK);
    int out = open("fifo", O_WRONLY);
    close(fd);
    is(write(out, "x", 1), 1, "and its close takes none away");
    close(in);
    close(out);
    unlink("fifo");
    put("short", "text");
    fd = open("short", O_PATH);
    unlink("short");
    is(raw_v(NR_linkat, (long[6]){ fd, P(""), AT_FDCWD, P("new"),
        AT_EMPTY_PATH, 0 }), -ENOENT, "a removed file has no way back");
    close(fd);
}

int
main(void)
{
    enter_work();
    put("file", "text");
    mkdir("dir", 0755);
    test_flags();
    test_refused();
    test_used();
    test_link();
    test_rights();
    test_apart();
    unlink("file");
    rmdir("dir");
    leave_work();
    return done();
}

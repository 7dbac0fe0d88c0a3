/*
 * limspec_files.c: what RLIMIT_NOFILE and RLIMIT_FSIZE do: the number of a
 * descriptor, and the length to which a file may grow.
 */
#include "limspec.h"

#include <sys/stat.h>
#include <sys/uio.h>

/* The files begin with a hole, so that no limit is below what is printed. */
enum { BASE = 1 << 20 };

static const char *self;
static int signals;

static void
note(int sig, siginfo_t *info, void *context)
{
    (void)sig;
    (void)info;
    (void)context;
    signals++;
}

static long
open_null(void)
{
    return raw(NR_open, P("/dev/null"), O_RDWR, 0, 0);
}

static void
test_numbers(void)
{
    int ends[2] = { -7, -7 };

    set_soft(NOFILE, 8);
    for (int fd = 3; fd < 8; fd++) {
        is(open_null(), fd, "a descriptor below the limit");
    }
    returns(open_null(), -EMFILE, "the next is one too many");
    returns(raw(NR_open, P("new"), O_RDWR | O_CREAT, 0600, 0), -EMFILE,
        "a new file, too");
    is(access("new", F_OK), -1, "which is not made");
    returns(raw(NR_open, P("none"), O_RDWR, 0, 0), -EMFILE,
        "it is seen before the name");
    returns(raw(NR_fcntl, 1, F_DUPFD, 0, 0), -EMFILE, "F_DUPFD: none is free");
    returns(raw(NR_fcntl, 1, F_DUPFD, 7, 0), -EMFILE, "nor from the last on");
    returns(raw(NR_fcntl, 1, F_DUPFD, 8, 0), -EINVAL, "from the limit on");
    returns(raw(NR_dup2, 1, 8, 0, 0), -EBADF, "dup2 to the limit");
    returns(raw(NR_dup3, 1, 8, O_CLOEXEC, 0), -EBADF, "dup3, too");
    is(raw(NR_dup2, 1, 7, 0, 0), 7, "dup2 to the last one below");
    close(7);
    returns(raw(NR_pipe, P(ends), 0, 0, 0), -EMFILE, "one free is no pipe");
    is(ends[0], -7, "nothing is written");
    is(open_null(), 7, "nor is the free one taken");
    close(6);
    close(7);
    is(raw(NR_pipe, P(ends), 0, 0, 0), 0, "two are");
    ok(ends[0] == 6 && ends[1] == 7, "the two");
}

/* A limit says nothing of what is open already. */
static void
test_above(void)
{
    char byte;

    set_soft(NOFILE, 4);
    is(write(7, "x", 1), 1, "what is open above a new limit can be written");
    is(read(6, &byte, 1), 1, "and read");
    is(raw(NR_dup2, 7, 7, 0, 0), 7, "dup2 of it to itself");
    returns(raw(NR_dup2, 7, 6, 0, 0), -EBADF, "not to another one");
    is(raw(NR_dup2, 7, 3, 0, 0), 3, "but to one below");
    returns(open_null(), -EMFILE, "none is free below");
    close(0);
    is(open_null(), 0, "until one is closed");
    for (int fd = 3; fd < 8; fd++) {
        close(fd);
    }
    is(open_null(), 3, "then there is one");
    returns(open_null(), -EMFILE, "just one");
    close(3);
    set_soft(NOFILE, 0);
    returns(open_null(), -EMFILE, "with a limit of 0 there is none");
    is(write(1, "", 0), 0, "but what is open stays open");
}

static int
executes(void *unused)
{
    char *args[] = { (char *)self, "after", NULL };

    (void)unused;
    execv(self, args);
    return 8;
}

static void
test_processes(void)
{
    exited(in_child(executes, NULL), 7, "with a limit of 0 fork and exec work");
    set_soft(NOFILE, 15);
    is(open_null(), 3, "with more there are some");
    close(3);
}

static long
size_of(const char *name)
{
    struct stat st;

    return stat(name, &st) == 0 ? st.st_size : -1;
}

static void
test_size(void)
{
    static char bytes[3000];
    int fd = open("file", O_RDWR | O_CREAT, 0600);

    ftruncate(fd, BASE);
    lseek(fd, BASE, SEEK_SET);
    set_soft(FSIZE, BASE + 5000);
    is(write(fd, bytes, 3000), 3000, "a file below its limit");
    is(write(fd, bytes, 3000), 2000, "grows to it");
    is(signals, 0, "without a signal");
    returns(raw(NR_write, fd, P(bytes), 1, 0), -EFBIG, "and no further");
    is(signals, 1, "with SIGXFSZ");
    is(size_of("file"), BASE + 5000, "it is that long");
    is(write(fd, bytes, 0), 0, "nothing can be written there");
    is(signals, 1, "without a signal");
    is(pwrite(fd, bytes, 3000, BASE + 100), 3000,
        "what is there can be written over");
    is(pwrite(fd, bytes, 3000, BASE + 4000), 1000, "up to the limit");
    returns(raw(NR_pwrite64, fd, P(bytes), 1, BASE + 5000), -EFBIG,
        "not at it");
    returns(raw(NR_pwrite64, fd, P(bytes), 1, 9 * BASE), -EFBIG, "nor behind");
    is(signals, 3, "each with a signal");
    returns(raw(NR_ftruncate, fd, BASE + 5001, 0, 0), -EFBIG,
        "ftruncate beyond");
    is(signals, 4, "with a signal");
    returns(raw(NR_truncate, P("file"), BASE + 5001, 0, 0), -EFBIG,
        "truncate, too");
    is(signals, 5, "with a signal");
    returns(raw(NR_fallocate, fd, 0, 0, BASE + 5001), -EFBIG, "fallocate");
    is(signals, 6, "with a signal");
    is(size_of("file"), BASE + 5000, "it is as long as before");
    is(ftruncate(fd, BASE + 5000), 0, "ftruncate to the limit");
    is(ftruncate(fd, BASE + 4999), 0, "and below");
    is(signals, 6, "without a signal");
    const struct iovec parts[2] = { { bytes, 3000 }, { bytes, 3000 } };
    lseek(fd, BASE, SEEK_SET);
    is(raw(NR_writev, fd, P(parts), 2, 0), 5000, "writev: up to the limit");
    close(fd);
}

/* A limit of 0. It says nothing: where that goes may be a file. */
static int
with_none(void *unused)
{
    (void)unused;
    set_soft(FSIZE, 0);
    int fd = open("empty", O_RDWR | O_CREAT, 0600);
    return fd >= 0 && raw(NR_write, fd, P("x"), 1, 0) == -EFBIG
           && mkdir("directory", 0700) == 0 ? 7 : 8;
}

/* A file that is longer than a new limit. */
static void
test_longer(void)
{
    static char bytes[3000];
    int fd = open("file", O_RDWR);

    set_soft(FSIZE, BASE + 1000);
    signals = 0;
    lseek(fd, BASE, SEEK_SET);
    is(write(fd, bytes, 500), 500, "a longer file: below the limit");
    is(write(fd, bytes, 3000), 500, "up to it");
    returns(raw(NR_write, fd, P(bytes), 1, 0), -EFBIG, "not what it has above");
    is(signals, 1, "with a signal");
    is(pread(fd, bytes, 100, BASE + 4000), 100, "it can be read there");
    is(ftruncate(fd, BASE + 4000), 0, "and cut, to a length above the limit");
    is(signals, 1, "without a signal");
    int append = open("file", O_WRONLY | O_APPEND);
    returns(raw(NR_write, append, P(bytes), 1, 0), -EFBIG, "or appended to");
    is(signals, 2, "with a signal");
    close(append);
    close(fd);
    is(size_of("file"), BASE + 4000, "it is as long as before");
    exited(in_child(with_none, NULL), 7,
        "with a limit of 0 files and directories can be made, without bytes");
    unlink("empty");
    rmdir("directory");
}

/* What has no length has no limit. */
static void
test_no_files(void)
{
    char byte = 'x';
    int ends[2], null = open("/dev/null", O_WRONLY);

    signals = 0;
    pipe(ends);
    is(write(ends[1], &byte, 1), 1, "a pipe has no limit");
    is(read(ends[0], &byte, 1), 1, "and passes the byte on");
    is(write(null, &byte, 1), 1, "nor has a device");
    is(signals, 0, "no signal came");
    close(ends[0]);
    close(ends[1]);
    close(null);
}

static int
exceeds(void *unused)
{
    int fd = open("file", O_WRONLY | O_APPEND);

    (void)unused;
    act(SIGXFSZ, TO_DEFAULT, 0, 0);
    write(fd, "x", 1);
    return 8;
}

static int
exceeds_ignoring(void *unused)
{
    int fd = open("file", O_WRONLY | O_APPEND);

    (void)unused;
    act(SIGXFSZ, TO_IGNORE, 0, 0);
    return raw(NR_write, fd, P("x"), 1, 0) == -EFBIG ? 7 : 8;
}

static int
exceeds_blocking(void *unused)
{
    int fd = open("file", O_WRONLY | O_APPEND);

    (void)unused;
    mask(SIG_BLOCK, BIT(SIGXFSZ));
    return raw(NR_write, fd, P("x"), 1, 0) == -EFBIG
           && (pending_now() & BIT(SIGXFSZ)) != 0
           && raw(NR_ftruncate, fd, 9 * BASE, 0, 0) == -EFBIG
           && take(BIT(SIGXFSZ), NULL) == SIGXFSZ
           && take(BIT(SIGXFSZ), NULL) == -EAGAIN ? 7 : 8;
}

static void
test_signal(void)
{
    killed(in_child(exceeds, NULL), SIGXFSZ, "by default SIGXFSZ kills");
    exited(in_child(exceeds_ignoring, NULL), 7, "ignored, there is the error");
    exited(in_child(exceeds_blocking, NULL), 7, "blocked, it pends, once");
    set_soft(FSIZE, INFINITE);
    int fd = open("file", O_WRONLY | O_APPEND);
    is(write(fd, "x", 1), 1, "without a limit it can be written");
    close(fd);
    unlink("file");
}

int
main(int argc, char **argv)
{
    self = argv[0];
    if (argc > 1) {
        return open_null() == -EMFILE && limit_of(NOFILE).soft == 0 ? 7 : 8;
    }
    for (int fd = 3; fd < 20; fd++) {
        close(fd);
    }
    act(SIGXFSZ, note, 0, 0);
    test_numbers();
    test_above();
    test_processes();
    test_size();
    test_longer();
    test_no_files();
    test_signal();
    return done();
}

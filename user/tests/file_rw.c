/*
 * file_rw.c: reading, writing and seeking in files: holes are zeros, a file
 * that was unlinked lives while it is open, large files keep their bytes.
 */
#include "tap.h"

#include "raw.h"
#include <fcntl.h>
#include <sys/epoll.h>
#include <sys/eventfd.h>
#include <sys/signalfd.h>
#include <sys/stat.h>
#include <sys/timerfd.h>

static char buf[65536];

static long
size_of(int fd)
{
    struct stat st;
    return fstat(fd, &st) == 0 ? (long)st.st_size : -1;
}

static int
zeros(const char *p, long n)
{
    for (long i = 0; i < n; i++) {
        if (p[i]) {
            return 0;
        }
    }
    return 1;
}

static void
test_seek(void)
{
    int fd = open("f", O_RDWR | O_CREAT | O_TRUNC, 0644);

    is(write(fd, "0123456789", 10), 10, "write ten bytes");
    is(lseek(fd, 0, SEEK_CUR), 10, "SEEK_CUR: where we are");
    is(lseek(fd, 3, SEEK_SET), 3, "SEEK_SET");
    is(lseek(fd, 2, SEEK_CUR), 5, "SEEK_CUR forward");
    is(lseek(fd, -1, SEEK_CUR), 4, "and back");
    is(lseek(fd, -2, SEEK_END), 8, "SEEK_END");
    is(read(fd, buf, 10), 2, "a read up to the end");
    ok(memcmp(buf, "89", 2) == 0, "of the last two bytes");
    is(read(fd, buf, 10), 0, "then end of file");
    fails(lseek(fd, -1, SEEK_SET), EINVAL, "no negative offset");
    fails(lseek(fd, -11, SEEK_END), EINVAL, "in no way");
    fails(lseek(fd, 0, 99), EINVAL, "whence 99");
    fails(lseek(fd, 0, -1), EINVAL, "whence -1");
    is(lseek(fd, 0, SEEK_CUR), 10, "a failure moves nothing");
    lseek(fd, 5, SEEK_SET);
    is(write(fd, "ab", 2), 2, "write inside");
    is(size_of(fd), 10, "does not change the size");
    lseek(fd, 0, SEEK_SET);
    read(fd, buf, 10);
    ok(memcmp(buf, "01234ab789", 10) == 0, "only the two bytes");
    close(fd);
}

static void
test_holes(void)
{
    int fd = open("f", O_RDWR | O_CREAT | O_TRUNC, 0644);
    long far = 16L << 20;

    write(fd, "a", 1);
    is(lseek(fd, 20000, SEEK_SET), 20000, "seek beyond the end");
    is(size_of(fd), 1, "does not make the file longer");
    is(read(fd, buf, 10), 0, "there is nothing to read");
    is(write(fd, "b", 1), 1, "a write does");
    is(size_of(fd), 20001, "up to its end");
    lseek(fd, 0, SEEK_SET);
    is(read(fd, buf, sizeof(buf)), 20001, "all of it can be read");
    ok(buf[0] == 'a' && buf[20000] == 'b', "the bytes at both ends");
    ok(zeros(buf + 1, 19999), "zeros between");
    lseek(fd, far, SEEK_SET);
    is(write(fd, "c", 1), 1, "a byte at 16 MiB");
    is(size_of(fd), far + 1, "is the size");
    lseek(fd, far - 5000, SEEK_SET);
    is(read(fd, buf, sizeof(buf)), 5001, "read before it");
    ok(zeros(buf, 5000) && buf[5000] == 'c', "zeros and the byte");
    close(fd);
    fd = open("f", O_RDWR | O_TRUNC);
    write(fd, "xy", 2);
    lseek(fd, 100, SEEK_SET);
    write(fd, "z", 1);
    lseek(fd, 0, SEEK_SET);
    is(read(fd, buf, 200), 101, "emptied and written again");
    ok(zeros(buf + 2, 98), "what was there before is not seen");
    close(fd);
}

static void
test_large(void)
{
    int fd = open("f", O_RDWR | O_CREAT | O_TRUNC, 0644), good = 1;
    long total = 0, n;

    for (int i = 0; i < 32; i++) {
        memset(buf, 'A' + i, 32768);
        total += write(fd, buf, 32768);
    }
    is(total, 1 << 20, "a file of 1 MiB");
    lseek(fd, 0, SEEK_SET);
    total = 0;
    while ((n = read(fd, buf, 5000)) > 0) {
        for (long i = 0; i < n; i += 97) {
            good &= buf[i] == 'A' + (total + i) / 32768;
        }
        total += n;
    }
    is(total, 1 << 20, "is read in pieces");
    ok(good, "and is as it was written");
    close(fd);
}

static void
test_unlinked(void)
{
    struct stat st;
    int fd = open("f", O_RDWR | O_CREAT | O_TRUNC, 0644);
    int second = open("f", O_RDONLY);

    write(fd, "alive", 5);
    is(unlink("f"), 0, "unlink an open file");
    fails(open("f", O_RDONLY), ENOENT, "its name is gone");
    is(write(fd, "!", 1), 1, "it can be written");
    is(read(second, buf, 10), 6, "and read");
    fstat(fd, &st);
    is(st.st_nlink, 0, "it has no name");
    int other = open("f", O_RDWR | O_CREAT | O_EXCL, 0644);
    ok(other >= 0 && size_of(other) == 0, "the name can be used again");
    is(size_of(fd), 6, "for another file");
    close(fd);
    close(second);
    close(other);
    unlink("f");
}

static void
test_devices(void)
{
    int null = open("/dev/null", O_RDWR), zero = open("/dev/zero", O_RDWR);

    is(read(null, buf, 10), 0, "/dev/null is empty");
    is(write(null, buf, 10), 10, "and takes everything");
    memset(buf, 1, sizeof(buf));
    is(read(zero, buf, 10000), 10000, "/dev/zero never ends");
    ok(zeros(buf, 10000) && buf[10000] == 1, "and is all zero");
    is(write(zero, buf, 10), 10, "it takes everything too");
    is(raw(NR_ioctl, null, 0x5401, P(buf), 0), -ENOTTY, "no terminal");
    close(null);
    close(zero);
}

static void
stays(int there, const char *name)
{
    int all = lseek(there, 0, SEEK_SET) == 0 && lseek(there, 5, SEEK_CUR) == 0
        && lseek(there, -5, SEEK_END) == 0 && lseek(there, 9, SEEK_DATA) == 0
        && lseek(there, 9, SEEK_HOLE) == 0 && lseek(there, 0, 9) == -1
        && errno == EINVAL && pread(there, buf, 8, 0) == -1 && errno == ESPIPE;

    close(there);
    ok(all, name);
}

/* These have no position, but lseek is no error; a pipe's is, for all kinds. */
static void
test_no_position(void)
{
    sigset_t none;
    int ends[2];

    sigemptyset(&none);
    stays(eventfd(0, 0), "lseek of an eventfd does nothing");
    stays(timerfd_create(CLOCK_MONOTONIC, 0), "of a timer");
    stays(signalfd(-1, &none, 0), "of a signalfd");
    stays(epoll_create1(0), "of an epoll");
    pipe(ends);
    fails(lseek(ends[0], 0, SEEK_DATA), ESPIPE, "a pipe has no data there");
    fails(lseek(ends[0], 0, SEEK_HOLE), ESPIPE, "nor holes");
    fails(lseek(ends[0], 0, 9), EINVAL, "an unknown kind");
    close(ends[0]);
    close(ends[1]);
}

int
main(void)
{
    char c;

    test_seek();
    test_holes();
    test_large();
    test_unlinked();
    test_devices();
    test_no_position();
    is(read(0, &c, 1), 0, "standard input is at its end");
    ok(!isatty(0) && errno == ENOTTY, "and no terminal");
    return done();
}

/*
 * iovec.c: readv and writev gather and scatter as one read or write would;
 * the table of pieces is checked before a byte moves.
 */
#include "tap.h"

#include "raw.h"
#include <fcntl.h>
#include <limits.h>
#include <sys/eventfd.h>
#include <sys/mman.h>
#include <sys/timerfd.h>
#include <sys/uio.h>

static int fd;

static void
test_move(void)
{
    char a[8] = "", b[8] = "", c[8] = "";
    struct iovec out[] = { { "one", 3 }, { "", 0 }, { "two-", 4 },
        { NULL, 0 }, { "3", 1 } };
    struct iovec in[] = { { a, 2 }, { b, 0 }, { c, 5 }, { b, 4 } };
    int p[2];

    is(writev(fd, out, 5), 8, "writev of five pieces, two of them empty");
    lseek(fd, 0, SEEK_SET);
    is(readv(fd, in, 4), 8, "readv into four pieces");
    is_str(a, "on", "the first");
    is_str(c, "etwo-", "the third");
    is_str(b, "3", "the last, not filled");
    is(readv(fd, in, 4), 0, "then end of file");
    pipe(p);
    is(writev(p[1], out, 5), 8, "writev to a pipe");
    memset(a, 0, sizeof(a));
    memset(c, 0, sizeof(c));
    is(readv(p[0], in, 3), 7, "readv of it");
    ok(strcmp(a, "on") == 0 && strcmp(c, "etwo-") == 0, "the bytes");
    is(readv(p[0], in, 1), 1, "what is left");
    close(p[0]);
    close(p[1]);
}

static void
test_errors(void)
{
    static struct iovec many[1025];
    char a[8];
    struct iovec good[] = { { a, 1 }, { a, 1 } };
    long minus[] = { P(a), 4, P(a), -1 };
    long sum[] = { P(a), LONG_MAX, P(a), LONG_MAX };

    is(raw(NR_writev, fd, P(good), 0, 0), 0, "no piece at all");
    is(raw(NR_readv, fd, P(good), 0, 0), 0, "nor here");
    is(raw(NR_writev, fd, P(good), -1, 0), -EINVAL, "-1 pieces");
    for (int i = 0; i < 1025; i++) {
        many[i].iov_base = a;
    }
    is(raw(NR_writev, fd, P(many), 1024, 0), 0, "1024 empty ones");
    is(raw(NR_writev, fd, P(many), 1025, 0), -EINVAL, "1025 are too many");
    is(raw(NR_writev, fd, P(minus), 2, 0), -EINVAL, "a negative length");
    is(raw(NR_readv, fd, P(minus), 2, 0), -EINVAL, "here too");
    is(raw(NR_writev, 99, P(good), 2, 0), -EBADF, "to nowhere");
    is(raw(NR_writev, 99, P(minus), 2, 0), -EBADF, "which comes first");
    is(raw(NR_writev, fd, 16, 1, 0), -EFAULT, "a table nowhere");
    is(raw(NR_readv, fd, P(sum), 0, 0), 0, "huge, but none of it");
    is(raw(NR_writev, fd, 16, 1025, 0), -EINVAL, "the number comes first");
}

/* The first piece is good, the second is not: the first is done. */
static void
test_halfway(void)
{
    char a[8] = "";
    struct iovec out[] = { { "good", 4 }, { (void *)16, 4 } };
    struct iovec bad[] = { { (void *)16, 4 }, { "good", 4 } };
    struct iovec in[] = { { a, 4 }, { (void *)16, 4 } };

    lseek(fd, 0, SEEK_SET);
    is(writev(fd, out, 2), 4, "a bad second piece: the first is written");
    is(lseek(fd, 0, SEEK_CUR), 4, "the offset says so");
    fails(writev(fd, bad, 2), EFAULT, "a bad first piece: nothing is");
    is(lseek(fd, 0, SEEK_CUR), 4, "the offset stays");
    lseek(fd, 0, SEEK_SET);
    is(readv(fd, in, 2), 4, "a bad second piece: the first is read");
    ok(memcmp(a, "good", 4) == 0, "well");
}

/* Buffers whose second half is not mapped. */
static void
test_straddle(void)
{
    char *page = mmap(NULL, 8192, PROT_READ | PROT_WRITE,
        MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);
    char *end = page + 4096;
    int zero = open("/dev/zero", O_RDONLY), p[2];
    char buf[16];

    munmap(end, 4096);
    memset(end - 8, 'x', 8);
    lseek(fd, 0, SEEK_SET);
    is(write(fd, end - 4, 16), 4, "write of 16 bytes, 4 are there");
    lseek(fd, 0, SEEK_SET);
    write(fd, "0123456789abcdef", 16);
    lseek(fd, 0, SEEK_SET);
    is(read(fd, end - 4, 16), 4, "read of 16 bytes into 4");
    is(lseek(fd, 0, SEEK_CUR), 4, "the offset says so");
    is(read(zero, end - 4, 16), 4, "of a device");
    pipe(p);
    fails(write(p[1], end - 4, 16), EFAULT, "write to a pipe: all or none");
    write(p[1], "0123456789", 10);
    fails(read(p[0], end - 4, 10), EFAULT, "read of a pipe too");
    is(read(p[0], buf, 16), 10, "its bytes are still there");
    close(p[0]);
    close(p[1]);
    close(zero);
}

/* Pieces without a byte: the file is not asked, as it is by read and write of
 * nothing; but it must be one that can. */
static void
test_nothing(void)
{
    char byte;
    struct iovec none[2] = { { &byte, 0 }, { NULL, 0 } };
    int event = eventfd(0, EFD_NONBLOCK), here = open(".", O_RDONLY);
    int timer = timerfd_create(CLOCK_MONOTONIC, TFD_NONBLOCK);

    fails(read(event, &byte, 0), EINVAL, "an eventfd: read of nothing");
    is(readv(event, none, 2), 0, "readv of nothing");
    fails(write(event, &byte, 0), EINVAL, "write of nothing");
    is(writev(event, none, 2), 0, "writev of nothing");
    is(writev(event, none, 0), 0, "of no pieces");
    fails(read(here, &byte, 0), EISDIR, "a directory: read");
    is(readv(here, none, 2), 0, "readv");
    is(preadv(here, none, 2, 0), 0, "preadv");
    fails(writev(here, none, 2), EBADF, "it is not open for writing");
    is(readv(timer, none, 2), 0, "a timer is read");
    fails(writev(timer, none, 2), EINVAL, "but not written");
    close(event);
    close(here);
    close(timer);
}

int
main(void)
{
    fd = open("file", O_RDWR | O_CREAT | O_TRUNC, 0644);
    test_move();
    test_errors();
    test_halfway();
    test_straddle();
    test_nothing();
    close(fd);
    unlink("file");
    return done();
}

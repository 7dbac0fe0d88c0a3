/*
 * pread.c: pread, pwrite, preadv and pwritev use the offset in the call, and
 * leave the file's own offset unchanged.
 */
#include "names.h"

#include <sys/uio.h>

static int fd;
static char buf[64];

static int
at(long want)
{
    return lseek(fd, 0, SEEK_CUR) == want;
}

static void
test_plain(void)
{
    is(pwrite(fd, "0123456789", 10, 0), 10, "pwrite to an empty file");
    ok(at(0), "the offset stays");
    is(pread(fd, buf, 4, 3), 4, "pread");
    ok(memcmp(buf, "3456", 4) == 0, "from the middle");
    ok(at(0), "the offset stays");
    is(pread(fd, buf, 64, 8), 2, "up to the end");
    is(pread(fd, buf, 64, 10), 0, "at the end");
    is(pread(fd, buf, 64, 1L << 40), 0, "far behind it");
    is(pread(fd, buf, 0, 3), 0, "nothing");
    lseek(fd, 5, SEEK_SET);
    is(pwrite(fd, "ab", 2, 1), 2, "pwrite into the middle");
    ok(at(5), "the offset stays");
    is(read(fd, buf, 3), 3, "read goes on");
    ok(memcmp(buf, "567", 3) == 0, "from where it was");
    is(pwrite(fd, "end", 3, 20), 3, "pwrite behind the end");
    is(pread(fd, buf, 64, 0), 23, "makes the file longer");
    ok(memcmp(buf, "0ab3456789\0\0\0\0\0\0\0\0\0\0end", 23) == 0,
        "with zeros between");
    is(pwrite(fd, "x", 0, 100), 0, "pwrite of nothing");
    is(lseek(fd, 0, SEEK_END), 23, "does not");
}

static void
test_pieces(void)
{
    char a[4] = "", b[4] = "", c[4] = "";
    struct iovec in[3] = { { a, 2 }, { b, 0 }, { c, 3 } };
    struct iovec out[3] = { { "XY", 2 }, { "", 0 }, { "Z", 1 } };

    lseek(fd, 7, SEEK_SET);
    is(preadv(fd, in, 3, 3), 5, "preadv");
    ok(memcmp(a, "34", 3) == 0 && memcmp(c, "567", 4) == 0 && b[0] == 0,
        "fills one piece after the other");
    is(preadv(fd, in, 3, 20), 3, "up to the end");
    ok(memcmp(a, "en", 3) == 0 && c[0] == 'd' && c[1] == '6',
        "and no further");
    is(preadv(fd, in, 3, 23), 0, "at the end");
    is(preadv(fd, in, 0, 0), 0, "no pieces");
    is(pwritev(fd, out, 3, 1), 3, "pwritev");
    pread(fd, buf, 5, 0);
    ok(memcmp(buf, "0XYZ4", 5) == 0, "writes one after the other");
    is(pwritev(fd, out, 3, 30), 3, "behind the end");
    is(pread(fd, buf, 64, 21), 12, "makes the file longer");
    ok(memcmp(buf, "nd\0\0\0\0\0\0\0XYZ", 12) == 0, "with zeros between");
    is(pwritev(fd, out, 0, 0), 0, "no pieces");
    ok(at(7), "the offset stays");
}

static int
child(void *unused)
{
    (void)unused;
    return pread(fd, buf, 1, 0) == 1 && pwrite(fd, "c", 1, 0) == 1 ? 3 : 4;
}

static void
test_others(void)
{
    int device = open("/dev/zero", O_RDWR);
    char *page;

    exited(in_child(child, NULL), 3, "a child has the same file");
    ok(at(7), "and its offset, which does not move");
    pread(fd, buf, 1, 0);
    is(buf[0], 'c', "what it wrote is there");
    memset(buf, 'x', 8);
    is(pread(device, buf, 4, 1000), 4, "a device that has no places");
    ok(memcmp(buf, "\0\0\0\0xxxx", 8) == 0, "reads as ever");
    is(pwrite(device, buf, 4, 1000), 4, "and writes");
    page = malloc(3 * 4096);
    memset(page, 'p', 3 * 4096);
    is(pwrite(fd, page, 3 * 4096, 100), 3 * 4096, "three pages, from 100");
    memset(page, 0, 3 * 4096);
    is(pread(fd, page, 3 * 4096, 100), 3 * 4096, "and back");
    ok(page[0] == 'p' && page[8000] == 'p' && page[3 * 4096 - 1] == 'p',
        "all of them");
    free(page);
    close(device);
}

int
main(void)
{
    fd = open("f", O_RDWR | O_CREAT, 0644);
    test_plain();
    test_pieces();
    test_others();
    unlink("f");
    return done();
}

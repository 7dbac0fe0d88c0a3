/*
 * truncate.c: a file has the length that it is given: the rest is gone, and new
 * bytes are zero. That holds for every process that has it open, at any offset.
 */
#include "names.h"

#define PAGE 4096

static char buf[4 * PAGE];
static int fd;

static void
fill(long size)
{
    memset(buf, 'x', sizeof(buf));
    ftruncate(fd, 0);
    pwrite(fd, buf, size, 0);
}

/* The bytes from..to of the file are all c. */
static int
all(char c, long from, long to)
{
    memset(buf, '?', sizeof(buf));
    if (pread(fd, buf, to - from, from) != to - from) {
        return 0;
    }
    for (long i = 0; i < to - from; i++) {
        if (buf[i] != c) {
            return 0;
        }
    }
    return 1;
}

static long
size_of(void)
{
    struct stat st;

    fstat(fd, &st);
    return (long)st.st_size;
}

static void
test_sizes(void)
{
    static const long sizes[] = { 0, 1, 100, PAGE - 1, PAGE, PAGE + 1,
        2 * PAGE - 1, 2 * PAGE, 3 * PAGE + 5 };
    int good = 0;

    for (int from = 0; from < COUNT_OF(sizes); from++) {
        for (int to = 0; to < COUNT_OF(sizes); to++) {
            long a = sizes[from], b = sizes[to], least = a < b ? a : b;
            fill(a);
            good += ftruncate(fd, b) == 0 && size_of() == b
                && all('x', 0, least) && all(0, least, b);
            good += ftruncate(fd, 4 * PAGE) == 0 && all('x', 0, least)
                && all(0, least, 4 * PAGE);
        }
    }
    is(good, 2 * COUNT_OF(sizes) * COUNT_OF(sizes),
        "from each size to each: old bytes, then zeros");
    is(ftruncate(fd, 0), 0, "to nothing");
    is(pread(fd, buf, 1, 0), 0, "there is nothing to read");
    fill(3 * PAGE);
    is(truncate("f", 10), 0, "truncate by name");
    is(size_of(), 10, "is the same");
    is(ftruncate(fd, 1L << 32), 0, "to 4 GiB, of which nothing is written");
    is(size_of(), 1L << 32, "is that long");
    ok(all(0, (1L << 32) - 100, 1L << 32), "and zero to its end");
    ok(stat_of("f").st_blocks * 512 < 1 << 20, "but takes no room");
    is(ftruncate(fd, 10), 0, "back");
    ok(all('x', 0, 10), "the first bytes are as they were");
}

static void
test_who(void)
{
    char c;
    int other = open("f", O_RDWR), end = open("f", O_WRONLY | O_APPEND);

    fill(100);
    lseek(other, 50, SEEK_SET);
    is(ftruncate(fd, 20), 0, "a file is cut");
    is(lseek(other, 0, SEEK_CUR), 50, "who stood behind the end stands there");
    is(read(other, &c, 1), 0, "and reads nothing");
    is(write(other, "y", 1), 1, "a write there");
    is(size_of(), 51, "makes the file longer again");
    ok(all('x', 0, 20) && all(0, 20, 50) && all('y', 50, 51),
        "with zeros between");
    is(ftruncate(fd, 30), 0, "cut once more");
    is(write(end, "z", 1), 1, "who appends");
    ok(all('z', 30, 31), "writes at the new end");
    close(other);
    close(end);
}

/* A child's descriptor is the same file; another process has its own. */
static int
cut_it(void *unused)
{
    (void)unused;
    return truncate("f", 5) == 0 && size_of() == 5 ? 3 : 4;
}

static void
test_processes(void)
{
    fill(100);
    exited(in_child(cut_it, NULL), 3, "a child cuts it");
    is(size_of(), 5, "its parent sees it");
    ok(all('x', 0, 5), "and what is left");
    is(unlink("f"), 0, "its name goes");
    is(ftruncate(fd, 2 * PAGE), 0, "it can still be made longer");
    ok(all('x', 0, 5) && all(0, 5, 2 * PAGE), "with zeros");
    fails(truncate("f", 0), ENOENT, "but not by the name");
}

int
main(void)
{
    fd = open("f", O_RDWR | O_CREAT, 0644);
    test_sizes();
    test_who();
    test_processes();
    return done();
}

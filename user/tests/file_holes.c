/*
 * file_holes.c: which blocks a file has: holes have none; fallocate allocates
 * and frees blocks; a freed block reads as zeros.
 */
#include "tap.h"

#include <fcntl.h>
#include <sys/stat.h>

#define PAGE 4096L
#define PUNCH (FALLOC_FL_PUNCH_HOLE | FALLOC_FL_KEEP_SIZE)

static int fd;
static char page[PAGE];

static long
pages(void)
{
    struct stat st;

    fstat(fd, &st);
    return st.st_blocks / 8;
}

static long
size(void)
{
    struct stat st;

    fstat(fd, &st);
    return st.st_size;
}

/* The byte at a place; -1 behind the end. */
static int
byte_at(long at)
{
    unsigned char byte;

    return pread(fd, &byte, 1, at) == 1 ? byte : -1;
}

static void
test_holes(void)
{
    is(pages(), 0, "an empty file has no page");
    pwrite(fd, page, PAGE, 100 * PAGE);
    is(pages(), 1, "one far behind its start has one");
    is(byte_at(50 * PAGE), 0, "before it are zeros");
    is(pages(), 1, "to read them makes none");
    ftruncate(fd, 1L << 40);
    is(pages(), 1, "to grow makes none");
    is(byte_at((1L << 40) - 1), 0, "zeros again");
    ftruncate(fd, 100 * PAGE + 1);
    is(pages(), 1, "half a page is one");
    ftruncate(fd, 100 * PAGE);
    is(pages(), 0, "and is gone with its last byte");
    ftruncate(fd, 0);
}

static void
test_allocate(void)
{
    is(fallocate(fd, 0, PAGE + 1, 2 * PAGE), 0, "room in three pages");
    is(pages(), 3, "they are there");
    is(size(), 3 * PAGE + 1, "the file grows");
    is(byte_at(3 * PAGE), 0, "by zeros");
    pwrite(fd, "x", 1, 2 * PAGE);
    is(fallocate(fd, 0, 0, 4 * PAGE), 0, "room where some is");
    is(pages(), 4, "the rest is made");
    is(byte_at(2 * PAGE), 'x', "what is there stays");
    is(fallocate(fd, FALLOC_FL_KEEP_SIZE, 8 * PAGE, 2 * PAGE), 0,
        "room behind the end");
    is(pages(), 6, "it is there");
    is(size(), 4 * PAGE, "the size stays");
    is(byte_at(8 * PAGE), -1, "nothing is read there");
    ftruncate(fd, 4 * PAGE);
    is(pages(), 4, "cut to the size it has: it is gone");
    is(ftruncate(fd, 0), 0, "cut");
}

static void
test_punch(void)
{
    for (int i = 0; i < 6; i++) {
        write(fd, page, PAGE);
    }
    is(fallocate(fd, PUNCH, PAGE + 10, 3 * PAGE), 0, "a hole");
    is(pages(), 4, "whole pages are gone");
    is(size(), 6 * PAGE, "the size stays");
    ok(byte_at(PAGE + 9) == 'p' && byte_at(PAGE + 10) == 0
        && byte_at(2 * PAGE - 1) == 0, "its edge: before");
    ok(byte_at(4 * PAGE + 9) == 0 && byte_at(4 * PAGE + 10) == 'p',
        "its edge: behind");
    ok(byte_at(2 * PAGE) == 0 && byte_at(4 * PAGE - 1) == 0, "inside: zeros");
    is(fallocate(fd, PUNCH, 5 * PAGE + 1, 5), 0, "inside one page");
    ok(byte_at(5 * PAGE) == 'p' && byte_at(5 * PAGE + 1) == 0
        && byte_at(5 * PAGE + 5) == 0 && byte_at(5 * PAGE + 6) == 'p',
        "only these");
    is(fallocate(fd, PUNCH, 0, 1L << 40), 0, "all and more");
    is(pages(), 0, "nothing is left");
    is(size(), 6 * PAGE, "but the size");
    is(byte_at(6 * PAGE - 1), 0, "of zeros");
    ftruncate(fd, 0);
}

/* What was behind the end does not come back. */
static void
test_tail(void)
{
    write(fd, page, 100);
    ftruncate(fd, 10);
    ftruncate(fd, 100);
    ok(byte_at(9) == 'p' && byte_at(10) == 0 && byte_at(99) == 0,
        "shorter and longer again: zeros");
    pwrite(fd, "q", 1, 2 * PAGE);
    ok(byte_at(100) == 0 && byte_at(PAGE - 1) == 0, "and so behind that");
}

int
main(void)
{
    memset(page, 'p', PAGE);
    fd = open("file", O_RDWR | O_CREAT, 0600);
    test_holes();
    lseek(fd, 0, SEEK_SET);
    test_allocate();
    test_punch();
    lseek(fd, 0, SEEK_SET);
    test_tail();
    unlink("file");
    return done();
}

/*
 * fallocate.c: fallocate allocates zeroed blocks, and makes the file longer
 * unless it is told to keep the size; stat shows how many blocks a file has.
 */
#include "names.h"

#define KIB 1024L

static char buf[64 * KIB];
static int fd;

static long
blocks(void)
{
    struct stat st;

    fstat(fd, &st);
    return (long)st.st_blocks;
}

static long
size_of(void)
{
    struct stat st;

    fstat(fd, &st);
    return (long)st.st_size;
}

static int
zero(long from, long to)
{
    int good = pread(fd, buf, to - from, from) == to - from;

    for (long i = 0; i < to - from; i++) {
        good &= buf[i] == 0;
    }
    return good;
}

int
main(void)
{
    fd = open("f", O_RDWR | O_CREAT, 0644);
    is(blocks(), 0, "an empty file takes no room");
    is(fallocate(fd, 0, 0, 64 * KIB), 0, "room for 64 KiB");
    is(size_of(), 64 * KIB, "makes it that long");
    ok(blocks() >= 128, "and takes room");
    ok(zero(0, 64 * KIB), "all zero");
    pwrite(fd, "text", 4, 1000);
    is(fallocate(fd, 0, 0, 2000), 0, "where there is some");
    is(pread(fd, buf, 4, 1000), 4, "what is there");
    ok(memcmp(buf, "text", 4) == 0, "stays as it is");
    is(size_of(), 64 * KIB, "the file is no shorter");
    is(fallocate(fd, 0, 100 * KIB, 10), 0, "far behind the end");
    is(size_of(), 100 * KIB + 10, "makes it longer");
    ok(zero(64 * KIB, 100 * KIB), "with zeros between");
    is(fallocate(fd, FALLOC_FL_KEEP_SIZE, 200 * KIB, 64 * KIB), 0,
        "FALLOC_FL_KEEP_SIZE");
    is(size_of(), 100 * KIB + 10, "does not");
    is(lseek(fd, 0, SEEK_CUR), 0, "the offset stays");
    is(ftruncate(fd, 0), 0, "to nothing");
    is(blocks(), 0, "gives all of it back");
    memset(buf, 'x', sizeof(buf));
    write(fd, buf, sizeof(buf));
    ok(blocks() >= 128, "64 KiB that were written take room");
    ftruncate(fd, 1024 * KIB);
    ok(blocks() < 1024, "a hole behind them takes less than its size");
    ftruncate(fd, 32 * KIB);
    ok(blocks() >= 64 && blocks() < 128, "a cut gives back what it cuts");
    mkdir("d", 0755);
    ok(stat_of("f").st_blocks == blocks(), "stat and fstat agree");
    rmdir("d");
    unlink("f");
    return done();
}

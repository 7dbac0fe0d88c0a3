/*
 * file_pages.c: a file has one reference to each of its pages. Truncating it or
 * punching a hole frees the pages, even if processes had them mapped.
 *
 * expect:
 * ok 1 - the counts can be read
 * ok 2 - a file's pages are the page cache's
 * ok 3 - some were written to privately
 * ok 4 - the checkers find the holds
 * ok 5 - when the file is truncated, they are not
 * ok 6 - nor does the process keep any
 * ok 7 - the checkers agree
 * ok 8 - it grows, and a read makes no page
 * ok 9 - nor does the end of the mapping
 * ok 10 - the holds on pages mapped as shared are found, too
 * ok 11 - a hole in what is mapped keeps its pages
 * ok 12 - in what is not, it has none
 * ok 13 - when the file is truncated, nothing is left
 * ok 14 - the checkers agree
 * ok 15 - room for a file is pages
 * ok 16 - no more than there are
 * ok 17 - and then none is kept
 * ok 18 - zero, whatever was written behind the end: by a write
 * ok 19 - by a truncate
 * ok 20 - by a fallocate
 * 1..20
 */
#include "counts.h"

#include <fcntl.h>
#include <sys/mman.h>
#include <sys/statfs.h>

#define PAGE  4096L
#define PAGES 64L

static int fd;
static long cache, anon;

static void
write_file(void)
{
    static char page[PAGE];

    lseek(fd, 0, SEEK_SET);
    for (long i = 0; i < PAGES; i++) {
        write(fd, page, PAGE);
    }
}

/* Map the file, and read all of it. */
static volatile char *
map_file(int how)
{
    volatile char *p = mmap(NULL, PAGES * PAGE, PROT_READ | PROT_WRITE, how,
        fd, 0);

    for (long i = 0; i < PAGES; i++) {
        (void)p[i * PAGE];
    }
    return p;
}

static void
truncate_file(void)
{
    close(open("file", O_WRONLY | O_TRUNC));
}

static void
test_private(void)
{
    write_file();
    volatile char *p = map_file(MAP_PRIVATE);
    is(counts_get("cache") - cache, PAGES,
        "a file's pages are the page cache's");
    for (long i = 0; i < PAGES; i += 2) {
        p[i * PAGE] = 1;
    }
    is(counts_get("anon") - anon, PAGES / 2,
        "some were written to privately");
    ok(counts_well(), "the checkers find the holds");
    truncate_file();
    is(counts_get("cache") - cache, 0,
        "when the file is truncated, they are not");
    is(counts_get("anon") - anon, 0, "nor does the process keep any");
    ok(counts_well(), "the checkers agree");
    ftruncate(fd, PAGES * PAGE);
    (void)p[PAGE];
    is(counts_get("cache") - cache, 0, "it grows, and a read makes no page");
    munmap((void *)p, PAGES * PAGE);
    is(counts_get("cache") - cache, 0, "nor does the end of the mapping");
}

static void
punch(long first, long count)
{
    fallocate(fd, FALLOC_FL_PUNCH_HOLE | FALLOC_FL_KEEP_SIZE, first * PAGE,
        count * PAGE);
}

static void
test_shared(void)
{
    write_file();
    volatile char *p = map_file(MAP_SHARED);
    ok(counts_well(), "the holds on pages mapped as shared are found, too");
    punch(0, 10);
    is(counts_get("cache") - cache, PAGES,
        "a hole in what is mapped keeps its pages");
    munmap((void *)p, 20 * PAGE);
    punch(0, 30);
    is(counts_get("cache") - cache, PAGES - 20,
        "in what is not, it has none");
    truncate_file();
    is(counts_get("cache") - cache, 0,
        "when the file is truncated, nothing is left");
    ok(counts_well(), "the checkers agree");
    munmap((void *)(p + 20 * PAGE), (PAGES - 20) * PAGE);
}

static void
test_room(void)
{
    struct statfs status;

    fallocate(fd, 0, 10 * PAGE, 20 * PAGE);
    is(counts_get("cache") - cache, 20, "room for a file is pages");
    fstatfs(fd, &status);
    long most = (long)status.f_bfree + 1;
    fails(fallocate(fd, 0, 30 * PAGE, most * PAGE), ENOSPC,
        "no more than there are");
    is(counts_get("cache") - cache, 20, "and then none is kept");
    truncate_file();
}

/* What is behind the end of a mapped file, when that moves: Linux does this on
 * ext4, not on tmpfs. */
static void
test_tail(int way, const char *name)
{
    char c = 'c';

    truncate_file();
    pwrite(fd, "text", 4, 0);
    volatile char *p = mmap(NULL, PAGE, PROT_READ | PROT_WRITE, MAP_SHARED,
        fd, 0);
    p[100] = 'x';
    if (way == 0) {
        pwrite(fd, "more", 4, 2 * PAGE);
    } else if (way == 1) {
        ftruncate(fd, 2 * PAGE);
    } else {
        fallocate(fd, 0, 2 * PAGE, PAGE);
    }
    pread(fd, &c, 1, 100);
    is(c, '\0', name);
    munmap((void *)p, PAGE);
}

int
main(void)
{
    fd = open("file", O_CREAT | O_RDWR, 0600);
    write_file();
    munmap((void *)map_file(MAP_PRIVATE), PAGES * PAGE);
    truncate_file();
    ok(counts_well(), "the counts can be read");
    for (int i = 0; i < 2; i++) { /* again, when all we write to is there */
        cache = counts_get("cache");
        anon = counts_find("anon");
    }
    test_private();
    test_shared();
    test_room();
    test_tail(0, "zero, whatever was written behind the end: by a write");
    test_tail(1, "by a truncate");
    test_tail(2, "by a fallocate");
    close(fd);
    unlink("file");
    return done();
}

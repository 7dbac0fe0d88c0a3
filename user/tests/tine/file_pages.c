/*
 * file_pages.c: a file has one hold on each of its pages. A page that the file
 * has dropped while it was mapped belongs to who has it mapped.
 *
 * expect:
 * ok 1 - the counts can be read
 * ok 2 - a file's pages are the page cache's
 * ok 3 - the checkers find the holds
 * ok 4 - when the file is truncated, they are not
 * ok 5 - those that are mapped are the process's
 * ok 6 - the checkers agree
 * ok 7 - to write there takes no copy
 * ok 8 - the end of the mapping is the end of the pages
 * ok 9 - the holds on pages mapped as shared are found, too
 * ok 10 - when the file is truncated, they are not its own
 * ok 11 - the checkers agree
 * 1..11
 */
#include "counts.h"

#include <sys/mman.h>

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
    ok(counts_well(), "the checkers find the holds");
    truncate_file();
    is(counts_get("cache") - cache, 0,
        "when the file is truncated, they are not");
    is(counts_find("anon") - anon, PAGES,
        "those that are mapped are the process's");
    ok(counts_well(), "the checkers agree");
    for (long i = 0; i < PAGES; i++) {
        p[i * PAGE] = 1;
    }
    is(counts_get("anon") - anon, PAGES, "to write there takes no copy");
    munmap((void *)p, PAGES * PAGE);
    is(counts_get("anon") - anon, 0,
        "the end of the mapping is the end of the pages");
}

static void
test_shared(void)
{
    write_file();
    volatile char *p = map_file(MAP_SHARED);
    ok(counts_well(), "the holds on pages mapped as shared are found, too");
    truncate_file();
    is(counts_get("cache") - cache, 0,
        "when the file is truncated, they are not its own");
    ok(counts_well(), "the checkers agree");
    munmap((void *)p, PAGES * PAGE);
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
    close(fd);
    unlink("file");
    return done();
}

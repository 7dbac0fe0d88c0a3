/*
 * mmap_split.c: mappings are cut by munmap, mprotect and MAP_FIXED wherever
 * these begin and end; what is left keeps its bytes and its rights.
 */
#include "tap.h"

#include <sys/mman.h>

#define PAGE 4096
#define PAGES 9
#define RW (PROT_READ | PROT_WRITE)
#define ANON (MAP_PRIVATE | MAP_ANONYMOUS)

static int
read_byte(void *p)
{
    return *(volatile unsigned char *)p;
}

static int
write_byte(void *p)
{
    *(volatile unsigned char *)p = 0xee;
    return 0xee;
}

/* One letter a page: '-' gone or no rights, 'r' only read, 'w' written. */
static const char *
rights(char *p)
{
    static char text[PAGES + 1];
    for (int i = 0; i < PAGES; i++) {
        int may_read = WIFEXITED(in_child(read_byte, p + i * PAGE));
        int may_write = WIFEXITED(in_child(write_byte, p + i * PAGE));
        text[i] = may_write ? 'w' : may_read ? 'r' : '-';
    }
    return text;
}

static char *
fresh(void)
{
    char *p = mmap(NULL, PAGES * PAGE, RW, ANON, -1, 0);
    for (int i = 0; i < PAGES; i++) {
        memset(p + i * PAGE, '0' + i, PAGE);
    }
    return p;
}

/* Those pages that can be read hold their number. */
static int
kept(char *p, const char *map)
{
    for (int i = 0; i < PAGES; i++) {
        for (int j = 0; map[i] != '-' && j < PAGE; j += 4095) {
            if (p[i * PAGE + j] != '0' + i) {
                return 0;
            }
        }
    }
    return 1;
}

static void
check(char *p, const char *want, const char *name)
{
    is_str(rights(p), want, name);
    ok(kept(p, want), "and what is left is as it was");
}

static void
test_munmap(void)
{
    char *p = fresh();

    check(p, "wwwwwwwww", "nine pages");
    munmap(p + 4 * PAGE, PAGE);
    check(p, "wwww-wwww", "one is taken from the middle");
    munmap(p, PAGE);
    munmap(p + 8 * PAGE, PAGE);
    check(p, "-www-www-", "one from each end");
    munmap(p + 3 * PAGE, 3 * PAGE);
    check(p, "-ww---ww-", "three across a hole");
    munmap(p, PAGES * PAGE);
    check(p, "---------", "all, with the holes");
}

static void
test_mprotect(void)
{
    char *p = fresh();

    mprotect(p + 3 * PAGE, 3 * PAGE, PROT_READ);
    check(p, "wwwrrrwww", "three in the middle only to read");
    mprotect(p + 4 * PAGE, PAGE, PROT_NONE);
    check(p, "wwwr-rwww", "one of them not at all");
    mprotect(p + 2 * PAGE, 2 * PAGE, RW);
    check(p, "wwww-rwww", "two to write again");
    mprotect(p, PAGES * PAGE, PROT_READ);
    check(p, "rrrrrrrrr", "all to read: nothing was lost");
    mprotect(p, PAGES * PAGE, RW);
    check(p, "wwwwwwwww", "all to write");
    munmap(p, PAGES * PAGE);
}

static void
test_fixed(void)
{
    char *p = fresh();
    char *q = mmap(p + 2 * PAGE, 2 * PAGE, RW, ANON | MAP_FIXED, -1, 0);

    ok(q == p + 2 * PAGE, "MAP_FIXED over two pages");
    is(q[0] | q[PAGE] | q[2 * PAGE - 1], 0, "these are zero");
    memset(q, '2', PAGE);
    memset(q + PAGE, '3', PAGE);
    check(p, "wwwwwwwww", "the others are not touched");
    mmap(p + 7 * PAGE, 2 * PAGE, PROT_NONE, ANON | MAP_FIXED, -1, 0);
    check(p, "wwwwwww--", "MAP_FIXED without rights over the last two");
    munmap(p + 5 * PAGE, PAGE);
    mmap(p + 4 * PAGE, 3 * PAGE, PROT_READ, ANON | MAP_FIXED, -1, 0);
    is_str(rights(p), "wwwwrrr--", "MAP_FIXED over a hole");
    is(p[4 * PAGE] | p[5 * PAGE] | p[6 * PAGE], 0, "all zero");
    munmap(p, PAGES * PAGE);
}

/* Mapped again, a page never shows what was there before. */
static void
test_again(void)
{
    char *p = fresh();
    int zero = 1;

    munmap(p, PAGES * PAGE);
    p = mmap(p, PAGES * PAGE, RW, ANON | MAP_FIXED, -1, 0);
    for (int i = 0; i < PAGES * PAGE; i++) {
        zero &= p[i] == 0;
    }
    ok(zero, "mapped again, all pages are zero");
    munmap(p, PAGES * PAGE);
}

int
main(void)
{
    test_munmap();
    test_mprotect();
    test_fixed();
    test_again();
    return done();
}

/*
 * mmap_limit.c: a process may have 65,530 mappings. At the limit a call that
 * would make more fails with ENOMEM and changes nothing; a call that makes as
 * many or fewer works, so that a program can leave the limit.
 *
 * seconds: 60
 */
#include "tap.h"

#include <errno.h>
#include <sys/mman.h>

#define PAGE 4096L
#define PAGES 140000L
#define LIMIT 65530
#define ANON (MAP_PRIVATE | MAP_ANONYMOUS | MAP_NORESERVE)

static char *area;

static char *
page(long n)
{
    return area + n * PAGE;
}

/* Mappings of one page and of other rights than their neighbours. */
static int
stripe(long n)
{
    return mprotect(page(n), PAGE, PROT_READ);
}

/* Beside the last, with other rights: one mapping more. */
static int
one_more(void)
{
    static int turn;
    int prot = turn++ % 2 == 0 ? PROT_READ : PROT_READ | PROT_WRITE;

    return mmap(NULL, PAGE, prot, ANON, -1, 0) == MAP_FAILED ? -1 : 0;
}

/* => how many there are of those that we have made */
static long
fill(void)
{
    long n = 2;

    while (n < PAGES / 2 && stripe(n) == 0) {
        n += 2;
    }
    ok(errno == ENOMEM, "mprotect that makes too many: ENOMEM");
    return n;
}

static void
fill_up(void)
{
    int made = 0;

    while (made < 8 && one_more() == 0) {
        made++;
    }
    ok(made < 8, "so does mmap, soon");
}

static void
test_at_limit(void)
{
    is(mprotect(page(1), PAGE, PROT_READ), 0,
       "the border between two may move");
    is(mprotect(page(1000), PAGE, PROT_READ), 0,
       "mprotect to the rights that are there");
    is(mprotect(page(PAGES / 2 + 1), PAGE, PROT_NONE), 0, "also in between");
}

static void
test_what_fails(void)
{
    long far = PAGES / 2 + 1000;

    fails(munmap(page(far), PAGE), ENOMEM, "munmap that leaves a hole in one");
    fails(mprotect(page(far), PAGE, PROT_READ), ENOMEM,
          "mprotect in the middle of one");
    fails(one_more(), ENOMEM, "another mapping");
    fails(mmap(page(far), PAGE, PROT_READ, ANON | MAP_FIXED, -1, 0)
                  == MAP_FAILED ? -1 : 0,
          ENOMEM, "one in the middle of another");
}

static void
test_what_works(void)
{
    is(mprotect(page(4), PAGE, PROT_NONE), 0, "mprotect of a whole one");
    is(munmap(page(10), PAGE), 0, "munmap of a whole one");
    is(munmap(page(20), 3 * PAGE), 0, "munmap of three");
    is(munmap(page(PAGES - 1), PAGE), 0, "munmap of the end of one");
    is(one_more(), 0, "now another mapping works");
    is(munmap(page(PAGES / 2 + 1000), PAGE), 0, "and munmap in the middle");
}

/* A child has as many; its changes do not change the parent's. */
static int
in_fork(void *p)
{
    munmap(p, (size_t)(PAGES / 4 * PAGE));
    return one_more() == 0 && stripe(PAGES - 21) == 0 ? 7 : 1;
}

int
main(void)
{
    area = mmap(NULL, PAGES * PAGE, PROT_NONE, ANON, -1, 0);
    long end = fill();

    ok(end > LIMIT - 300 && end <= LIMIT, "nearly 65,530 were made");
    fill_up();
    test_at_limit();
    test_what_fails();
    exited(in_child(in_fork, area), 7, "a child gets away from the limit");
    fails(munmap(page(PAGES / 2 + 1000), PAGE), ENOMEM, "its parent does not");
    test_what_works();
    is(munmap(area, PAGES * PAGE), 0, "munmap of all");
    is(one_more(), 0, "there is room again");
    return done();
}

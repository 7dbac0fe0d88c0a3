/*
 * mmap_many.c: each process of a family makes, cuts, protects and unmaps
 * hundreds of small mappings at random, and compares each page's rights and
 * bytes with a plain array.
 *
 * seconds: 30
 */
#include "tap.h"

#include <sys/mman.h>

#define PAGE 4096
#define PAGES 600
#define STEPS 400
#define RW (PROT_READ | PROT_WRITE)
#define ANON (MAP_PRIVATE | MAP_ANONYMOUS)

static char *area;
static struct page {
    char mapped, prot, value;
} pages[PAGES];

static unsigned long state = 1;
static int tube[2]; /* of our own: a pipe */

static int
below(int n)
{
    state = state * 6364136223846793005 + 1442695040888963407;
    return (int)((state >> 33) % (unsigned long)n);
}

/* We access the pages that we may: SIGSEGV means that one is wrong.  For the
 * others a system call must fail. => the number of wrong pages */
static int
wrong(void)
{
    int count = 0;
    char byte;

    for (int i = 0; i < PAGES; i++) {
        const struct page *page = &pages[i];
        volatile char *p = area + (long)i * PAGE;
        if (page->mapped && page->prot != PROT_NONE) {
            count += *p != page->value;
        } else {
            count += write(tube[1], (char *)p, 1) != -1;
        }
        if (page->mapped && page->prot == RW) {
            *p = page->value;
        } else {
            write(tube[1], "x", 1);
            count += read(tube[0], (char *)p, 1) != -1;
            read(tube[0], &byte, 1);
        }
    }
    return count;
}

static int
any_prot(void)
{
    static const int prots[] = { PROT_NONE, PROT_READ, RW, RW };
    return prots[below(4)];
}

static void
set(int first, int end, struct page page)
{
    for (int i = first; i < end; i++) {
        pages[i] = page;
    }
}

/* => whether the call's result is the expected one */
static int
change(int first, int end)
{
    char *start = area + (long)first * PAGE;
    size_t size = (size_t)(end - first) * PAGE;
    struct page new = { 1, (char)any_prot(), 0 };
    int covered = first;

    switch (below(5)) {
    case 0:
        set(first, end, (struct page){ 0, 0, 0 });
        return munmap(start, size) == 0;
    case 1:
    case 2:
        set(first, end, new);
        return mmap(start, size, new.prot, ANON | MAP_FIXED, -1, 0) == start;
    default:
        while (covered < end && pages[covered].mapped) {
            pages[covered++].prot = new.prot;
        }
        return (mprotect(start, size, new.prot) == 0) == (covered == end);
    }
}

/* Every other page by itself; then some are written. */
static int
stripes(int first, int end)
{
    int good = 1;

    for (int i = first; i < end; i += 2) {
        good &= change(i, i + 1);
    }
    for (int i = first; i < end; i++) {
        char value = (char)below(100);
        if (pages[i].mapped && pages[i].prot == RW) {
            area[(long)i * PAGE] = value;
            pages[i].value = value;
        }
    }
    return good;
}

/* => how many calls and pages went wrong */
static int
go_on(int steps)
{
    int bad = 0;

    for (int i = 0; i < steps; i++) {
        int first = below(PAGES);
        int end = first + 1 + below(below(8) == 0 ? PAGES : 12);
        end = end < PAGES ? end : PAGES;
        bad += below(4) == 0 ? !stripes(first, end) : !change(first, end);
    }
    return bad + wrong();
}

/* => how many calls and pages went wrong in the child and below it */
static int
child(int depth)
{
    state += 77;
    int bad = go_on(STEPS / 4);
    pid_t pid = depth > 0 ? must_fork() : -1;
    int status = 0;

    if (pid == 0) {
        pipe(tube);
    }
    bad += go_on(STEPS / 4);
    if (pid == 0) {
        _exit(bad != 0);
    }
    if (pid > 0) {
        waitpid(pid, &status, 0);
    }
    return bad != 0 || status != 0;
}

/* Child and parent change what they share, each in its own way. */
static void
family(int depth, const char *name)
{
    int bad = go_on(STEPS);
    pid_t pid = must_fork();
    int status;

    if (pid == 0) {
        pipe(tube);
        _exit(child(depth));
    }
    bad += go_on(STEPS / 4);
    waitpid(pid, &status, 0);
    ok(bad == 0 && status == 0, name);
    is(wrong(), 0, "the parent's are still its own");
}

int
main(void)
{
    pipe(tube);
    area = mmap(NULL, PAGES * PAGE, PROT_NONE, ANON, -1, 0);
    set(0, PAGES, (struct page){ 1, PROT_NONE, 0 });
    is(stripes(0, PAGES), 1, "every other page is changed");
    is(wrong(), 0, "all are as they must be");
    family(0, "parent and child change the rest");
    family(1, "and a grandchild");
    family(1, "once more");
    is(munmap(area, PAGES * PAGE), 0, "all go at once");
    return done();
}

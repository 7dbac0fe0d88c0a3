/*
 * fork_lineage.c: grandchildren outlive parent and grandparent, and read what
 * these wrote, in memory of many tables; each of fifty generations changes one
 * page of it and has the pages of all the others; and what the last one does to
 * its mappings changes no other process's.
 */
#include "tap.h"

#include <sys/mman.h>

#define PAGE 4096L
#define TABLE (2L << 20)
#define TABLES 8
#define DEPTH 50
#define CROWD 12
#define RW (PROT_READ | PROT_WRITE)

static volatile int *base;

/* Number i's page: neighbours in age lie in different tables. */
static volatile int *
page_of(int i)
{
    return base + (i % TABLES * TABLE + i / TABLES * PAGE) / 4;
}

/* The first `count` pages were changed by their generation, and no other. */
static int
changed(int count)
{
    for (int i = 0; i < DEPTH; i++) {
        int want = i < count ? 1000 + i : i;
        if (page_of(i)[0] != want || page_of(i)[1023] != want) {
            return 0;
        }
    }
    return 1;
}

static void
set_page(int i, int value)
{
    page_of(i)[0] = page_of(i)[1023] = value;
}

/* Generation n of a chain: all ancestors live until the last has died. */
static int
live_chain(void *depth)
{
    int n = *(int *)depth, next = n + 1;

    if (n == DEPTH) {
        return changed(DEPTH) ? 3 : 4;
    }
    if (!changed(n)) {
        return 5;
    }
    set_page(n, 1000 + n);
    int status = in_child(live_chain, &next);
    return status == 0x300 && changed(n + 1) ? 3 : 6;
}

/* The same, but each dies when it has a child; the last one answers. */
static void
dying_chain(int out)
{
    for (int n = 0; n < DEPTH; n++) {
        if (!changed(n)) {
            write(out, "n", 1);
            _exit(1);
        }
        set_page(n, 1000 + n);
        if (must_fork() != 0) {
            _exit(0);
        }
    }
    write(out, changed(DEPTH) ? "y" : "n", 1);
    _exit(0);
}

static void
test_chains(void)
{
    int zero = 0, ends[2];
    char c = 'n';

    exited(in_child(live_chain, &zero), 3,
        "fifty generations, each changes a page");
    ok(changed(0), "nothing of it reached the first");
    pipe(ends);
    pid_t pid = must_fork();
    if (pid == 0) {
        dying_chain(ends[1]);
    }
    close(ends[1]);
    waitpid(pid, NULL, 0);
    read(ends[0], &c, 1);
    ok(c == 'y', "fifty generations that die in turn");
    ok(changed(0), "nothing of it reached the first");
    close(ends[0]);
}

/* A grandchild: when parent and grandparent are dead, check, write, check,
 * change a mapping, check. */
static int
grandchild(int n, int gate)
{
    char c;
    int good;

    while (read(gate, &c, 1) == 1) {
    }
    good = changed(2);
    set_page(2 + n, n);
    good &= page_of(2 + n)[0] == n;
    if (n % 3 == 1) {
        munmap((char *)base + TABLE, TABLE);
    } else if (n % 3 == 2) {
        mprotect((char *)base, 4 * TABLE, PROT_READ);
    }
    return good & (page_of(0)[0] == 1000) & (page_of(47)[1023] == 47);
}

static void
orphans(int gate[2], int out)
{
    set_page(0, 1000);
    pid_t parent = must_fork();
    if (parent != 0) {
        close(gate[0]);
        waitpid(parent, NULL, 0);
        _exit(0);
    }
    set_page(1, 1001);
    for (int n = 0; n < CROWD; n++) {
        if (must_fork() == 0) {
            close(gate[1]);
            write(out, grandchild(n, gate[0]) ? "y" : "n", 1);
            _exit(0);
        }
    }
    set_page(1, -1);
    _exit(0);
}

static void
test_orphans(void)
{
    int gate[2], ends[2], good = 0;
    char c;

    pipe(gate);
    pipe(ends);
    pid_t pid = must_fork();
    if (pid == 0) {
        orphans(gate, ends[1]);
    }
    close(gate[0]);
    close(ends[1]);
    waitpid(pid, NULL, 0);
    set_page(3, 77);
    close(gate[1]);
    while (read(ends[0], &c, 1) == 1) {
        good += c == 'y';
    }
    is(good, CROWD, "orphans read what their dead ancestors wrote");
    set_page(3, 3);
    ok(changed(0), "nothing of it reached the first");
    close(ends[0]);
}

/* Pages that nobody has touched, or only read, when the child is made. */
static int
child_writes(void *arg)
{
    volatile char *p = arg;
    int good = (p[0] | p[PAGE] | p[TABLE] | p[TABLE + PAGE]) == 0;

    p[0] = p[PAGE] = p[TABLE] = 'c';
    return good && p[0] == 'c' && p[1] == 0 && p[TABLE + PAGE] == 0 ? 3 : 4;
}

static void
test_untouched(void)
{
    volatile char *p = mmap(NULL, 2 * TABLE, RW, MAP_PRIVATE | MAP_ANONYMOUS,
        -1, 0);

    is(p[PAGE], 0, "a page that was only read is zero");
    exited(in_child(child_writes, (char *)p), 3,
        "a child writes it, and others that were never touched");
    is(p[0] | p[PAGE] | p[TABLE], 0, "the parent still has zeros");
    p[PAGE] = 'p';
    exited(in_child(child_writes, (char *)p), 4, "until it writes");
    munmap((char *)p, 2 * TABLE);
}

int
main(void)
{
    base = mmap(NULL, TABLES * TABLE, RW, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);
    for (int i = 0; i < DEPTH; i++) {
        set_page(i, i);
    }
    test_chains();
    test_orphans();
    test_untouched();
    return done();
}

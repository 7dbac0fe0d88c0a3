/*
 * protect_again.c: after mprotect has allowed writing again, each process sees
 * its own writes to private memory, and all writes to shared memory; the file
 * of a private mapping stays as it is. That holds whether the fork came before
 * writing was forbidden, in between, or after it was allowed again.
 */
#include "tap.h"

#include <fcntl.h>
#include <sys/mman.h>

#define PAGE 4096L
#define RW (PROT_READ | PROT_WRITE)
#define TABLE (2L << 20)
#define PAGES 12 /* six on each side of a border between two tables */
#define SIZE (PAGES * PAGE)

static const struct memory {
    const char *name;
    int flags, shared, written;
} memories[] = {
    { "private memory", MAP_PRIVATE | MAP_ANONYMOUS, 0, 1 },
    { "shared memory", MAP_SHARED | MAP_ANONYMOUS, 1, 1 },
    { "a file's private pages", MAP_PRIVATE, 0, 0 },
    { "a file's private pages, written", MAP_PRIVATE, 0, 1 },
    { "a file's shared pages", MAP_SHARED, 1, 1 },
};
#define MEMORIES ((int)(sizeof(memories) / sizeof(memories[0])))

enum { ALL_BEFORE, FORK_BETWEEN, ALL_AFTER, ORDERS };
static const char *const orders[ORDERS] = {
    "taken and given, then a fork", "taken, a fork, given",
    "a fork, then taken and given",
};

static char *base;
static int fd, to_child[2], to_parent[2];

static void
fill(char *p, char c)
{
    for (long at = 0; at < SIZE; at += PAGE) {
        p[at] = c;
        p[at + PAGE - 1] = c;
    }
}

static int
holds(const char *p, char c)
{
    for (long at = 0; at < SIZE; at += PAGE) {
        if (p[at] != c || p[at + PAGE - 1] != c) {
            return 0;
        }
    }
    return 1;
}

static int
file_holds(char c)
{
    static char text[SIZE];

    return pread(fd, text, SIZE, 0) == SIZE && holds(text, c);
}

static void
tell(int to[2])
{
    write(to[1], "t", 1);
}

static void
hear(int from[2])
{
    char c;
    read(from[0], &c, 1);
}

static void
make(const struct memory *memory)
{
    base = (char *)0x40000000L + TABLE - SIZE / 2;
    base = mmap(base, SIZE, RW, memory->flags | MAP_FIXED, fd, 0);
    if (memory->written) {
        fill(base, 'p');
    } else {
        holds(base, 'f'); /* it is touched */
    }
}

/* => whether the child saw what it must */
static int
child(const struct memory *memory, int writes_first, int old)
{
    int right = 1;

    if (writes_first) {
        fill(base, 'c');
        tell(to_parent);
        hear(to_child);
        right = holds(base, memory->shared ? 'q' : 'c');
    } else {
        hear(to_child);
        right = holds(base, memory->shared ? 'q' : old);
        fill(base, 'c');
        right = right && holds(base, 'c');
        tell(to_parent);
    }
    return right;
}

static int
parent(const struct memory *memory, int child_first, int old)
{
    int right = 1;

    if (child_first) {
        hear(to_parent);
        right = holds(base, memory->shared ? 'c' : old);
        fill(base, 'q');
        tell(to_child);
    } else {
        fill(base, 'q');
        tell(to_child);
        hear(to_parent);
        right = holds(base, memory->shared ? 'c' : 'q');
    }
    return right;
}

static void
change(int order, int step, int closed)
{
    if (step == (order == ALL_AFTER)) {
        mprotect(base, SIZE, closed);
    }
    if (step == (order != ALL_BEFORE)) {
        mprotect(base, SIZE, RW);
    }
}

/* => whether all saw what they must */
static int
play(const struct memory *memory, int order, int closed, int child_first)
{
    int status, old = memory->written ? 'p' : 'f';

    make(memory);
    change(order, 0, closed);
    pid_t pid = must_fork();
    change(order, 1, closed);
    if (pid == 0) {
        _exit(child(memory, child_first, old) ? 3 : 4);
    }
    int right = parent(memory, child_first, old);
    waitpid(pid, &status, 0);
    right = right && status == 0x300;
    /* Now it is the parent's alone. */
    mprotect(base, SIZE, closed);
    mprotect(base, SIZE, RW);
    fill(base, 'z');
    right = right && holds(base, 'z');
    munmap(base, SIZE);
    return right;
}

static void
test_memory(const struct memory *memory)
{
    for (int order = 0; order < ORDERS; order++) {
        char name[96];
        int right = 1;
        for (int way = 0; way < 4; way++) {
            int closed = way & 1 ? PROT_NONE : PROT_READ;
            right = right && play(memory, order, closed, way & 2);
        }
        snprintf(name, sizeof(name), "%s: the right is %s", memory->name,
            orders[order]);
        ok(right, name);
    }
    ok(file_holds(memory->flags == MAP_SHARED ? 'z' : 'f'),
        "the file has what was written to it, and no more");
}

/* A right that is given for some pages is given for no other. */
static int
write_to(void *p)
{
    *(volatile char *)p = 'w';
    return 3;
}

static void
test_borders(void)
{
    make(&memories[0]);
    mprotect(base, SIZE, PROT_READ);
    mprotect(base + 5 * PAGE, 2 * PAGE, RW);
    base[5 * PAGE] = base[6 * PAGE] = 'w';
    killed(in_child(write_to, base + 4 * PAGE), SIGSEGV,
        "the page before what may be written again may not");
    killed(in_child(write_to, base + 7 * PAGE), SIGSEGV,
        "nor the page behind it");
    exited(in_child(write_to, base + 6 * PAGE), 3, "a child may write there");
    ok(base[6 * PAGE] == 'w' && base[4 * PAGE] == 'p', "to a page of its own");
}

int
main(void)
{
    static char text[SIZE];

    fd = open("file", O_RDWR | O_CREAT | O_TRUNC, 0644);
    fill(text, 'f');
    write(fd, text, SIZE);
    pipe(to_child);
    pipe(to_parent);
    for (int i = 0; i < MEMORIES; i++) {
        test_memory(&memories[i]);
    }
    test_borders();
    return done();
}

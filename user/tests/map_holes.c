/*
 * map_holes.c: a hole of a mapped file is zeros, for all who read it, until
 * somebody writes there: by a descriptor, by this mapping or by another. Then
 * every mapping shows what was written, before fork and after it.
 */
#include "tap.h"

#include <fcntl.h>
#include <sys/mman.h>

#define PAGE  4096L
#define PAGES 64L
#define READ  PROT_READ
#define RW    (PROT_READ | PROT_WRITE)

static int fd;
static volatile char *one, *two, *reader, *mine; /* the same pages */

static volatile char *
map(int prot, int flags)
{
    return mmap(NULL, PAGES * PAGE, prot, flags, fd, 0);
}

/* All mappings show this byte in the page: a letter each that does not. */
static const char *
unlike(long page, char c)
{
    static char wrong[8];
    volatile char *all[] = {one, two, reader, mine};
    int n = 0;

    for (int i = 0; i < 4; i++) {
        if (all[i][page * PAGE] != c) {
            wrong[n++] = "12rp"[i];
        }
    }
    wrong[n] = 0;
    return wrong;
}

/* Read all pages of a mapping. => the sum of their first bytes */
static long
sum(volatile char *at)
{
    long total = 0;

    for (long i = 0; i < PAGES; i++) {
        total += at[i * PAGE];
    }
    return total;
}

static void
test_writes(void)
{
    is(sum(one) + sum(two) + sum(reader) + sum(mine), 0, "holes are zeros");
    pwrite(fd, "a", 1, 3 * PAGE);
    is_str(unlike(3, 'a'), "", "what write(2) puts there, all see");
    two[4 * PAGE] = 'b';
    is_str(unlike(4, 'b'), "", "what another mapping does, too");
    one[5 * PAGE]++;
    is_str(unlike(5, 1), "", "and what a mapping does that has read it");
    is_str(unlike(6, 0), "", "the page behind it is still a hole");
    fallocate(fd, 0, 7 * PAGE, 2 * PAGE);
    is_str(unlike(7, 0), "", "fallocate writes nothing");
    pwrite(fd, "c", 1, 7 * PAGE);
    is_str(unlike(7, 'c'), "", "a write after it is seen");
    one[8 * PAGE] = 'd';
    is_str(unlike(8, 'd'), "", "a mapping's, too");
    pread(open("text", O_RDONLY), (char *)one + 9 * PAGE, 1, 0);
    is_str(unlike(9, 'T'), "", "and what the kernel puts there");
}

static void
test_rights(void)
{
    mprotect((void *)reader, PAGES * PAGE, RW);
    reader[10 * PAGE] = 'e';
    is_str(unlike(10, 'e'), "", "a mapping that may be written only now");
    mprotect((void *)reader, PAGES * PAGE, PROT_NONE);
    pwrite(fd, "f", 1, 11 * PAGE);
    one[12 * PAGE] = 'g';
    mprotect((void *)reader, PAGES * PAGE, READ);
    is_str(unlike(11, 'f'), "", "one that could not be read meanwhile");
    is_str(unlike(12, 'g'), "", "nor when a mapping wrote");
}

static void
test_private(void)
{
    char c = 1;

    mine[20 * PAGE] = 'p';
    is_str(unlike(20, 0), "p", "a private write is its own");
    pread(fd, &c, 1, 20 * PAGE);
    is(c, 0, "and not the file's");
    two[20 * PAGE] = 's';
    is_str(unlike(20, 's'), "p", "it stays, when the file is written");
}

static void
test_cut(void)
{
    ftruncate(fd, 0);
    ftruncate(fd, PAGES * PAGE);
    is_str(unlike(3, 0), "", "a file that was cut, and grew, is a hole");
    one[3 * PAGE] = 'h';
    is_str(unlike(3, 'h'), "", "which is written like another");
    fallocate(fd, FALLOC_FL_PUNCH_HOLE | FALLOC_FL_KEEP_SIZE, 3 * PAGE, PAGE);
    is_str(unlike(3, 0), "", "so is a hole that was punched");
    two[3 * PAGE] = 'i';
    is_str(unlike(3, 'i'), "", "and written");
}

static void
answer(int in, int out, long page, char c)
{
    char ask;

    write(out, "", 1);
    read(in, &ask, 1);
    _exit(*unlike(page, c) == 0 ? 0 : 1);
}

/* Parent and child have read the page; one of them writes it. */
static void
test_fork(int child_writes, long page, const char *name)
{
    int to[2], from[2], status;
    char c;

    unlike(page, 0);
    pipe(to);
    pipe(from);
    pid_t pid = fork();
    if (pid == 0) {
        unlike(page, 0);
        if (child_writes) {
            one[page * PAGE] = 'w';
        }
        answer(to[0], from[1], page, 'w');
    }
    read(from[0], &c, 1);
    if (!child_writes) {
        one[page * PAGE] = 'w';
    }
    int right = *unlike(page, 'w') == 0;
    write(to[1], "", 1);
    waitpid(pid, &status, 0);
    ok(right && status == 0, name);
    close(to[0]), close(to[1]), close(from[0]), close(from[1]);
}

int
main(void)
{
    write(open("text", O_CREAT | O_WRONLY, 0600), "T", 1);
    fd = open("file", O_CREAT | O_RDWR, 0600);
    ftruncate(fd, PAGES * PAGE);
    one = map(RW, MAP_SHARED);
    two = map(RW, MAP_SHARED);
    reader = map(READ, MAP_SHARED);
    mine = map(RW, MAP_PRIVATE);
    test_writes();
    test_rights();
    test_private();
    mprotect((void *)mine, PAGES * PAGE, READ); /* own=always copies no page */
    test_fork(0, 30, "a parent's write, and its child sees it");
    test_fork(1, 31, "a child's write, and its parent sees it");
    test_cut();
    unlink("file");
    unlink("text");
    return done();
}

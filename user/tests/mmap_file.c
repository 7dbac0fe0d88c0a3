/*
 * mmap_file.c: a private mapping shows the file until a page is written; then
 * that page is the process's own, and the file does not change.
 */
#include "tap.h"

#include <fcntl.h>
#include <sys/mman.h>

#define PAGE 4096
#define RW (PROT_READ | PROT_WRITE)

static int fd;
static char buf[3 * PAGE];

static void
make_file(void)
{
    fd = open("file", O_RDWR | O_CREAT | O_TRUNC, 0644);
    for (int i = 0; i < 3; i++) {
        memset(buf + i * PAGE, 'a' + i, PAGE);
    }
    write(fd, buf, 2 * PAGE + 100);
}

static char *
map(int prot, int pages, long offset)
{
    return mmap(NULL, pages * PAGE, prot, MAP_PRIVATE, fd, offset);
}

static char
file_byte(long at)
{
    char c = 0;
    lseek(fd, at, SEEK_SET);
    read(fd, &c, 1);
    return c;
}

static void
file_write(long at, char c)
{
    lseek(fd, at, SEEK_SET);
    write(fd, &c, 1);
}

static int
touch(void *p)
{
    return *(volatile char *)p;
}

static int
write_to(void *p)
{
    *(volatile char *)p = 1;
    return 0;
}

static void
test_read(void)
{
    char *p = map(PROT_READ, 3, 0);
    int zeros = 1;

    ok(p[0] == 'a' && p[PAGE - 1] == 'a', "the first page of the file");
    ok(p[PAGE] == 'b' && p[2 * PAGE - 1] == 'b', "the second");
    ok(p[2 * PAGE] == 'c' && p[2 * PAGE + 99] == 'c', "the third, in part");
    for (int i = 100; i < PAGE; i++) {
        zeros &= p[2 * PAGE + i] == 0;
    }
    ok(zeros, "zeros up to the end of the page");
    killed(in_child(write_to, p), SIGSEGV, "it is only to read");
    munmap(p, 3 * PAGE);
    p = map(PROT_READ, 1, PAGE);
    ok(p[0] == 'b', "from an offset");
    munmap(p, PAGE);
    p = map(PROT_READ, 5, 0);
    killed(in_child(touch, p + 3 * PAGE), SIGBUS, "behind the end: SIGBUS");
    killed(in_child(touch, p + 4 * PAGE), SIGBUS, "further behind: too");
    munmap(p, 5 * PAGE);
    p = map(RW, 5, 0);
    killed(in_child(write_to, p + 3 * PAGE), SIGBUS, "a write there: too");
    munmap(p, 5 * PAGE);
}

static void
test_write(void)
{
    char *p = map(RW, 3, 0), *q = map(RW, 3, 0);

    p[10] = 'X';
    ok(p[10] == 'X' && p[11] == 'a', "a write changes one byte");
    ok(file_byte(10) == 'a', "not in the file");
    ok(q[10] == 'a', "not in another mapping");
    file_write(11, 'Y');
    ok(p[11] == 'a', "a written page does not follow the file");
    ok(q[11] == 'Y', "one that is not does");
    q[PAGE] = 'Q';
    ok(p[PAGE] == 'b' && file_byte(PAGE) == 'b', "each for itself");
    p[2 * PAGE + 200] = 'T';
    ok(p[2 * PAGE + 200] == 'T' && q[2 * PAGE + 200] == 0,
        "bytes behind the end can be written");
    is(lseek(fd, 0, SEEK_END), 2 * PAGE + 100, "the file is no longer");
    munmap(p, 3 * PAGE);
    p = map(RW, 3, 0);
    ok(p[10] == 'a' && p[11] == 'Y', "mapped again: the file");
    munmap(p, 3 * PAGE);
    munmap(q, 3 * PAGE);
}

static int
child_writes(void *arg)
{
    char *p = arg;
    int good = p[0] == 'P' && p[PAGE] == 'b';
    p[0] = p[PAGE] = 'C';
    return good && p[0] == 'C' && p[1] == 'a' ? 3 : 4;
}

static void
test_fork(void)
{
    char *p = map(RW, 3, 0);

    p[0] = 'P';
    exited(in_child(child_writes, p), 3, "a child writes both kinds of page");
    ok(p[0] == 'P' && p[PAGE] == 'b', "the parent's are as they were");
    ok(file_byte(0) == 'a' && file_byte(PAGE) == 'b', "and the file's");
    file_write(PAGE, 'F');
    ok(p[PAGE] == 'F', "the page not written still follows the file");
    file_write(PAGE, 'b');
    munmap(p, 3 * PAGE);
}

/* The mapping holds the file, not the descriptor or the name. */
static void
test_gone(void)
{
    char *p = map(RW, 3, 0);

    close(fd);
    unlink("file");
    ok(p[PAGE + 5] == 'b', "the file is closed and unlinked: still there");
    p[PAGE + 5] = 'Z';
    ok(p[PAGE + 5] == 'Z' && p[PAGE + 6] == 'b', "and can be written");
    munmap(p, 3 * PAGE);
}

/* A mapping that was cut holds the file as long as there is a piece. */
static void
test_cut(void)
{
    make_file();
    char *p = map(PROT_READ, 3, 0);
    close(fd);
    unlink("file");
    mprotect(p + PAGE, PAGE, PROT_NONE);
    munmap(p + PAGE, PAGE);
    munmap(p, PAGE);
    fd = open("other", O_RDWR | O_CREAT | O_TRUNC, 0644);
    memset(buf, 'o', sizeof(buf));
    write(fd, buf, sizeof(buf));
    ok(p[2 * PAGE + 50] == 'c', "cut in three, it is there for the last");
    munmap(p + 2 * PAGE, PAGE);
    ok(file_byte(0) == 'o', "and another file is another");
    close(fd);
    unlink("other");
}

/* read(2) of a file into a mapping of the same file, and back. */
static void
test_both(void)
{
    char *p = map(RW, 1, 0);
    int out = open("copy", O_RDWR | O_CREAT | O_TRUNC, 0644);

    lseek(fd, PAGE, SEEK_SET);
    is(read(fd, p, PAGE), PAGE, "read into the mapping");
    ok(p[0] == 'b' && file_byte(0) == 'a', "does not write the file");
    munmap(p, PAGE);
    p = map(PROT_READ, 2, 0);
    is(write(out, p, 2 * PAGE), 2 * PAGE, "write out of a mapping");
    lseek(out, PAGE, SEEK_SET);
    read(out, buf, 1);
    ok(buf[0] == 'b', "copies the file");
    munmap(p, 2 * PAGE);
    close(out);
    unlink("copy");
}

int
main(void)
{
    make_file();
    test_read();
    test_write();
    test_fork();
    test_both();
    test_gone();
    test_cut();
    return done();
}

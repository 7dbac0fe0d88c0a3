/*
 * mmap_shared_file.c: a shared mapping of a file is the file: a write by a
 * mapping or a descriptor is seen by all others, before fork and after it. A
 * mapping has no right that the descriptor does not have.
 *
 * The program executes itself: with an argument it is the program that finds
 * the old mapping gone.
 */
#include "tap.h"

#include "raw.h"
#include <fcntl.h>
#include <sys/mman.h>

#define PAGE 4096L
#define RW (PROT_READ | PROT_WRITE)
#define FIXED ((char *)0x40000000L)

static const char *self;
static int fd;

static void
make_file(void)
{
    static char text[2 * PAGE + 100];

    fd = open("file", O_RDWR | O_CREAT | O_TRUNC, 0644);
    for (long i = 0; i < (long)sizeof(text); i++) {
        text[i] = (char)('a' + i / PAGE);
    }
    write(fd, text, sizeof(text));
}

static char *
map(int prot, int flags, long pages)
{
    return mmap(NULL, pages * PAGE, prot, flags, fd, 0);
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
    *(volatile char *)p = 'W';
    return 3;
}

static void
test_one_file(void)
{
    volatile char *p = map(RW, MAP_SHARED, 3), *q = map(RW, MAP_SHARED, 3);
    volatile char *old = map(RW, MAP_PRIVATE, 3), *read_only;

    read_only = map(PROT_READ, MAP_SHARED, 3);
    ok(p[0] == 'a' && p[PAGE] == 'b' && p[2 * PAGE + 99] == 'c',
        "the mapping shows the file");
    old[PAGE] = 'X';
    p[10] = 'M';
    p[PAGE] = 'N';
    ok(q[10] == 'M' && q[PAGE] == 'N', "a write is seen by another mapping");
    ok(read_only[10] == 'M', "by one only to read");
    ok(old[10] == 'M', "by a private one, where it is not written");
    ok(old[PAGE] == 'X', "but not where it is");
    ok(file_byte(10) == 'M' && file_byte(PAGE) == 'N', "and by read(2)");
    file_write(20, 'F');
    ok(p[20] == 'F' && q[20] == 'F', "write(2) is seen by the mappings");
    is(p[2 * PAGE + 100], 0, "behind the end: zero");
    p[2 * PAGE + 200] = 'Z';
    is(lseek(fd, 0, SEEK_END), 2 * PAGE + 100,
        "a write there does not make the file longer");
    munmap((char *)p, 3 * PAGE);
    p = map(RW, MAP_SHARED, 3);
    ok(p[10] == 'M' && p[PAGE] == 'N', "mapped again: what was written");
    munmap((char *)p, 3 * PAGE);
    munmap((char *)q, 3 * PAGE);
    munmap((char *)old, 3 * PAGE);
    munmap((char *)read_only, 3 * PAGE);
}

static void
test_fork(void)
{
    volatile char *p = map(RW, MAP_SHARED, 2), *own = map(RW, MAP_PRIVATE, 2);

    p[0] = 'P';
    own[PAGE] = 'O';
    exited(in_child(write_to, (char *)p), 3, "a child writes a page in use");
    ok(p[0] == 'W' && own[0] == 'W' && file_byte(0) == 'W',
        "seen by the parent, its other mapping, and in the file");
    exited(in_child(write_to, (char *)p + PAGE), 3, "a page not yet in use");
    ok(p[PAGE] == 'W' && file_byte(PAGE) == 'W', "the same");
    exited(in_child(write_to, (char *)own + PAGE), 3, "a private page");
    ok(own[PAGE] == 'O' && p[PAGE] == 'W', "no other mapping shows it");
    munmap((char *)p, 2 * PAGE);
    munmap((char *)own, 2 * PAGE);
}

static void
test_rights(void)
{
    int rw = fd;
    char *p;

    fd = open("file", O_RDONLY);
    p = map(RW, MAP_SHARED, 1);
    fails(p == MAP_FAILED ? -1 : 0, EACCES,
        "a file opened to read: not to be written through");
    p = map(RW, MAP_PRIVATE, 1);
    ok(p != MAP_FAILED, "privately it may");
    munmap(p, PAGE);
    p = map(PROT_READ, MAP_SHARED, 3);
    ok(p != MAP_FAILED, "a shared mapping to read");
    fails(mprotect(p, PAGE, RW), EACCES, "which mprotect cannot open");
    killed(in_child(write_to, p), SIGSEGV, "a write is fatal");
    is(mprotect(p, PAGE, PROT_NONE), 0, "its rights can be taken");
    is(mprotect(p, PAGE, PROT_READ), 0, "and given back");
    munmap(p + PAGE, PAGE);
    fails(mprotect(p + 2 * PAGE, PAGE, RW), EACCES, "nor in a part of it");
    munmap(p, 3 * PAGE);
    close(fd);
    fd = rw;
    p = map(PROT_READ, MAP_SHARED, 1);
    is(mprotect(p, PAGE, RW), 0, "opened for both: mprotect can");
    *p = 'R';
    ok(file_byte(0) == 'R', "and the file is written");
    munmap(p, PAGE);
}

static void
test_end(void)
{
    char *p = map(RW, MAP_SHARED, 5);

    killed(in_child(touch, p + 3 * PAGE), SIGBUS, "behind the end: SIGBUS");
    killed(in_child(write_to, p + 4 * PAGE), SIGBUS, "a write: too");
    is(raw(NR_read, open("/dev/zero", O_RDONLY), P(p) + 3 * PAGE, 1, 0),
        -EFAULT, "by the kernel: EFAULT");
    file_write(3 * PAGE, 'd');
    ok(p[3 * PAGE] == 'd', "the file grows, and the page is there");
    is(p[2 * PAGE + 500], file_byte(2 * PAGE + 500),
        "both ways show the same between");
    killed(in_child(touch, p + 4 * PAGE), SIGBUS, "the next one is not");
    munmap(p, 5 * PAGE);
}

static void
test_flags(void)
{
    char *p = map(RW, MAP_SHARED_VALIDATE, 1);

    ok(p != MAP_FAILED, "MAP_SHARED_VALIDATE");
    exited(in_child(write_to, p), 3, "is as MAP_SHARED");
    ok(*p == 'W', "for all");
    munmap(p, PAGE);
    p = map(RW, MAP_PRIVATE | MAP_SHARED_VALIDATE | 4, 1);
    fails(p == MAP_FAILED ? -1 : 0, EINVAL, "an unknown type of mapping");
}

/* The mapping holds the file when its name and its descriptor are gone. */
static void
test_gone(void)
{
    char *p;
    int copy = open("gone", O_RDWR | O_CREAT | O_TRUNC, 0644), old = fd;

    write(copy, "text", 4);
    fd = copy;
    p = map(RW, MAP_SHARED, 1);
    close(copy);
    unlink("gone");
    fd = old;
    exited(in_child(write_to, p), 3, "a file without a name or descriptor");
    ok(memcmp(p, "Wext", 4) == 0, "is still shared");
    munmap(p, PAGE);
}

static int
executes(void *unused)
{
    char *args[] = { (char *)"mmap_shared_file", (char *)"after", NULL };

    (void)unused;
    execv(self, args);
    return 1;
}

static void
test_exec(void)
{
    char *p = mmap(FIXED, PAGE, RW, MAP_SHARED | MAP_FIXED, fd, 0);

    *p = 'E';
    exited(in_child(executes, NULL), 3, "exec drops the mapping");
    ok(*p == 'E', "the parent keeps it");
    munmap(p, PAGE);
}

int
main(int argc, char **argv)
{
    if (argc > 1) {
        return raw(NR_access, P(FIXED), 0, 0, 0) == -EFAULT ? 3 : 4;
    }
    self = argv[0];
    make_file();
    test_one_file();
    test_fork();
    test_rights();
    test_end();
    test_flags();
    test_gone();
    test_exec();
    return done();
}

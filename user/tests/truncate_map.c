/*
 * truncate_map.c: truncating a file removes the pages behind its end from every
 * mapping, shared or private, written or not, in every process: they cause
 * SIGBUS, and are zero when the file grows again.
 */
#include "names.h"

#include <sys/mman.h>

#define PAGE 4096
#define RW (PROT_READ | PROT_WRITE)

static int fd;

static void
fill(int pages)
{
    static char buf[PAGE];

    ftruncate(fd, 0);
    for (int i = 0; i < pages; i++) {
        memset(buf, 'a' + i, PAGE);
        pwrite(fd, buf, PAGE, (long)i * PAGE);
    }
}

static char *
map(int flags, int pages)
{
    return mmap(NULL, pages * PAGE, RW, flags, fd, 0);
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
test_shared(void)
{
    fill(4);
    char *p = map(MAP_SHARED, 4);
    int sum = 0;

    for (int i = 0; i < 4; i++) {
        sum += touch(p + i * PAGE);
    }
    is(sum, 4 * 'a' + 6, "all pages are there");
    is(ftruncate(fd, PAGE + 100), 0, "the file is cut within a page");
    is(p[PAGE - 1], 'a', "the page before is as it was");
    is(p[PAGE + 99], 'b', "and the bytes before the cut");
    is(p[PAGE + 100], 0, "behind it there are zeros");
    is(p[2 * PAGE - 1], 0, "to the end of the page");
    killed(in_child(touch, p + 2 * PAGE), SIGBUS, "the next page: SIGBUS");
    killed(in_child(write_to, p + 3 * PAGE), SIGBUS, "to write, too");
    p[PAGE + 200] = 'w';
    is(p[PAGE + 200], 'w', "behind the end one may write in the page");
    is(ftruncate(fd, 4 * PAGE), 0, "the file grows again");
    is(p[PAGE + 99], 'b', "what was left is there");
    is(touch(p + 2 * PAGE), 0, "the pages that went are zero");
    p[3 * PAGE] = 'n';
    char c = 0;
    pread(fd, &c, 1, 3 * PAGE);
    is(c, 'n', "and the file's again");
    munmap(p, 4 * PAGE);
}

static void
test_private(void)
{
    fill(4);
    char *p = map(MAP_PRIVATE, 4);

    p[0] = p[PAGE] = p[2 * PAGE] = 'P';
    touch(p + 3 * PAGE);
    is(ftruncate(fd, PAGE + 100), 0, "under a private mapping");
    ok(p[0] == 'P' && p[1] == 'a', "a copy before the cut is kept");
    ok(p[PAGE] == 'P' && p[PAGE + 101] == 'b',
        "and one across it, whole");
    killed(in_child(touch, p + 2 * PAGE), SIGBUS,
        "one behind it is gone: SIGBUS");
    killed(in_child(write_to, p + 3 * PAGE), SIGBUS,
        "as is what was only read");
    is(ftruncate(fd, 4 * PAGE), 0, "the file grows again");
    is(touch(p + 2 * PAGE), 0, "the copy does not come back");
    p[2 * PAGE] = 'Q';
    is(p[2 * PAGE], 'Q', "there may be a new one");
    char c = 1;
    pread(fd, &c, 1, 2 * PAGE);
    is(c, 0, "which the file does not see");
    munmap(p, 4 * PAGE);
}

/* A page on both sides of a fork: shared tables, copies, all must go. */
static void
test_fork(int flags, const char *what)
{
    char name[80];
    int begin[2], seen[2], status;
    char c;

    fill(4);
    char *p = map(flags, 4);
    p[PAGE] = p[3 * PAGE] = 'p';
    touch(p + 2 * PAGE);
    pipe(begin);
    pipe(seen);
    pid_t pid = must_fork();
    if (pid == 0) {
        p[PAGE] = 'c';
        write(seen[1], "!", 1);
        read(begin[0], &c, 1);
        if (p[0] != 'a' || p[PAGE - 1] != 'a') {
            _exit(4);
        }
        _exit(touch(p + 3 * PAGE));
    }
    read(seen[0], &c, 1);
    ftruncate(fd, PAGE);
    snprintf(name, sizeof(name), "%s, in the parent: SIGBUS", what);
    killed(in_child(touch, p + PAGE), SIGBUS, name);
    killed(in_child(touch, p + 3 * PAGE), SIGBUS, "the last page, too");
    write(begin[1], "!", 1);
    waitpid(pid, &status, 0);
    killed(status, SIGBUS, "in a child that was there before");
    is(p[0], 'a', "what is left is there");
    for (int i = 0; i < 2; i++) {
        close(begin[i]);
        close(seen[i]);
    }
    munmap(p, 4 * PAGE);
}

/* By every call that truncates. */
static void
test_ways(void)
{
    char *p = map(MAP_SHARED, 2);

    fill(2);
    touch(p + PAGE);
    truncate("f", PAGE);
    killed(in_child(touch, p + PAGE), SIGBUS, "truncate by name");
    fill(2);
    is(touch(p + PAGE), 'b', "the page is back");
    close(open("f", O_WRONLY | O_TRUNC));
    killed(in_child(touch, p), SIGBUS, "O_TRUNC");
    munmap(p, 2 * PAGE);
    fill(2);
    char *q = mmap(NULL, PAGE, RW, MAP_SHARED, fd, PAGE);
    q[5] = 'q';
    is(ftruncate(fd, PAGE), 0, "a mapping only of what goes");
    killed(in_child(touch, q), SIGBUS, "is gone whole");
    is(munmap(q, PAGE), 0, "and can be unmapped");
}

/* A system call that reads or writes such a page fails with EFAULT. */
static void
test_calls(void)
{
    int ends[2];

    fill(2);
    char *p = map(MAP_SHARED, 2);
    touch(p + PAGE);
    ftruncate(fd, PAGE);
    pipe(ends);
    fails(write(ends[1], p + PAGE, 4), EFAULT, "a write from a page that went");
    write(ends[1], "text", 4);
    fails(read(ends[0], p + PAGE, 4), EFAULT, "a read to one");
    is(write(ends[1], p, 4), 4, "what is left can be written");
    close(ends[0]);
    close(ends[1]);
    munmap(p, 2 * PAGE);
}

int
main(void)
{
    fd = open("f", O_RDWR | O_CREAT, 0644);
    test_shared();
    test_private();
    test_fork(MAP_SHARED, "a shared page");
    test_fork(MAP_PRIVATE, "a private page");
    test_ways();
    test_calls();
    unlink("f");
    return done();
}

/*
 * mmap_zero.c: /dev/zero mapped is anonymous memory, private or shared; shared
 * memory by name (shm_open); msync.
 */
#include "tap.h"

#include <fcntl.h>
#include <sys/mman.h>
#include <sys/stat.h>

#define PAGE 4096
#define RW (PROT_READ | PROT_WRITE)

static int
add_one(void *p)
{
    return ++*(char *)p != 'b';
}

static void
zero(void)
{
    int fd = open("/dev/zero", O_RDWR);
    int reader = open("/dev/zero", O_RDONLY);
    int writer = open("/dev/zero", O_WRONLY);
    char *p = mmap(NULL, 2 * PAGE, RW, MAP_PRIVATE, fd, 0);
    char *q = mmap(NULL, 2 * PAGE, RW, MAP_SHARED, fd, 0);
    ok(p != MAP_FAILED && q != MAP_FAILED, "/dev/zero is mapped in two ways");
    is(p[0] | p[PAGE] | q[0] | q[PAGE], 0, "all is zero");
    p[0] = q[0] = q[PAGE] = 'a';
    exited(in_child(add_one, p), 0, "a child writes to the private one");
    exited(in_child(add_one, q), 0, "and to the shared one");
    ok(p[0] == 'a' && q[0] == 'b' && q[PAGE] == 'a',
       "the parent sees what is shared");
    char *r = mmap(NULL, PAGE, RW, MAP_SHARED, fd, 0);
    is(r[0], 0, "mapped again it is other memory");
    munmap(r, PAGE);
    fails((long)mmap(NULL, PAGE, RW, MAP_SHARED, reader, 0), EACCES,
          "shared, for writing, but open for reading");
    fails((long)mmap(NULL, PAGE, PROT_READ, MAP_PRIVATE, writer, 0), EACCES,
          "open for writing only");
    r = mmap(NULL, PAGE, RW, MAP_PRIVATE, reader, 0);
    ok(r != MAP_FAILED && ++r[0] == 1, "private, open for reading");
    munmap(r, PAGE);
    r = mmap(NULL, PAGE, PROT_READ, MAP_SHARED, reader, 0);
    fails(mprotect(r, PAGE, RW), EACCES, "shared: no right to write later");
    close(fd);
    fd = open("/dev/null", O_RDWR);
    fails((long)mmap(NULL, PAGE, RW, MAP_PRIVATE, fd, 0), ENODEV,
          "/dev/null cannot be mapped");
    munmap(p, 2 * PAGE);
    munmap(q, 2 * PAGE);
    munmap(r, PAGE);
    close(fd);
    close(reader);
    close(writer);
}

static int
by_name(void *name)
{
    int fd = shm_open(name, O_RDWR, 0);
    char *p = mmap(NULL, PAGE, RW, MAP_SHARED, fd, 0);
    return p == MAP_FAILED || ++*p != 'n' || close(fd) != 0;
}

static void
named(void)
{
    char name[64], text[300];
    struct stat at;
    snprintf(name, sizeof(name), "/tine-test-%d", getpid());
    fails(shm_open(name, O_RDWR, 0), ENOENT, "no shared memory of this name");
    int fd = shm_open(name, O_RDWR | O_CREAT | O_EXCL, 0600);
    ok(fd >= 0 && ftruncate(fd, PAGE) == 0, "now it is made");
    is(fcntl(fd, F_GETFD), FD_CLOEXEC, "it is close-on-exec");
    fails(shm_open(name, O_RDWR | O_CREAT | O_EXCL, 0600), EEXIST, "once");
    char *p = mmap(NULL, PAGE, RW, MAP_SHARED, fd, 0);
    *p = 'm';
    exited(in_child(by_name, name), 0, "a child finds it by its name");
    is(*p, 'n', "and changes it");
    is(shm_unlink(name), 0, "the name is removed");
    fails(shm_unlink(name), ENOENT, "and gone");
    is(*p, 'n', "the memory stays while it is mapped");
    munmap(p, PAGE);
    close(fd);
    fails(shm_open("/a/b", O_RDWR | O_CREAT, 0600), EINVAL, "a name in a name");
    fails(shm_open("/", O_RDWR | O_CREAT, 0600), EINVAL, "no name");
    memset(text, 'x', sizeof(text) - 1);
    text[sizeof(text) - 1] = '\0';
    fails(shm_open(text, O_RDWR | O_CREAT, 0600), EINVAL, "a long one");
    ok(stat("/dev/shm", &at) == 0 && S_ISDIR(at.st_mode)
       && (at.st_mode & 07777) == 01777, "/dev/shm is for all");
}

static void
sync_it(void)
{
    int fd = open("file", O_RDWR | O_CREAT, 0600);
    ok(ftruncate(fd, 3 * PAGE) == 0, "a file");
    char *p = mmap(NULL, 3 * PAGE, RW, MAP_SHARED, fd, 0);
    p[0] = 'x';
    is(msync(p, 3 * PAGE, MS_SYNC), 0, "MS_SYNC");
    is(msync(p, 1, MS_ASYNC), 0, "MS_ASYNC");
    is(msync(p, PAGE, MS_SYNC | MS_INVALIDATE), 0, "MS_INVALIDATE");
    is(msync(p, PAGE, 0), 0, "no flag");
    is(msync(p, 0, MS_SYNC), 0, "no byte");
    fails(msync(p, PAGE, MS_SYNC | MS_ASYNC), EINVAL, "both");
    fails(msync(p, PAGE, 8), EINVAL, "an unknown flag");
    fails(msync(p + 1, PAGE, MS_SYNC), EINVAL, "not aligned");
    munmap(p + PAGE, PAGE);
    fails(msync(p, 3 * PAGE, MS_SYNC), ENOMEM, "a hole");
    is(msync(p + 2 * PAGE, PAGE, MS_SYNC), 0, "not behind it");
    fails(msync(p, -PAGE, MS_SYNC), ENOMEM, "a size beyond all");
    munmap(p, 3 * PAGE);
    close(fd);
}

int
main(void)
{
    zero();
    named();
    sync_it();
    return done();
}

/*
 * mmap_errors.c: which arguments mmap, munmap and mprotect refuse, and which
 * odd ones they accept.
 */
#include "tap.h"

#include "raw.h"
#include <fcntl.h>
#include <sys/mman.h>

#define PAGE 4096L
#define RW (PROT_READ | PROT_WRITE)
#define ANON (MAP_PRIVATE | MAP_ANONYMOUS)

static long
map(long addr, long len, long prot, long flags)
{
    const long arg[6] = { addr, len, prot, flags, -1, 0 };
    long r = raw_v(NR_mmap, arg);
    return r > 0 ? 1 : r;
}

static long
map_file(long len, long prot, long fd, long offset)
{
    const long arg[6] = { 0, len, prot, MAP_PRIVATE, fd, offset };
    long r = raw_v(NR_mmap, arg);
    return r > 0 ? 1 : r;
}

static void
test_mmap(void)
{
    is(map(0, PAGE, RW, ANON), 1, "a page");
    is(map(0, 1, RW, ANON), 1, "a byte");
    is(map(0, 0, RW, ANON), -EINVAL, "nothing");
    is(map(0, PAGE, RW, MAP_ANONYMOUS), -EINVAL, "neither private nor shared");
    is(map(PAGE * 1000 + 1, PAGE, RW, ANON), 1, "an odd hint");
    is(map(PAGE * 1000 + 1, PAGE, RW, ANON | MAP_FIXED), -EINVAL,
        "an odd fixed address");
    is(map(0, -1, RW, ANON), -ENOMEM, "a length that goes round");
    is(map(0, -PAGE, RW, ANON), -ENOMEM, "as long as all addresses");
    is(map(0, 1L << 48, RW, ANON), -ENOMEM, "longer than the user's half");
    is(map(1L << 47, PAGE, RW, ANON | MAP_FIXED), -ENOMEM,
        "behind the user's half");
    is(map(-PAGE * 16, PAGE, RW, ANON | MAP_FIXED), -ENOMEM, "in the kernel");
    is(map((1L << 47) - PAGE, PAGE, RW, ANON | MAP_FIXED), -ENOMEM,
        "the last page of the user's half");
    is(map(-PAGE * 16 + 1, 512, RW, ANON | MAP_FIXED), -ENOMEM,
        "an odd address in the kernel");
    const long odd[6] = { 0, PAGE, RW, ANON, -1, 100 };
    is(raw_v(NR_mmap, odd), -EINVAL, "an odd offset of nothing");
    is(map(0, PAGE, PROT_NONE, ANON), 1, "a page without rights");
    is(map(0, PAGE, RW, ANON | MAP_NORESERVE | MAP_STACK), 1,
        "MAP_NORESERVE and MAP_STACK");
}

/* => the offset from base of what is mapped there, -errno or odd otherwise */
static long
place(char *base, long offset, long flags)
{
    const long arg[6] = { P(base) + offset, PAGE, RW, ANON | flags, -1, 0 };
    long r = raw_v(NR_mmap, arg);
    return r > 0 ? r - P(base) : r;
}

static void
test_place(void)
{
    char *base = mmap(NULL, 8 * PAGE, RW, ANON, -1, 0);
    char *high = (char *)0x7ffb00000000;

    munmap(base + 2 * PAGE, 4 * PAGE);
    is(place(base, 2 * PAGE, 0), 2 * PAGE, "a hint that is free is taken");
    is(place(base, 3 * PAGE + 5, 0), 3 * PAGE, "an odd one from its page on");
    ok(place(base, 2 * PAGE, 0) != 2 * PAGE, "one that is not leads elsewhere");
    is(place(base, 2 * PAGE, MAP_FIXED_NOREPLACE), -EEXIST,
        "nothing is replaced if so wished");
    is(place(base, 4 * PAGE, MAP_FIXED_NOREPLACE), 4 * PAGE,
        "what is free is taken then");
    is(place(high, 0, MAP_FIXED_NOREPLACE), 0, "above the stack");
    is(raw(NR_mprotect, P(high), 2 * PAGE, 1, 0), -ENOMEM,
        "mprotect of more than that");
    munmap(base, 8 * PAGE);
    munmap(high, PAGE);
}

static void
test_file(void)
{
    int fd = open("file", O_RDWR | O_CREAT | O_TRUNC, 0644), other;

    write(fd, "text", 4);
    is(map_file(PAGE, PROT_READ, fd, 0), 1, "a file");
    is(map_file(PAGE, RW, fd, 0), 1, "privately to write");
    is(map_file(0, PROT_READ, fd, 0), -EINVAL, "nothing of it");
    is(map_file(PAGE, PROT_READ, fd, 100), -EINVAL, "from an odd offset");
    is(map_file(PAGE, PROT_READ, fd, PAGE * 100), 1, "beyond its end");
    is(map_file(PAGE, PROT_READ, 99, 0), -EBADF, "a file that is not open");
    is(map_file(PAGE, PROT_READ, -1, 0), -EBADF, "nor -1");
    is(map_file(0, PROT_READ, 99, 0), -EBADF, "nothing of it");
    is(map_file(PAGE, PROT_READ, 99, -PAGE), -EBADF,
        "up to the end of all offsets");
    is(map_file(PAGE, PROT_READ, 99, 100), -EINVAL, "from an odd offset");
    is(map_file(PAGE, PROT_READ, fd, -PAGE), -EOVERFLOW,
        "up to the end of all offsets");
    other = open("file", O_WRONLY);
    is(map_file(PAGE, PROT_READ, other, 0), -EACCES, "a file only to write");
    close(other);
    other = open("file", O_RDONLY);
    is(map_file(PAGE, RW, other, 0), 1, "one only to read, privately");
    close(other);
    other = open(".", O_RDONLY);
    is(map_file(PAGE, PROT_READ, other, 0), -ENODEV, "a directory");
    const long shared[6] = { 0, PAGE, RW, MAP_SHARED, other, 0 };
    is(raw_v(NR_mmap, shared), -EACCES, "to write to it");
    close(other);
    close(fd);
    unlink("file");
}

static void
test_munmap(char *p)
{
    is(raw(NR_munmap, P(p) + 1, PAGE, 0, 0), -EINVAL, "munmap: odd address");
    is(raw(NR_munmap, P(p), 0, 0, 0), -EINVAL, "nothing");
    is(raw(NR_munmap, 1L << 47, PAGE, 0, 0), -EINVAL, "behind the end");
    is(raw(NR_munmap, -PAGE, PAGE, 0, 0), -EINVAL, "in the kernel");
    is(raw(NR_munmap, P(p), 1L << 47, 0, 0), -EINVAL, "too much");
    is(raw(NR_munmap, P(p), -PAGE, 0, 0), -EINVAL, "a negative length");
    is(raw(NR_munmap, P(p), 1, 0, 0), 0, "a byte takes the page");
    is(raw(NR_munmap, P(p), PAGE, 0, 0), 0, "again: there is nothing");
}

static void
test_mprotect(char *p)
{
    is(raw(NR_mprotect, P(p) + 1, PAGE, 1, 0), -EINVAL,
        "mprotect: odd address");
    is(raw(NR_mprotect, P(p), 0, 1, 0), 0, "nothing is something to do");
    is(raw(NR_mprotect, P(p), PAGE, 0x1000, 0), -EINVAL, "an odd right");
    is(raw(NR_mprotect, P(p), 0, 0x1000, 0), 0, "an odd right to nothing");
    is(raw(NR_mprotect, P(p), -PAGE, 0x1000, 0), -ENOMEM,
        "and to a negative length");
    is(raw(NR_mprotect, P(p), -PAGE, 1, 0), -ENOMEM, "a negative length");
    is(raw(NR_mprotect, P(p), -1, 1, 0), -ENOMEM, "one that goes round");
    is(raw(NR_mprotect, 1L << 47, PAGE, 1, 0), -ENOMEM, "behind the end");
    raw(NR_munmap, P(p) + 2 * PAGE, PAGE, 0, 0);
    is(raw(NR_mprotect, P(p) + 2 * PAGE, PAGE, 1, 0), -ENOMEM, "a hole");
    is(raw(NR_mprotect, P(p) + PAGE, 3 * PAGE, 1, 0), -ENOMEM,
        "a hole in the midst");
    is(raw(NR_read, 0, P(p) + PAGE, 0, 0), 0, "(the process goes on)");
    is(raw(NR_clock_gettime, 1, P(p) + PAGE, 0, 0), -EFAULT,
        "the pages before it have changed");
    is(raw(NR_clock_gettime, 1, P(p) + 3 * PAGE, 0, 0), 0,
        "those behind it have not");
}

int
main(void)
{
    char *p;

    test_mmap();
    test_place();
    test_file();
    p = mmap(NULL, 8 * PAGE, RW, ANON, -1, 0);
    test_munmap(p);
    p = mmap(NULL, 8 * PAGE, RW, ANON, -1, 0);
    test_mprotect(p);
    return done();
}

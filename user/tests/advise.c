/*
 * advise.c: madvise drops pages of the caller alone, and what is mapped shows
 * again; what it refuses; mincore and mlock.
 */
#include "tap.h"

#include <fcntl.h>
#include <sys/mman.h>

#define PAGE 4096
#define RW (PROT_READ | PROT_WRITE)
#define ANON (MAP_PRIVATE | MAP_ANONYMOUS)

static char *
area(int pages, int flags, int fd)
{
    return mmap(NULL, pages * PAGE, RW, flags, fd, 0);
}

static int
refused(void *p, size_t size, int advice)
{
    return madvise(p, size, advice) == 0 ? 0 : errno;
}

/* Which pages of p are in memory, one digit each. */
static const char *
resident(char *p, int pages)
{
    static char text[101];
    unsigned char vec[100];
    if (mincore(p, pages * PAGE, vec) != 0) {
        return strerror(errno);
    }
    for (int i = 0; i < pages; i++) {
        text[i] = '0' + (vec[i] & 1);
    }
    text[pages] = '\0';
    return text;
}

static int
drop_in_child(void *p)
{
    char *bytes = p;
    int bad = madvise(p, 2 * PAGE, MADV_DONTNEED) != 0;
    bad |= bytes[0] != 0 || bytes[PAGE] != 0 || bytes[2 * PAGE] != 'c';
    bytes[0] = 'x';
    return bad;
}

static void
private(void)
{
    char *p = area(4, ANON, -1);
    for (int i = 0; i < 4; i++) {
        p[i * PAGE] = 'a' + i;
    }
    is_str(resident(p, 4), "1111", "written pages are in memory");
    is(refused(p + PAGE, PAGE, MADV_DONTNEED), 0, "DONTNEED");
    is_str(resident(p, 4), "1011", "the page is gone");
    ok(p[0] == 'a' && p[PAGE] == 0 && p[2 * PAGE] == 'c',
       "it is zero now, the others are as they were");
    p[PAGE] = 'b';
    exited(in_child(drop_in_child, p), 0, "a child drops shared pages");
    ok(p[0] == 'a' && p[PAGE] == 'b', "the parent keeps them");
    mprotect(p, PAGE, PROT_NONE);
    is(refused(p, PAGE, MADV_DONTNEED), 0, "DONTNEED without a right");
    mprotect(p, PAGE, RW);
    is(p[0], 0, "drops, too");
    is(refused(p, 4 * PAGE, MADV_FREE), 0, "FREE");
    p[0] = 'n';
    is(p[0], 'n', "a write after it stays");
    is(refused(p, 1, MADV_DONTNEED), 0, "the size is rounded up");
    is(p[0], 0, "to a page");
    munmap(p, 4 * PAGE);
}

static void
objects(void)
{
    char byte = 0;
    int fd = open("file", O_RDWR | O_CREAT, 0644);
    ok(write(fd, "hello", 5) == 5 && ftruncate(fd, 2 * PAGE) == 0, "a file");
    char *p = area(2, MAP_PRIVATE, fd);
    p[0] = 'X';
    is(refused(p, PAGE, MADV_DONTNEED), 0, "DONTNEED of a file's copy");
    is(p[0], 'h', "shows the file again");
    is(refused(p, PAGE, MADV_FREE), EINVAL, "FREE of a file");
    char *shared = area(2, MAP_SHARED, fd);
    shared[1] = 'E';
    is(refused(shared, 2 * PAGE, MADV_DONTNEED), 0, "of a shared file");
    ok(shared[1] == 'E' && pread(fd, &byte, 1, 1) == 1 && byte == 'E',
       "loses nothing");
    char *anonymous = area(1, MAP_SHARED | MAP_ANONYMOUS, -1);
    anonymous[0] = 's';
    is(refused(anonymous, PAGE, MADV_DONTNEED), 0, "of shared memory");
    is(anonymous[0], 's', "loses nothing");
    is(refused(anonymous, PAGE, MADV_FREE), EINVAL, "FREE of shared memory");
    munmap(p, 2 * PAGE);
    munmap(shared, 2 * PAGE);
    munmap(anonymous, PAGE);
    close(fd);
}

static void
errors(void)
{
    const int harmless[] = {
        MADV_NORMAL, MADV_RANDOM, MADV_SEQUENTIAL, MADV_WILLNEED,
        MADV_HUGEPAGE, MADV_NOHUGEPAGE, MADV_DONTDUMP, MADV_DODUMP,
    };
    char *p = area(5, ANON, -1);
    int bad = 0;
    memset(p, 'p', 5 * PAGE);
    for (unsigned i = 0; i < sizeof(harmless) / sizeof(*harmless); i++) {
        bad |= refused(p, 5 * PAGE, harmless[i]);
    }
    ok(bad == 0 && p[0] == 'p', "other advice is taken and changes nothing");
    is(refused(p + 1, PAGE, MADV_DONTNEED), EINVAL, "not aligned");
    is(refused(p, PAGE, 7777), EINVAL, "unknown advice");
    is(refused(p, PAGE, -1), EINVAL, "negative advice");
    is(refused(p, 0, 7777), EINVAL, "unknown advice, size 0");
    is(refused(p, 0, MADV_DONTNEED), 0, "size 0");
    is(refused(p, -1, MADV_DONTNEED), EINVAL, "a size that overflows");
    is(refused((void *)0x10000, 0, MADV_DONTNEED), 0, "size 0 of nothing");
    munmap(p + PAGE, PAGE);
    is(refused(p, 3 * PAGE, MADV_DONTNEED), ENOMEM, "over a hole");
    ok(p[0] == 0 && p[2 * PAGE] == 0 && p[3 * PAGE] == 'p',
       "both sides were dropped");
    is_str(resident(p, 3), strerror(ENOMEM), "mincore of a hole");
    unsigned char vec[8];
    is(mincore(p + 1, PAGE, vec) == 0 ? 0 : errno, EINVAL,
       "mincore, not aligned");
    is(mincore(p, PAGE, (void *)8) == 0 ? 0 : errno, EFAULT, "a bad vector");
    is(mincore(p, 0, vec), 0, "mincore of nothing");
    munmap(p, 5 * PAGE);
}

static void
locks(void)
{
    char *p = area(100, ANON, -1);
    is(mlock(p + PAGE + 1, PAGE), 0, "mlock of parts of two pages");
    is_str(resident(p, 5), "01100", "makes them present");
    is(munlock(p, 100 * PAGE), 0, "munlock");
    is(mlock2(p, 4 * PAGE, MLOCK_ONFAULT), 0, "mlock2 ONFAULT");
    is_str(resident(p, 5), "01100", "makes none");
    is(munlock(p, 100 * PAGE), 0, "munlock again");
    is(mlock2(p, PAGE, 8) == 0 ? 0 : errno, EINVAL, "mlock2, flags");
    ok(mprotect(p, PAGE, PROT_NONE) == 0 && mlock(p, PAGE) != 0
           && errno == ENOMEM, "mlock without a right");
    munlock(p, 100 * PAGE);
    ok(munmap(p + PAGE, PAGE) == 0 && mlock(p, 3 * PAGE) != 0
           && errno == ENOMEM, "mlock of a hole");
    ok(munlock(p, 3 * PAGE) != 0 && errno == ENOMEM, "munlock of a hole");
    is(mlockall(0) == 0 ? 0 : errno, EINVAL, "mlockall of nothing");
    is(mlockall(MCL_ONFAULT) == 0 ? 0 : errno, EINVAL, "mlockall ONFAULT");
    is(mlockall(64) == 0 ? 0 : errno, EINVAL, "mlockall, flags");
    is(munlockall(), 0, "munlockall");
    munmap(p, 100 * PAGE);
}

int
main(void)
{
    private();
    objects();
    errors();
    locks();
    return done();
}

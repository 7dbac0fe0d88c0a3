/*
 * protect_pages.c: no page shows what another process, or this one, had in it
 * before: wherever new memory or a new part of a file comes from, it is zero.
 */
#include "tap.h"

#include <fcntl.h>
#include <sys/mman.h>
#include <sys/shm.h>

#define PAGE 4096L
#define MARK 0x5ec4e75ec4e75ec4UL
#define MANY (1024 * PAGE)
#define RW   (PROT_READ | PROT_WRITE)

/* A process that fills memory of all kinds with marks, and ends. */
static int
leaves_marks(void *unused)
{
    int fd = open("marks", O_RDWR | O_CREAT, 0600);
    unsigned long *p = mmap(NULL, MANY, RW, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);
    int ends[2];

    (void)unused;
    for (long i = 0; i < MANY / 8; i++) {
        p[i] = MARK;
    }
    write(fd, p, MANY / 4);
    pipe(ends);
    write(ends[1], p, 16 * PAGE);
    memset(sbrk(64 * PAGE), 0x5e, 64 * PAGE);
    unlink("marks");
    return 0;
}

/* => the number of bytes that are not 0 */
static long
dirty(const void *from, long size)
{
    const unsigned char *bytes = from;
    long count = 0;

    for (long i = 0; i < size; i++) {
        count += bytes[i] != 0;
    }
    return count;
}

static void
clean(const void *from, long size, const char *name)
{
    is(dirty(from, size), 0, name);
    in_child(leaves_marks, NULL);
}

static void
test_memory(void)
{
    const int flags = MAP_PRIVATE | MAP_ANONYMOUS;
    char *p = mmap(NULL, MANY, RW, flags, -1, 0);

    clean(p, MANY, "anonymous memory");
    memset(p, 0x5e, MANY);
    munmap(p, MANY);
    p = mmap(NULL, MANY, RW, flags, -1, 0);
    clean(p, MANY, "mapped again after munmap");
    memset(p, 0x5e, MANY);
    mmap(p, MANY / 2, RW, flags | MAP_FIXED, -1, 0);
    clean(p, MANY / 2, "mapped over");
    madvise(p + MANY / 2, MANY / 2, MADV_DONTNEED);
    clean(p, MANY, "after MADV_DONTNEED");
    memset(p, 0x5e, MANY);
    p = mremap(p, MANY, 2 * MANY, MREMAP_MAYMOVE);
    clean(p + MANY, MANY, "what mremap adds");
    p = mremap(p, 2 * MANY, MANY / 2, 0);
    p = mremap(p, MANY / 2, MANY, MREMAP_MAYMOVE);
    clean(p + MANY / 2, MANY / 2, "cut and grown again");
    munmap(p, MANY);
    p = mmap(NULL, MANY, RW, MAP_SHARED | MAP_ANONYMOUS, -1, 0);
    clean(p, MANY, "shared memory");
    munmap(p, MANY);
    p = sbrk(32 * PAGE);
    clean(p, 32 * PAGE, "what brk adds");
    memset(p, 0x5e, 32 * PAGE);
    sbrk(-16 * PAGE);
    sbrk(16 * PAGE);
    clean(p + 16 * PAGE, 16 * PAGE, "taken back and added again");
    int id = shmget(IPC_PRIVATE, 64 * PAGE, IPC_CREAT | 0600);
    p = shmat(id, NULL, 0);
    shmctl(id, IPC_RMID, NULL);
    clean(p, 64 * PAGE, "a segment of System V");
    shmdt(p);
}

/* The stack below what was ever used. */
static int
new_stack(void *unused)
{
    char *here;

    (void)unused;
    __asm__("mov %%rsp, %0" : "=r"(here));
    return dirty(here - 512 * 1024, 256 * 1024) == 0 ? 3 : 4;
}

static void
test_files(void)
{
    static char buf[16 * PAGE];
    int fd = open("file", O_RDWR | O_CREAT | O_TRUNC, 0600);

    pwrite(fd, "x", 1, 15 * PAGE);
    pread(fd, buf, 15 * PAGE, 0);
    clean(buf, 15 * PAGE, "a hole that is read");
    char *p = mmap(NULL, 16 * PAGE, RW, MAP_SHARED, fd, 0);
    clean(p, 15 * PAGE, "and mapped");
    clean(p + 15 * PAGE + 1, PAGE - 1, "the last page behind the end");
    memset(p, 0x5e, 16 * PAGE); /* also behind the end */
    ftruncate(fd, 16 * PAGE);
    is(p[15 * PAGE], 0x5e, "what was written through the map is there");
    ftruncate(fd, 3 * PAGE + 5);
    ftruncate(fd, 16 * PAGE);
    clean(p + 3 * PAGE + 5, 13 * PAGE - 5, "a file cut and grown, mapped");
    memset(buf, 1, sizeof(buf));
    pread(fd, buf, 12 * PAGE, 4 * PAGE);
    clean(buf, 12 * PAGE, "and read");
    memset(p, 0x5e, 16 * PAGE);
    ftruncate(fd, 100);
    pwrite(fd, "y", 1, 4000);
    pread(fd, buf, 3900, 100);
    clean(buf, 3900, "cut, and written behind the end");
    munmap(p, 16 * PAGE);
    p = mmap(NULL, PAGE, RW, MAP_PRIVATE, fd, 0);
    clean(p + 4001, PAGE - 4001, "behind the end of a private map");
    munmap(p, PAGE);
    close(fd);
    unlink("file");
    fd = memfd_create("m", 0);
    ftruncate(fd, 16 * PAGE);
    p = mmap(NULL, 16 * PAGE, RW, MAP_SHARED, fd, 0);
    clean(p, 16 * PAGE, "a file without a name");
    munmap(p, 16 * PAGE);
    close(fd);
}

static char bss[32 * PAGE];

int
main(void)
{
    in_child(leaves_marks, NULL);
    clean(bss, sizeof(bss), "variables without a value");
    exited(in_child(new_stack, NULL), 3, "the stack");
    test_memory();
    test_files();
    return done();
}

/*
 * hole_frames.c: who reads the holes of a mapped file makes no page, by a
 * private mapping or a shared one; who writes makes one. When files have all
 * the pages that they may have, a hole can still be read.
 *
 * expect:
 * ok 1 - the counts can be read
 * ok 2 - 1 GiB of holes is read by two mappings
 * ok 3 - the file has no page
 * ok 4 - nor are there any frames but tables
 * ok 5 - a write makes one page
 * ok 6 - a write by a mapping another
 * ok 7 - all mappings see both
 * ok 8 - a private write makes a page of its own
 * ok 9 - the checkers agree
 * ok 10 - a full file system: a hole is read
 * ok 11 - but not written
 * ok 12 - nor is a segment, which outlives its process, too
 * ok 13 - all frames are back
 * 1..13
 */
#include "counts.h"

#include <fcntl.h>
#include <setjmp.h>
#include <sys/mman.h>
#include <sys/shm.h>
#include <sys/stat.h>
#include <sys/statfs.h>

#define PAGE 4096L
#define SIZE (1L << 30)
#define STEP (37 * PAGE)
#define RW   (PROT_READ | PROT_WRITE)

static int fd;
static volatile char *shared, *private;
static sigjmp_buf back;

static long
pages(void)
{
    struct stat status;

    fstat(fd, &status);
    return status.st_blocks * 512 / PAGE;
}

static long
frames(void)
{
    long cache = counts_get("cache");

    return cache + counts_find("anon");
}

static void
on_bus(int sig)
{
    (void)sig;
    siglongjmp(back, 1);
}

/* Let files have no more pages; then read a hole, and write one. */
static void
test_full(void)
{
    struct statfs status;
    int full = open("full", O_CREAT | O_RDWR, 0600);

    fstatfs(fd, &status);
    fallocate(full, 0, 0, (long)status.f_bfree * PAGE);
    signal(SIGBUS, on_bus);
    int refused = sigsetjmp(back, 1);
    if (!refused) {
        ok(shared[9 * STEP] == 0, "a full file system: a hole is read");
        shared[9 * STEP] = 1;
    }
    ok(refused, "but not written");
    int id = shmget(IPC_PRIVATE, PAGE, 0600);
    volatile char *segment = shmat(id, NULL, 0);
    refused = sigsetjmp(back, 1);
    if (!refused) {
        segment[0] = 1;
    }
    ok(refused, "nor is a segment, which outlives its process, too");
    shmdt((void *)segment);
    shmctl(id, IPC_RMID, NULL);
    close(full);
    unlink("full");
}

int
main(void)
{
    long before = 0, sum = 0;

    ok(counts_well(), "the counts can be read");
    for (int i = 0; i < 2; i++) { /* again, when all we write to is there */
        before = frames();
    }
    fd = open("file", O_CREAT | O_RDWR, 0600);
    ftruncate(fd, SIZE);
    shared = mmap(NULL, SIZE, RW, MAP_SHARED, fd, 0);
    private = mmap(NULL, SIZE, RW, MAP_PRIVATE, fd, 0);
    for (long at = 0; at < SIZE; at += STEP) {
        sum += shared[at] + private[at];
    }
    ok(sum == 0, "1 GiB of holes is read by two mappings");
    is(pages(), 0, "the file has no page");
    is(frames() - before, 0, "nor are there any frames but tables");
    pwrite(fd, "a", 1, STEP);
    is(pages(), 1, "a write makes one page");
    shared[2 * STEP] = 'b';
    is(pages(), 2, "a write by a mapping another");
    ok(shared[STEP] == 'a' && private[STEP] == 'a' && private[2 * STEP] == 'b',
        "all mappings see both");
    private[3 * STEP] = 'c';
    ok(pages() == 2 && frames() - before == 3,
        "a private write makes a page of its own");
    ok(counts_well(), "the checkers agree");
    test_full();
    munmap((void *)shared, SIZE);
    munmap((void *)private, SIZE);
    close(fd);
    unlink("file");
    is(frames() - before, 0, "all frames are back");
    return done();
}

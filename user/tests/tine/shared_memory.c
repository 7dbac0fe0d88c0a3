/*
 * shared_memory.c: memory that is shared without a file is not the page cache:
 * it takes nothing of what /tmp may hold, and a full /tmp does not stop it.
 *
 * seconds: 30
 * expect:
 * ok 1 - shared memory is of its own kind
 * ok 2 - and nothing of it is the page cache's
 * ok 3 - the checkers agree
 * ok 4 - files fill /tmp
 * ok 5 - and it takes as much without shared memory
 * ok 6 - then it is full
 * ok 7 - shared memory is there in spite of that
 * ok 8 - for a child, too
 * 1..8
 */
#include "counts.h"

#include <sys/mman.h>

#define PAGE  4096L
#define PAGES 512L
#define CHUNK (1L << 20)

static char *
shared_memory(void)
{
    char *p = mmap(NULL, PAGES * PAGE, PROT_READ | PROT_WRITE,
        MAP_SHARED | MAP_ANONYMOUS, -1, 0);

    for (long i = 0; p != MAP_FAILED && i < PAGES; i++) {
        p[i * PAGE] = (char)i;
    }
    return p;
}

static int
is_whole(const char *p)
{
    for (long i = 0; i < PAGES; i++) {
        if (p[i * PAGE] != (char)i) {
            return 0;
        }
    }
    return 1;
}

/* Write to a new file until no more is taken. => bytes */
static long
fill(const char *name)
{
    static char chunk[CHUNK];
    int fd = open(name, O_CREAT | O_WRONLY, 0600);
    long n, total = 0;

    while ((n = write(fd, chunk, CHUNK)) > 0) {
        total += n;
    }
    close(fd);
    return total;
}

static void
test_kind(void)
{
    long shared = counts_get("shared"), cache = counts_find("cache");
    char *p = shared_memory();

    is(counts_get("shared") - shared, PAGES,
        "shared memory is of its own kind");
    is(counts_find("cache") - cache, 0,
        "and nothing of it is the page cache's");
    ok(counts_well(), "the checkers agree");

    long with = fill("full");
    ok(with > 0, "files fill /tmp");
    unlink("full");
    munmap(p, PAGES * PAGE);
    is(fill("full") - with, 0, "and it takes as much without shared memory");
}

/* /tmp is full here. */
static void
test_full(void)
{
    int fd = open("more", O_CREAT | O_WRONLY, 0600), status;

    fails(write(fd, "", 1), ENOSPC, "then it is full");
    close(fd);
    char *p = shared_memory();
    ok(p != MAP_FAILED && is_whole(p),
        "shared memory is there in spite of that");
    pid_t pid = must_fork();
    if (pid == 0) {
        _exit(is_whole(p) ? 7 : 1);
    }
    waitpid(pid, &status, 0);
    exited(status, 7, "for a child, too");
    munmap(p, PAGES * PAGE);
}

int
main(void)
{
    counts_read();
    test_kind();
    test_full();
    unlink("more");
    unlink("full");
    return done();
}

/*
 * check.c: /proc/tine/check says that all is well, and counts.
 *
 * expect:
 * ok 1 - it can be opened
 * ok 2 - its first line is ok
 * ok 3 - free
 * ok 4 - table
 * ok 5 - anon
 * ok 6 - cache
 * ok 7 - shared
 * ok 8 - kernel
 * ok 9 - reserved
 * ok 10 - heap
 * ok 11 - stacks
 * ok 12 - processes
 * ok 13 - files
 * ok 14 - a process more is one more process
 * ok 15 - which has a stack
 * ok 16 - a pipe is two files
 * ok 17 - 256 pages more are 256 frames
 * ok 18 - and after that none
 * ok 19 - all is still well
 * 1..19
 */
#include "counts.h"

#include <sys/mman.h>

#define PAGES 256

static void
test_names(void)
{
    static const char *const names[] = { "free", "table", "anon", "cache",
        "shared", "kernel", "reserved", "heap", "stacks", "processes",
        "files" };

    for (int i = 0; i < 11; i++) {
        ok(counts_get(names[i]) >= 0, names[i]);
    }
}

static void
test_process(void)
{
    int gate[2];
    char c;
    long processes = counts_get("processes"), stacks = counts_get("stacks");
    long files = counts_get("files");

    pipe(gate);
    pid_t pid = fork();
    if (pid == 0) {
        close(gate[1]);
        read(gate[0], &c, 1);
        _exit(0);
    }
    is(counts_get("processes"), processes + 1,
        "a process more is one more process");
    is(counts_get("stacks"), stacks + 1, "which has a stack");
    is(counts_get("files"), files + 2, "a pipe is two files");
    close(gate[0]);
    close(gate[1]);
    waitpid(pid, NULL, 0);
}

static void
test_memory(void)
{
    char *p = mmap(NULL, PAGES * 4096, PROT_READ | PROT_WRITE,
        MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);
    long before = counts_get("anon");

    for (int i = 0; i < PAGES; i++) {
        p[i * 4096] = 1;
    }
    is(counts_get("anon") - before, PAGES,
        "256 pages more are 256 frames");
    munmap(p, PAGES * 4096);
    is(counts_get("anon") - before, 0, "and after that none");
}

int
main(void)
{
    ok(counts_read() > 0, "it can be opened");
    ok(counts_well(), "its first line is ok");
    test_names();
    test_process();
    test_memory();
    ok(counts_well(), "all is still well");
    return done();
}

/*
 * child_frames.c: a child that only waits holds at most 10 frames, whatever the
 * size of its parent: that is with its kernel stack, its share of the kernel's
 * heap, and the pages of stack and data that it writes before it waits.
 *
 * They end one by one, since the heap keeps an empty page or frees it depending
 * on the order in which its objects are freed, and this changes `free'.
 *
 * modes: tree
 * except: own=always
 * expect:
 * ok 1 - a hundred children of a parent with 1 MiB
 * ok 2 - hold at most 10 frames each
 * ok 3 - a hundred children of a parent with 48 MiB
 * ok 4 - hold at most 10 frames each
 * ok 5 - a hundred children of a parent with 1 MiB
 * ok 6 - the size makes no difference
 * ok 7 - all is well
 * 1..7
 */
#include "counts.h"

#include <signal.h>
#include <sys/mman.h>

#define CHILDREN 100
#define LIMIT 10
#define KEPT 4 /* pages of the heap, by how many objects each CPU keeps */

/* => the frames that CHILDREN waiting children hold, of a parent with so much
 *    memory touched */
static long
measure(long mib)
{
    int gate[2], ready[2];
    pid_t pids[CHILDREN];
    long size = mib << 20, made = 0, before, during;
    char c, name[64];
    char *p = mmap(NULL, size, PROT_READ | PROT_WRITE,
        MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);

    for (long at = 0; at < size; at += 4096) {
        p[at] = 1;
    }
    pipe(gate);
    pipe(ready);
    before = counts_get("free");
    for (int i = 0; i < CHILDREN; i++) {
        pids[i] = must_fork();
        if (pids[i] == 0) {
            write(ready[1], "r", 1);
            read(gate[0], &c, 1);
            _exit(0);
        }
        made += read(ready[0], &c, 1);
    }
    during = counts_get("free");
    for (int i = 0; i < CHILDREN; i++) {
        kill(pids[i], SIGKILL);
        waitpid(pids[i], NULL, 0);
    }
    close(gate[0]);
    close(gate[1]);
    close(ready[0]);
    close(ready[1]);
    munmap(p, size);
    snprintf(name, sizeof(name), "a hundred children of a parent with %ld MiB",
        mib);
    is(made, CHILDREN, name);
    return before - during;
}

static void
few(long frames)
{
    ok(frames <= CHILDREN * LIMIT, "hold at most 10 frames each");
    if (frames > CHILDREN * LIMIT) {
        printf("# %ld frames\n", frames);
    }
}

int
main(int argc, char **argv)
{
    long small, large, again;

    small = measure(1);
    few(small);
    large = measure(48);
    few(large);
    /* The first time, kernel stacks were made; they are kept. */
    again = measure(1);
    ok(again <= large + KEPT && large <= again + KEPT,
        "the size makes no difference");
    ok(counts_well(), "all is well");
    if (argc > 1 && strcmp(argv[1], "show") == 0) {
        printf("# %ld and %ld frames\n", small, large);
    }
    return done();
}

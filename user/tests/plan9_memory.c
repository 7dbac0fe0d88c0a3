/*
 * plan9_memory.c: RFMEM: data, bss and heap are one for both, and each has its
 * own stack at the same addresses.
 * modes: eager page table tree
 */
#include "tap.h"

#include <plan9.h>
#include <sys/mman.h>

#define SHARE (RFPROC | RFFDG | RFMEM)
#define ROUNDS 300
#define LARGE 300000

/* The compiler does not know that a child writes to these. */
static volatile int in_data = 1;
static volatile int in_bss;
static volatile char wide[3 * 4096];
static void *volatile left;   /* what a process leaves for the other */
static int turns;

/* A child that calls part(arg). => its exit status.  (The compiler is to expect
 * anything of it.) */
static __attribute__((noipa)) int
child(int flags, int (*part)(void *), void *arg)
{
    int status = -1;
    int pid = rfork(flags);

    if (pid == 0) {
        _exit(part(arg));
    }
    waitpid(pid, &status, 0);
    return WIFEXITED(status) ? WEXITSTATUS(status) : -1;
}

struct blocks {
    char *small, *large;
};

static int
writes_all(void *arg)
{
    struct blocks *blocks = arg;

    in_data = 2;
    in_bss = 3;
    wide[5000] = 'w';
    strcpy(blocks->small, "small, the child's");
    strcpy(blocks->large + LARGE / 2, "large, the child's");
    return 0;
}

static void
test_segments(void)
{
    struct blocks blocks = { malloc(100), malloc(LARGE) };

    strcpy(blocks.small, "small");
    strcpy(blocks.large, "large");
    is(child(SHARE, writes_all, &blocks), 0, "a child writes");
    is(in_data, 2, "to data");
    is(in_bss, 3, "to bss");
    is(wide[5000], 'w', "to further pages of it");
    is_str(blocks.small, "small, the child's", "to a block of the heap");
    is_str(blocks.large, "large", "a large block is as it was");
    is_str(blocks.large + LARGE / 2, "large, the child's", "but for its words");
    free(blocks.small);
    free(blocks.large);
}

static int
changes_stack(void *arg)
{
    volatile int *on_stack = arg;
    int was = *on_stack;

    *on_stack = 50;
    left = (void *)on_stack;
    return was;
}

static void
test_stack(void)
{
    volatile int on_stack = 7;

    is(child(SHARE, changes_stack, (void *)&on_stack), 7,
        "the child finds its copy of our stack at the same address");
    ok(left == (void *)&on_stack && on_stack == 7, "and writes to it alone");
}

static int
grows(void *unused)
{
    char **words = malloc(4 * sizeof(*words));

    (void)unused;
    words[0] = strdup("small");
    words[1] = malloc(LARGE);
    strcpy(words[1], "large");
    words[2] = sbrk(10000);
    strcpy(words[2], "break");
    words[3] = mmap(NULL, 20000, PROT_READ | PROT_WRITE,
        MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);
    strcpy(words[3] + 10000, "mapped");
    left = words;
    return 0;
}

static void
test_growth(void)
{
    char *end = sbrk(0);

    child(SHARE, grows, NULL);
    char **words = left;
    is_str(words[0], "small", "what the child has allocated is there");
    is_str(words[1], "large", "also if it is large");
    is_str(words[2], "break", "what it got by sbrk");
    ok((char *)sbrk(0) >= end + 10000, "which has moved our break");
    is_str(words[3] + 10000, "mapped", "what it has mapped");
    is(munmap(words[3], 20000), 0, "which we unmap");
    char *again = mmap(NULL, 20000, PROT_READ | PROT_WRITE,
        MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);
    ok(again != MAP_FAILED && again[10000] == 0, "a new mapping is clear");
    munmap(again, 20000);
    free(words[0]);
    free(words[1]);
    free(words);
    fails((long)sbrk(1L << 40), ENOMEM, "there is an end to it");
    ok(malloc(1L << 40) == NULL && malloc(100) != NULL, "for malloc, too");
}

static int
allocates(void *arg)
{
    char mine = *(char *)arg;
    char *blocks[20] = { NULL };
    int bad = 0;

    for (int i = 0; i < ROUNDS; i++) {
        int at = i % 20;
        size_t size = 50 + (size_t)(i * 37 % 2000);
        if (blocks[at] != NULL) {
            bad += blocks[at][0] != mine || blocks[at][49] != mine;
            free(blocks[at]);
        }
        blocks[at] = malloc(size);
        memset(blocks[at], mine, size);
        __atomic_fetch_add(&turns, 1, __ATOMIC_RELAXED);
        if (i % 50 == 0) {
            usleep(1);
        }
    }
    return bad;
}

static void
test_lock(void)
{
    int pids[3], status, bad = 0;
    char name = 'a';

    for (int i = 0; i < 3; i++, name++) {
        pids[i] = rfork(SHARE);
        if (pids[i] == 0) {
            _exit(allocates(&name) != 0);
        }
    }
    bad = allocates(&name);
    for (int i = 0; i < 3; i++) {
        waitpid(pids[i], &status, 0);
        bad += status;
    }
    is(bad, 0, "four allocate at once, and no block is two");
    is(turns, 4 * ROUNDS, "and count to the same number");
}

static int
adds_one(void *unused)
{
    (void)unused;
    in_data++;
    return 0;
}

static int
has_children(void *unused)
{
    (void)unused;
    in_data = 10;
    child(SHARE, adds_one, NULL);
    child(RFPROC | RFFDG, adds_one, NULL);
    return in_data;
}

/* In a process with a copy: it may share that again. */
static int
copies(void *arg)
{
    int *mine = arg;

    in_data++;
    *mine += 1;
    char *block = malloc(LARGE);
    strcpy(block, "of the copy");
    child(SHARE, adds_one, NULL);
    child(RFPROC | RFFDG, adds_one, NULL);
    return in_data == 103 - 1 && *mine == 6 ? 0 : in_data;
}

static void
test_generations(void)
{
    int mine = 5;

    is(child(SHARE, has_children, NULL), 11,
        "a child of the child shares with both, unless it has a copy");
    is(in_data, 11, "for all of them");
    in_data = 100;
    char *word = strdup("the parent's");
    is(child(RFPROC | RFFDG, copies, &mine), 0,
        "without RFMEM a child has a copy, which it shares with its own");
    is(in_data, 100, "and we do not see");
    is(mine, 5, "as on the stack");
    is_str(word, "the parent's", "the heap is ours");
    in_bss = fork();
    if (in_bss == 0) {
        _exit(77);
    }
    int status;
    waitpid(in_bss, &status, 0);
    is(WEXITSTATUS(status), 77, "the pid in data is each one's after fork");
    free(word);
}

static volatile int exits_called;

static void
at_exit(void)
{
    exits_called++;
}

static int
ends_by_exits(void *unused)
{
    (void)unused;
    exits("");
}

static void
test_exits(void)
{
    atexit(at_exit);
    child(SHARE, ends_by_exits, NULL);
    is(exits_called, 0, "exits of the child leaves atexit to its parent");
}

int
main(void)
{
    setvbuf(stdout, NULL, _IONBF, 0);
    test_segments();
    test_stack();
    test_growth();
    test_lock();
    test_generations();
    test_exits();
    return done();
}

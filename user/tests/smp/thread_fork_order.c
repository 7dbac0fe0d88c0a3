/*
 * thread_fork_order.c: two threads count in a loop, each in words of its own
 * on the same pages, in a fixed order, while the first thread forks, each on
 * its processor. A child's copy of those pages fits the order of the writes,
 * has no value that was written after the fork, and never changes; and no
 * thread loses a write, though the other may be copying the page.
 *
 * seconds: 60
 */
#include "thread.h"

enum { WRITERS = 2, PAGES = 16, ROUNDS = 30, FORKS = 3, LOOKS = 20 };
enum { GAP = 20000 };   /* turns of spin between two forks, at most */

enum { PATIENCE = 100000 };     /* looks, before somebody else may run */
#define BROKEN (1L << 60)       /* what a writer has done that gave up */

static long *done_by;           /* each writer's last number on all pages */
static int limits[FORKS][2];    /* pipes: what a child may have, at most */
static char *base;
static volatile int stop;

/* Writer w's word on the i-th page: four pages in each of some tables, and no
 * two that would have the same place in a TLB: a page in view stays there. */
static volatile long *
at(int w, int i)
{
    return (volatile long *)(base + i / 4 * (2L << 20) + i * PAGE + w * 64);
}

static int
writes(void *arg)
{
    int w = NUMBER(arg);

    on_cpu(1 + w);
    for (long n = 1; !load(&stop); n++) {
        for (int i = 0; i < PAGES; i++) {
            if (*at(w, i) != n - 1) {
                store(&done_by[w], BROKEN);
                return 1;
            }
            *at(w, i) = n;
        }
        store(&done_by[w], n);
    }
    return 0;
}

struct picture {
    long value[WRITERS][PAGES];
};

/* Backwards, so that a page that still changed would show it. */
static void
look(struct picture *picture)
{
    for (int i = PAGES - 1; i >= 0; i--) {
        for (int w = 0; w < WRITERS; w++) {
            picture->value[w][i] = *at(w, i);
        }
    }
}

/* => whether it fits the order: from page to page less, by one at most */
static int
in_order(const struct picture *picture)
{
    for (int w = 0; w < WRITERS; w++) {
        const long *value = picture->value[w];
        for (int i = 1; i < PAGES; i++) {
            if (value[i] > value[i - 1] || value[i] < value[0] - 1) {
                return 0;
            }
        }
    }
    return 1;
}

/* => whether the writer goes on, and has not come further than this */
static int
writes_up_to(int w, long most)
{
    long done = load(&done_by[w]);

    return done != BROKEN && done <= most;
}

/* Right after a fork: let both writers write everything once more, and tell
 * the i-th child the largest numbers at the fork. Until then this thread writes
 * nothing: a copy of a table would flush the TLBs of the writers' CPUs. */
static void
let_write(int i)
{
    long most[WRITERS];

    for (int w = 0; w < WRITERS; w++) {
        most[w] = load(&done_by[w]) + 1;
    }
    for (int w = 0; w < WRITERS; w++) {
        for (unsigned n = 0; writes_up_to(w, most[w]); n++) {
            if (n > PATIENCE) {
                relax(n);
            }
        }
    }
    if (raw(NR_write, limits[i][1], P(most), sizeof(most), 0)
        != sizeof(most)) {
        store(&stop, 1);
        exit(99);
    }
}

static int
examine(int i)
{
    struct picture first, then;
    long limit[WRITERS];

    on_cpu(3);
    long got = raw(NR_read, limits[i][0], P(limit), sizeof(limit), 0);
    look(&first);
    if (got != sizeof(limit) || !in_order(&first)) {
        return 1;
    }
    for (int w = 0; w < WRITERS; w++) {
        if (first.value[w][0] > limit[w]) {
            return 3;
        }
    }
    for (int n = 0; n < LOOKS; n++) {
        spin(1000);
        look(&then);
        if (memcmp(&first, &then, sizeof(first)) != 0) {
            return 2;
        }
    }
    *at(0, 0) = *at(1, PAGES - 1) = -5; /* these are the child's own */
    return 0;
}

int
main(void)
{
    int found[4] = { 0 }, good = 0;
    unsigned long seed = 1;
    pid_t thread[WRITERS];

    on_cpu(0);
    done_by = shared(WRITERS * sizeof(*done_by));
    for (int i = 0; i < FORKS; i++) {
        if (pipe(limits[i]) < 0) {
            perror("pipe");
            return 99;
        }
    }
    base = must_map((PAGES / 4 + 1) * (2L << 20), MAP_PRIVATE);
    for (int w = 0; w < WRITERS; w++) {
        thread[w] = thread_start(w, writes, ARG(w));
    }
    for (int n = 0; n < ROUNDS; n++) {
        pid_t pid[FORKS];
        for (int i = 0; i < FORKS; i++) { /* others find shared tables */
            spin(pick(&seed, GAP));
            pid[i] = must_fork();
            if (pid[i] == 0) {
                _exit(examine(i));
            }
            let_write(i);
        }
        for (int i = 0; i < FORKS; i++) {
            int code = code_of(pid[i]);
            found[code >= 0 && code < 4 ? code : 1]++;
        }
    }
    store(&stop, 1);
    for (int w = 0; w < WRITERS; w++) {
        good += code_of(thread[w]) == 0;
    }
    is(good, WRITERS, "each writer finds what it wrote before");
    is(found[1], 0, "every picture fits the order of the writes");
    is(found[3], 0, "and has nothing that was written later");
    is(found[2], 0, "no picture changes");
    is(found[0], ROUNDS * FORKS, "all children came to their end");
    return done();
}

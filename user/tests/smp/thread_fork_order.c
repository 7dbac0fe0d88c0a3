/*
 * thread_fork_order.c: threads count in a loop, each on four pages far apart,
 * in a fixed order, while the first thread forks. A child's picture of those
 * pages fits the order of the writes, and it never changes after that.
 *
 * seconds: 60
 */
#include "thread.h"

enum { WRITERS = 2, PAGES = 4, FORKS = 60, LOOKS = 30 };

static char *base;
static volatile int stop;

/* Writer w's i-th page: its neighbours in the table are the other's. */
static volatile long *
at(int w, int i)
{
    return (volatile long *)(base + i * (2L << 20) + w * PAGE);
}

static int
writes(void *arg)
{
    int w = NUMBER(arg);

    for (long n = 1; !load(&stop); n++) {
        for (int i = 0; i < PAGES; i++) {
            if (*at(w, i) != n - 1) {
                return 1;
            }
            *at(w, i) = n;
        }
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

static int
examine(void)
{
    struct picture first, then;

    look(&first);
    if (!in_order(&first)) {
        return 1;
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
    int found[3] = { 0 }, good = 0;
    pid_t thread[WRITERS];

    base = must_map(PAGES * (2L << 20), MAP_PRIVATE);
    for (int w = 0; w < WRITERS; w++) {
        thread[w] = thread_start(w, writes, ARG(w));
    }
    for (int n = 0; n < FORKS; n++) {
        pid_t pid[2];
        for (int i = 0; i < 2; i++) { /* the second finds shared tables */
            pid[i] = must_fork();
            if (pid[i] == 0) {
                _exit(examine());
            }
        }
        for (int i = 0; i < 2; i++) {
            int code = code_of(pid[i]);
            found[code >= 0 && code < 3 ? code : 1]++;
        }
    }
    store(&stop, 1);
    for (int w = 0; w < WRITERS; w++) {
        good += code_of(thread[w]) == 0;
    }
    is(good, WRITERS, "each writer finds what it wrote before");
    is(found[1], 0, "every picture fits the order of the writes");
    is(found[2], 0, "no picture changes");
    is(found[0], 2 * FORKS, "all children came to their end");
    return done();
}

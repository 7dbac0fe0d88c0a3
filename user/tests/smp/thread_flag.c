/*
 * thread_flag.c: three threads and a page that is shared with a child, so
 * that its first write copies it. One thread makes that first write; one
 * writes a datum on the page, then a flag elsewhere; one reads the flag, then
 * the datum. A reader that sees the new flag must see the new datum, even if
 * its TLB had the page before the copy.
 *
 * seconds: 90
 */
#include "thread.h"

enum { ROUNDS = 16, PAGES = 30, WORDS = PAGE / sizeof(int) };

enum { TOUCHED = 0, DATUM = 500, OLD = 1000 };  /* words of a page */

static int (*page)[WORDS];
static struct {
    int pages;          /* this many may be used by now */
    struct gate gate;
    int flag[PAGES];
    int errors;
} *common;

static int round_now;

/* The times between the accesses of the three to a page vary. */
static unsigned
delay(int who, int i)
{
    unsigned long seed = (unsigned long)(round_now * 1000 + i * 4 + who);
    pick(&seed, 2);
    return pick(&seed, 400);
}

static void
toucher(int i)
{
    spin(delay(0, i));
    ((volatile int *)page[i])[TOUCHED] = round_now;
}

static void
writer(int i)
{
    spin(delay(1, i));
    store(&page[i][DATUM], round_now);
    store(&common->flag[i], round_now);
}

/* The flag may be up before the first look, or the datum new before it. */
static void
reader(int i)
{
    for (unsigned n = 0;; n++) {
        int flag = load(&common->flag[i]);
        int datum = load(&page[i][DATUM]);
        if (flag == round_now) {
            if (datum != round_now || load(&page[i][OLD]) != i) {
                add(&common->errors, 1);
            }
            return;
        }
        relax(n);
    }
}

/* All three go from page to page together. */
static int
walk(void *arg)
{
    static void (*const part[3])(int) = { toucher, writer, reader };

    on_cpu(NUMBER(arg));
    for (int i = 0; i < PAGES; i++) {
        volatile int look = page[i][DATUM]; /* have it in view */
        (void)look;
        meet(&common->gate, 3);
        part[NUMBER(arg)](i);
    }
    meet(&common->gate, 3);
    return 1;
}

/* => the number of pages on which a store is lost after a round */
static int
lost(void)
{
    int found = 0;

    for (int i = 0; i < PAGES; i++) {
        found += page[i][TOUCHED] != round_now || page[i][DATUM] != round_now
                 || page[i][OLD] != i;
    }
    return found;
}

/* The child keeps all pages shared until the threads are done with them. */
static int
hold(void)
{
    on_cpu(3);
    await(&common->pages, round_now);
    for (int i = 0; i < PAGES; i++) {
        if (page[i][TOUCHED] != round_now - 1
            || page[i][DATUM] != round_now - 1 || page[i][OLD] != i) {
            return 0;
        }
    }
    return 1;
}

int
main(void)
{
    int held = 0, losses = 0, ended = 0;

    common = shared(sizeof(*common));
    page = must_map(PAGES * PAGE, MAP_PRIVATE);
    for (int i = 0; i < PAGES; i++) {
        page[i][OLD] = i;
    }
    for (round_now = 1; round_now <= ROUNDS; round_now++) {
        pid_t child = must_fork();
        if (child == 0) {
            _exit(hold());
        }
        pid_t one = thread_start(1, walk, ARG(1));
        pid_t two = thread_start(2, walk, ARG(2));
        walk(ARG(0));
        ended += code_of(one) == 1 && code_of(two) == 1;
        losses += lost();
        store(&common->pages, round_now);
        held += code_of(child) == 1;
    }
    is(common->errors, 0, "nobody saw the flag and the old datum");
    is(losses, 0, "no store is lost");
    is(held, ROUNDS, "the child has the old page");
    is(ended, ROUNDS, "all threads came to their end");
    return done();
}

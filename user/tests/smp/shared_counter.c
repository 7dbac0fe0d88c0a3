/*
 * shared_counter.c: counters in shared pages, incremented by many processes
 * on all processors, with more forks and private writes between: no
 * increment is lost and none goes to another's copy.
 *
 * seconds: 60
 */
#include "smp.h"

enum { PAGES = 8, FANOUT = 4, DEPTH = 2, TURNS = 300 };
enum { TOTAL = 1 + FANOUT + FANOUT * FANOUT };

static long *counter;           /* one a page, mapped before all forks */
static long private_count;
static struct gate *gate;       /* of all processes */

static void
count(int turns)
{
    for (int n = 0; n < turns; n++) {
        add(&counter[n % PAGES * (PAGE / 8)], 1);
        private_count++;
    }
}

/* Each process counts `between` after each fork, and TURNS when all exist.
 * => how many processes there are from here down; 0 if one went wrong */
static int
live(int depth, int between)
{
    pid_t pid[FANOUT];
    int total = 1;
    long before = private_count;

    for (int i = 0; depth > 0 && i < FANOUT; i++) {
        pid[i] = must_fork();
        if (pid[i] == 0) {
            on_cpu(i);
            _exit(live(depth - 1, between));
        }
        count(between);
    }
    meet(gate, TOTAL);
    count(TURNS);
    for (int i = 0; depth > 0 && i < FANOUT; i++) {
        int below = code_of(pid[i]);
        if (below <= 0) {
            return 0;
        }
        total += below;
    }
    long expected = before + TURNS + (depth > 0 ? FANOUT * between : 0);
    return private_count == expected ? total : 0;
}

static void
test(int between, const char *name)
{
    long sum = 0;

    private_count = 0;
    is(live(DEPTH, between), TOTAL, "nobody's private count is wrong");
    for (int i = 0; i < PAGES; i++) {
        sum += counter[i * (PAGE / 8)];
    }
    is(sum, TURNS * TOTAL + between * FANOUT * (1 + FANOUT), name);
}

int
main(void)
{
    gate = shared(sizeof(*gate));
    for (int round = 0; round < 6; round++) {
        counter = shared(PAGES * PAGE);
        test(0, "fresh pages, touched by all at once: the sum is exact");
        memset(counter, 0, PAGES * PAGE);
        test(TURNS, "pages that are there: the sum is exact");
        munmap(counter, PAGES * PAGE);
    }
    return done();
}

/*
 * flush_cross.c: four families, each of four threads that share memory, take
 * rights away, unmap and fork all at once. So TLB flushes go in all directions,
 * while processors wait for each other's locks (one file, one heap, one
 * allocator). No processor waits for ever, and no right that was taken away is
 * used again.
 *
 * seconds: 60
 */
#include "thread.h"

enum { FAMILIES = 4, COUNT = 4, TURNS = 25, FORKS = 5 };

#define BASE 0x200000000 /* each thread's own two pages, in one table */

struct place {
    long number;
    char rest[4088];
};

static struct gate *gate;   /* of all threads of all families */
static int *written;        /* a page of one file, for all */

/* Write the page to a pipe: fails if it is not mapped, without a signal. */
static int
is_there(int end, const void *at)
{
    return raw(NR_write, end, P(at), 1, 0) == 1;
}

/* => 1 if all went well */
static int
turns(void *arg)
{
    const long map[6] = {
        BASE + NUMBER(arg) * 2 * PAGE, 2 * PAGE, RW, ANON | MAP_FIXED, -1, 0
    };
    int ends[2];

    if (raw(NR_pipe2, P(ends), 0, 0, 0) != 0) {
        return 2;
    }
    on_cpu(NUMBER(arg));
    meet(gate, FAMILIES * COUNT);
    for (long n = 1; n <= TURNS; n++) {
        struct place *at = (struct place *)raw_v(NR_mmap, map);
        at[0].number = at[1].number = n;
        if (raw(NR_mprotect, P(at), PAGE, PROT_NONE, 0) != 0
            || is_there(ends[1], &at[0]) || !is_there(ends[1], &at[1])
            || raw(NR_mprotect, P(at), PAGE, RW, 0) != 0
            || at[0].number != n) {
            return 3;
        }
        add(written, 1);
        if (n % (TURNS / FORKS) == NUMBER(arg)) {
            pid_t pid = thread_fork();
            if (pid == 0) {
                at[1].number = 0;
                raw(NR_exit, at[0].number != n, 0, 0, 0);
            }
            at[0].number = n + 1;
            if (code_of(pid) != 0) {
                return 4;
            }
        }
        if (at[1].number != n || raw(NR_munmap, P(at), PAGE, 0, 0) != 0
            || is_there(ends[1], &at[0])
            || raw(NR_munmap, P(&at[1]), PAGE, 0, 0) != 0
            || is_there(ends[1], &at[1])) {
            return 5;
        }
    }
    return 1;
}

/* => how many of its threads found no error */
static int
family(void)
{
    pid_t pid[COUNT];
    int good = 0;

    for (int who = 0; who < COUNT; who++) {
        pid[who] = thread_start(who, turns, ARG(who));
    }
    for (int who = 0; who < COUNT; who++) {
        good += code_of(pid[who]) == 1;
    }
    return good;
}

int
main(void)
{
    pid_t pid[FAMILIES];
    int good = 0;

    gate = shared(PAGE);
    written = shared(PAGE);
    for (int who = 0; who < FAMILIES; who++) {
        pid[who] = must_fork();
        if (pid[who] == 0) {
            _exit(family());
        }
    }
    for (int who = 0; who < FAMILIES; who++) {
        good += code_of(pid[who]);
    }
    is(good, FAMILIES * COUNT, "all threads of all families come to an end");
    is(load(written), FAMILIES * COUNT * TURNS, "and have done all turns");
    return done();
}

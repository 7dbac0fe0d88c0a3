/*
 * thread_fork_unmap.c: one thread maps a range, writes its pages from the
 * first to the last, and unmaps its second half and then its first; the
 * other forks all the time. Each child must have got the range in a state
 * that existed: its halves mapped whole or not at all, never the second
 * alone, and pages written up to some point. And that state stays.
 *
 * seconds: 60
 */
#include "thread.h"

enum { PAGES = 24, FORKS = 100, STOP = -1 };

#define BASE ((char *)0x200000000)
#define FIRST (BASE + 0x1f8000)
#define SECOND (FIRST + HALF)
#define HALF (16 * PAGE)
#define REST 0x200000L
/* In the first half eight pages on each side of the border between two
 * last-level tables, in the second eight at the end of a table. */
#define AT(i) (FIRST + (i) % 16 * PAGE + (i) / 16 * REST)

struct state {
    int mapped[PAGES];
    long value[PAGES];
};

static volatile int stop;
static long generations;
static int probe[2];

/* The range is FIRST up to SECOND and from there on to the last page. */
static int
changes(void *arg)
{
    const long map[6] = {
        P(FIRST), HALF + REST, RW, ANON | MAP_FIXED, -1, 0
    };

    on_cpu(NUMBER(arg));
    for (long generation = 1; !load(&stop); generation++) {
        if (raw_v(NR_mmap, map) != P(FIRST)) {
            return 1;
        }
        for (int i = 0; i < PAGES; i++) {
            if (*(volatile long *)AT(i) != 0) {
                return 2; /* not fresh */
            }
            *(volatile long *)AT(i) = generation;
        }
        for (int i = 0; i < PAGES; i++) {
            if (*(volatile long *)AT(i) != generation) {
                return 3;
            }
        }
        if (raw(NR_munmap, P(SECOND), REST, 0, 0) != 0
            || raw(NR_munmap, P(FIRST), HALF, 0, 0) != 0) {
            return 4;
        }
        store(&generations, generation);
    }
    return 0;
}

/* A look at memory that need not be there: by way of a pipe. */
static void
look(struct state *state)
{
    for (int i = 0; i < PAGES; i++) {
        state->value[i] = 0;
        state->mapped[i] = write(probe[1], AT(i), sizeof(long)) > 0;
        if (state->mapped[i]) {
            read(probe[0], &state->value[i], sizeof(long));
        }
    }
}

/* => whether the range was ever like this */
static int
existed(const struct state *state)
{
    long top = state->value[0];

    for (int i = 1; i < PAGES; i++) {
        int same_half = i != 16;
        if (same_half ? state->mapped[i] != state->mapped[i - 1]
                      : state->mapped[i] > state->mapped[i - 1]) {
            return 0;
        }
        if (state->value[i] > state->value[i - 1]
            || (state->value[i] != 0 && state->value[i] != top)) {
            return 0;
        }
    }
    return !state->mapped[0] || state->mapped[16] || state->value[15] != 0;
}

/* The exit code of a child: 0, or what is wrong with its memory. */
static int
examine(void)
{
    struct state first, then;

    look(&first);
    if (!existed(&first)) {
        return 1;
    }
    spin(20000);
    look(&then);
    if (memcmp(&first, &then, sizeof(first)) != 0) {
        return 2;
    }
    for (int i = 0; i < PAGES; i++) {
        if (first.mapped[i]) {
            *(volatile long *)AT(i) = STOP; /* it is only the child's */
        }
    }
    return 0;
}

int
main(void)
{
    int found[3] = { 0 };

    pipe(probe);
    on_cpu(0);
    pid_t thread = thread_start(0, changes, ARG(1));
    for (int n = 0; n < FORKS; n++) {
        pid_t pid = must_fork();
        if (pid == 0) {
            _exit(examine());
        }
        int code = code_of(pid);
        found[code >= 0 && code < 3 ? code : 1]++;
    }
    for (unsigned n = 0; load(&generations) < 20; n++) {
        relax(n);
    }
    store(&stop, 1);
    is(code_of(thread), 0, "the thread always sees what it wrote");
    is(found[1], 0, "no child has a state that never existed");
    is(found[2], 0, "no child's memory changes");
    is(found[0], FORKS, "all came to an end");
    return done();
}

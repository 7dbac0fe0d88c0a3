/*
 * thread_fork_protect.c: one thread allows writing to a range, writes its
 * pages from the first to the last, and forbids it again; the other forks all
 * the time. Each child must have got a state that existed: one protection for
 * all, and pages of one generation where writing was forbidden. Its own
 * writes are only its own.
 *
 * seconds: 60
 */
#include "thread.h"

enum { PAGES = 24, FORKS = 100 };

#define SIZE (4L << 20)
/* Pages in three last-level tables. */
#define AT(i) (base + (i) % 8 * PAGE + (i) / 8 * 0x1f0000L)

static char *base;
static volatile int stop;
static long generations;
static int probe[2];

static int
changes(void *arg)
{
    on_cpu(NUMBER(arg));
    for (long generation = 2; !load(&stop); generation++) {
        if (raw(NR_mprotect, P(base), SIZE, RW, 0) != 0) {
            return 1;
        }
        for (int i = 0; i < PAGES; i++) {
            if (*(volatile long *)AT(i) != generation - 1) {
                return 2; /* a child's write, or a lost one */
            }
            *(volatile long *)AT(i) = generation;
        }
        if (raw(NR_mprotect, P(base), SIZE, PROT_READ, 0) != 0) {
            return 3;
        }
        store(&generations, generation);
    }
    return 0;
}

/* => whether the page may be written, by a read into its second word */
static int
writable(int i)
{
    write(probe[1], "12345678", 8);
    if (read(probe[0], AT(i) + 8, 8) == 8) {
        return 1;
    }
    char rest[8];
    read(probe[0], rest, 8);
    return 0;
}

/* The exit code of a child: 0, or what is wrong with its memory. */
static int
examine(void)
{
    long value[PAGES];
    int may = writable(0);

    for (int i = 0; i < PAGES; i++) {
        value[i] = *(volatile long *)AT(i);
        if (writable(i) != may) {
            return 1;
        }
        if (i > 0 && (value[i] > value[i - 1] || value[i] < value[0] - 1
                || (!may && value[i] != value[0]))) {
            return 2;
        }
    }
    spin(20000);
    for (int i = 0; i < PAGES; i++) {
        if (*(volatile long *)AT(i) != value[i]) {
            return 3;
        }
        if (may) {
            *(volatile long *)AT(i) = -1;
        }
    }
    return 0;
}

int
main(void)
{
    int found[4] = { 0 };

    pipe(probe);
    on_cpu(0);
    base = must_map(SIZE, MAP_PRIVATE);
    for (int i = 0; i < PAGES; i++) {
        *(long *)AT(i) = 1;
    }
    mprotect(base, SIZE, PROT_READ);
    pid_t thread = thread_start(0, changes, ARG(1));
    for (int n = 0; n < FORKS; n++) {
        pid_t pid = must_fork();
        if (pid == 0) {
            _exit(examine());
        }
        int code = code_of(pid);
        found[code >= 0 && code < 4 ? code : 1]++;
    }
    for (unsigned n = 0; load(&generations) < 20; n++) {
        relax(n);
    }
    store(&stop, 1);
    is(code_of(thread), 0, "the thread always sees what it wrote");
    is(found[1], 0, "no child has two kinds of protection");
    is(found[2], 0, "no child has contents that never were");
    is(found[3], 0, "no child's memory changes");
    is(found[0], FORKS, "all came to an end");
    return done();
}

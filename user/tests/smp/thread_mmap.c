/*
 * thread_mmap.c: four threads map, write, protect and unmap at once, and the
 * break goes up and down meanwhile. No two mappings overlap, no thread changes
 * another's contents, and each thread's own calls succeed.
 *
 * seconds: 60
 */
#include "thread.h"

enum { COUNT = 4, KEPT = 4, TURNS = 15, LOW = 4, HIGH = 20 };

static struct gate gate;
static volatile int stop;
static char *low_break;

struct mapping {
    volatile long *at;
    long pages;
    long tag;
};

static int
has_tag(const struct mapping *m)
{
    for (long i = 0; i < m->pages; i++) {
        if (m->at[i * PAGE / 8] != m->tag + i
            || m->at[i * PAGE / 8 + 511] != m->tag + i) {
            return 0;
        }
    }
    return 1;
}

static int
map(struct mapping *m, long tag, long pages)
{
    const long arg[6] = { 0, pages * PAGE, RW, ANON, -1, 0 };
    long at = raw_v(NR_mmap, arg);

    if (at < 0) {
        return 0;
    }
    *m = (struct mapping){ (volatile long *)at, pages, tag };
    for (long i = 0; i < pages; i++) {
        if (m->at[i * PAGE / 8] != 0 || m->at[i * PAGE / 8 + 511] != 0) {
            return 0; /* fresh memory is clear */
        }
        m->at[i * PAGE / 8] = m->at[i * PAGE / 8 + 511] = tag + i;
    }
    return 1;
}

/* Check, make read-only and back, and unmap; => whether all went well */
static int
drop(struct mapping *m)
{
    long size = m->pages * PAGE;

    if (m->at == NULL) {
        return 1;
    }
    int good = raw(NR_mprotect, P(m->at), PAGE, PROT_READ, 0) == 0
               && has_tag(m)
               && raw(NR_mprotect, P(m->at), PAGE, RW, 0) == 0;
    m->at[0]++;
    m->at[0]--;
    good = good && has_tag(m) && raw(NR_munmap, P(m->at), size, 0, 0) == 0;
    m->at = NULL;
    return good;
}

static int
maps(void *arg)
{
    struct mapping kept[KEPT] = { { 0 } };
    unsigned long seed = (unsigned long)arg + 1;
    int good = 1;

    on_cpu(NUMBER(arg));
    meet(&gate, COUNT + 1);
    for (long n = 0; n < TURNS && good; n++) {
        struct mapping *m = &kept[pick(&seed, KEPT)];
        long tag = (NUMBER(arg) + 1) * 100000000L + n * 1000;
        good = drop(m) && map(m, tag, 1 + pick(&seed, 12));
    }
    for (int i = 0; i < KEPT; i++) {
        good = drop(&kept[i]) && good;
    }
    return good;
}

/* Below LOW pages the break's memory stays; above, it is fresh each time. */
static int
moves_break(void *arg)
{
    volatile long *word = (volatile long *)low_break;

    on_cpu(NUMBER(arg));
    meet(&gate, COUNT + 1);
    for (long n = 0; !load(&stop); n++) {
        long top = P(low_break) + HIGH * PAGE;
        if (raw(NR_brk, top, 0, 0, 0) != top || word[0] != n
            || word[(HIGH - 1) * PAGE / 8] != 0) {
            return 0;
        }
        word[0] = n + 1;
        word[(HIGH - 1) * PAGE / 8] = 1;
        top -= (HIGH - LOW) * PAGE;
        if (raw(NR_brk, top, 0, 0, 0) != top) {
            return 0;
        }
        spin(20000);
    }
    return 1;
}

int
main(void)
{
    pid_t pid[COUNT];
    int good = 0;

    low_break = (char *)((raw(NR_brk, 0, 0, 0, 0) + PAGE - 1) & -PAGE);
    raw(NR_brk, P(low_break) + LOW * PAGE, 0, 0, 0);
    pid_t breaker = thread_start(7, moves_break, ARG(COUNT));
    for (int who = 0; who < COUNT; who++) {
        pid[who] = thread_start(who, maps, ARG(who));
    }
    for (int who = 0; who < COUNT; who++) {
        good += code_of(pid[who]) == 1;
    }
    store(&stop, 1);
    is(good, COUNT, "four threads map and unmap: no overlap, no change");
    is(code_of(breaker), 1, "the break moves, and what is below stays");
    return done();
}

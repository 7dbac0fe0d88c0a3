/*
 * fork_crowd.c: a thousand live children of one parent that has touched 64 MiB;
 * each writes a page of it, the parent writes too, and all read again. Under
 * fork=page each child has 32 tables of its own for that, more than this
 * machine's memory: then the parent has 8 MiB, unless the argument says
 * otherwise (tools/test fork_crowd_64: 64 MiB on a larger machine).
 *
 * modes: tree table page
 * except: own=always check=1 check=16 check=64
 * seconds: 30
 * expect:
 * ok 1 - the parent has its memory
 * ok 2 - a thousand children live at once
 * ok 3 - each found the old page and has its own now
 * ok 4 - each has the others' pages as they were, and still its own
 * ok 5 - so has the parent
 * ok 6 - all is well with all of them alive
 * ok 7 - all ended well
 * ok 8 - their frames are free again
 * ok 9 - all is well
 * 1..9
 */
#include "counts.h"
#include "knob.h"

#include <sys/mman.h>

#define CHILDREN 1000
#define PAGE 4096L

static char *base;
static long pages;

/* Child n's page: spread over all the tables. */
static volatile int *
page_of(int n)
{
    return (int *)(base + n * (pages / CHILDREN) * PAGE);
}

/* Sixteen other pages and one's own. */
static int
others_kept(int n)
{
    for (int i = 1; i <= 16; i++) {
        int other = (n + i * 61) % CHILDREN;
        if (page_of(other)[5] != other || page_of(other)[1023] != other) {
            return 0;
        }
    }
    return page_of(n)[5] == -n - 1 && page_of(n)[1023] == n;
}

/* Write, say so, wait for the end of the gate, look again. */
static void
child(int n, int gate[2], int out)
{
    char c;
    int good = page_of(n)[5] == n;

    close(gate[1]);
    page_of(n)[5] = -n - 1;
    good &= page_of(n)[5] == -n - 1;
    write(out, good ? "y" : "n", 1);
    read(gate[0], &c, 1);
    _exit(others_kept(n) ? 3 : 4);
}

static int
count_answers(int in, int want)
{
    int good = 0;
    char c;

    while (want-- > 0 && read(in, &c, 1) == 1) {
        good += c == 'y';
    }
    return good;
}

static void
test(void)
{
    int gate[2], out[2], made = 0, good = 0, status, kept = 1;

    pipe(gate);
    pipe(out);
    for (int n = 0; n < CHILDREN; n++) {
        pid_t pid = fork();
        if (pid == 0) {
            child(n, gate, out[1]);
        }
        made += pid > 0;
    }
    is(made, CHILDREN, "a thousand children live at once");
    is(count_answers(out[0], made), CHILDREN,
        "each found the old page and has its own now");
    for (int n = 0; n < CHILDREN; n += 7) {
        kept &= page_of(n)[5] == n;
        page_of(n)[6] = n + 1;
    }
    status = counts_well();
    close(gate[0]);
    close(gate[1]);
    for (int n = 0; n < CHILDREN; n++) {
        int one;
        good += wait(&one) > 0 && one == 0x300;
    }
    is(good, CHILDREN,
        "each has the others' pages as they were, and still its own");
    ok(kept, "so has the parent");
    ok(status, "all is well with all of them alive");
    fails(wait(NULL), ECHILD, "all ended well");
    close(out[0]);
    close(out[1]);
}

int
main(int argc, char **argv)
{
    int by_page = strcmp(knob_get(FORK_KNOB), "page") == 0;
    long mib = argc > 1 ? atol(argv[1]) : by_page ? 8 : 64, anon;

    pages = mib << 8;
    base = mmap(NULL, pages * PAGE, PROT_READ | PROT_WRITE,
        MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);
    for (long at = 0; at < pages * PAGE; at += PAGE) {
        base[at] = 1;
    }
    for (int n = 0; n < CHILDREN; n++) {
        page_of(n)[5] = page_of(n)[1023] = n;
    }
    ok(page_of(999)[5] == 999, "the parent has its memory");
    anon = counts_get("anon");
    test();
    is(counts_get("anon") - anon, 0, "their frames are free again");
    ok(counts_well(), "all is well");
    return done();
}

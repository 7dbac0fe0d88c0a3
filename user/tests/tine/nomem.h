/*
 * nomem.h: the allocation sweep. Make one call again and again, each time in a
 * new process in which allocation number N fails, for N = 1, 2, 3, until the
 * call makes fewer than N: once so that only number N fails, and once so that
 * all from N on fail. Each time the call must fail with an errno that it may
 * have, with nothing changed, and must succeed when it is made again; or a page
 * fault fails and kills the process, and no other. Each time nothing may be
 * lost, and the checkers must find no violation.
 *
 * With the argument `count' a test prints the number of these points, for
 * tools/sweep; without it not, since a change of the kernel may change them.
 */
#pragma once

#include "nomem_run.h"

#include <limits.h>

#define POINTS_MAX 400
#define SWEEPS_MAX 8

static int counting; /* tell the number of points */

/* Fail each allocation. => how many there were; -1 if something is wrong */
static long
sweep(const struct op *op, const char *way)
{
    int ending = run(op, way, NO_POINT);
    int good = ending == NO_SUCH_POINT;
    long n = NO_POINT;

    if (good) {
        set_base();
        for (n = 1; n < POINTS_MAX; n++) {
            ending = run(op, way, n);
            good = settled();
            if (ending == NO_SUCH_POINT || !may_end(op, ending, n) || !good) {
                break;
            }
        }
    }
    good &= ending == NO_SUCH_POINT && (n > 1 || (op->flags & NEVER));
    if (!good) {
        tell(op, way, n, ending);
    }
    return good ? n - 1 : -1;
}

/* The same; the kernel's own frames may become more, but not by one for each of
 * the last few sweeps. (By how they are spread over its pages, the same objects
 * of the heap take some frames more or less.) */
static long
sweep_often(const struct op *op, const char *way)
{
    long most = LONG_MIN; /* so many at the start of one, less those before */

    for (int i = 0; i < SWEEPS_MAX; i++) {
        long points = sweep(op, way);
        if (base_kernel - i > most) {
            most = base_kernel - i;
        }
        if (points < 0 || counts_find("kernel") - i <= most
            || (op->flags & GROWS)) {
            return points;
        }
    }
    printf("# %s, %s: the kernel's frames grow\n", op->name, way);
    return -1;
}

/* In one mode of fork, both ways. => whether all is well */
static int
sweep_both(const struct op *op, const char *mode)
{
    long from, once;

    board->where = 0;
    once = sweep_often(op, "once");
    from = sweep_often(op, "from");
    if (counting && once >= 0 && from >= 0) {
        printf("%s%s%s: %ld points once, %ld from\n", op->name,
            *mode ? ", " : "", mode, once, from);
    }
    return once >= 0 && from >= 0;
}

static void
sweep_op(const struct op *op, const char *mode)
{
    static const char *const modes[] = { "eager", "page", "table", "tree" };
    int good = op->modes != 0 || sweep_both(op, "");

    for (int i = 0; i < 4; i++) {
        if (op->modes & 1 << i) {
            good &= knob_set(FORK_KNOB, modes[i]) == 0;
            good &= sweep_both(op, modes[i]);
        }
    }
    knob_set(FORK_KNOB, mode);
    if (!counting || !good) {
        ok(good, op->name);
    }
}

/* main of a program that an operation has executed: exit with the number of
 * points, including the page faults of its own start. */
static int
landed(void)
{
    write(KNOB, "off", 3);
    return (int)passed();
}

/* main: sweep all of these, as the arguments say. */
static inline int
sweep_all(const struct op *ops, int count, int argc, char *const argv[])
{
    static const struct op nothing;
    sigset_t mask = SIGNAL_BIT(SIGUSR1);
    char mode[64];

    if (argc > 1 && strcmp(argv[1], "landed") == 0) {
        return landed();
    }
    counting = argc > 1 && strcmp(argv[1], "count") == 0;
    counts_fd = open(COUNTS_FILE, O_RDONLY);
    dup2(open(NOMEM_KNOB, O_RDWR), KNOB);
    board = mmap(NULL, PAGE, RW, MAP_SHARED | MAP_ANONYMOUS, -1, 0);
    area_make();
    strcpy(mode, knob_get(FORK_KNOB));
    signal(SIGUSR2, SIG_IGN);
    sigprocmask(SIG_BLOCK, &mask, NULL);
    alone = counts_get("processes");
    CALL(SYS_getpid, 0);
    try_call(&nothing, "once", NO_POINT); /* so that its pages are there */
    for (int i = 0; i < count; i++) {
        sweep_op(&ops[i], mode);
    }
    if (!counting) {
        return done();
    }
    return tap_failures != 0;
}

/*
 * tsc.c: the time-stamp counter goes up. With the argument `delta` it prints by
 * how much during a fixed loop, which is the same each time under --icount.
 */
#include "tap.h"

#include "now.h"

static int
nothing(void *arg)
{
    (void)arg;
    return 0;
}

/* Work for the user and for the kernel. */
static unsigned long
measure(void)
{
    unsigned long start = read_tsc();
    for (volatile int i = 0; i < 100000; i++) {
    }
    for (int i = 0; i < 20; i++) {
        in_child(nothing, NULL);
    }
    return read_tsc() - start;
}

int
main(int argc, char **argv)
{
    if (argc > 1 && strcmp(argv[1], "delta") == 0) {
        printf("%lu\n", measure());
        return 0;
    }
    ok(measure() > 0, "the time-stamp counter goes up");
    return done();
}

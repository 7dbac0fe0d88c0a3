/* seq [FIRST [STEP]] LAST: print whole numbers, one on each line. */
#include <err.h>
#include <stdlib.h>

#include "lib/tool.h"

static long
whole(const char *text)
{
    char *end;
    long value = strtol(text, &end, 10);

    if (end == text || *end != '\0') {
        errx(1, "%s: not a whole number", text);
    }
    return value;
}

int
main(int argc, char **argv)
{
    if (argc < 2 || argc > 4) {
        usage(1, "seq [FIRST [STEP]] LAST");
    }
    long first = argc > 2 ? whole(argv[1]) : 1;
    long step = argc > 3 ? whole(argv[2]) : 1;
    long last = whole(argv[argc - 1]);
    if (step == 0) {
        errx(1, "a step of 0 leads nowhere");
    }
    bool over = false; /* the range of a long */
    for (long n = first; !over && (step > 0 ? n <= last : n >= last);) {
        printf("%ld\n", n);
        over = __builtin_add_overflow(n, step, &n);
    }
    return finish(true);
}

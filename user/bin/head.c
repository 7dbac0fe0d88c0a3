/*
 * head [-qv] [-n LINES | -c BYTES | -LINES] [FILE...]: write the first lines
 * (by default 10) of each file. Several files get titles; with -v also a single
 * file, with -q none.
 */
#include "lib/tool.h"

static struct ends ends;

static void
head(FILE *file)
{
    int c;

    for (long left = ends.count; left > 0 && (c = getc(file)) != EOF;) {
        putchar(c);
        left -= ends.bytes || c == '\n';
    }
    fflush(file); /* another program may read the rest of it */
}

int
main(int argc, char **argv)
{
    return each_end(argc, argv, "head [-qv] [-n LINES | -c BYTES | -LINES] "
                    "[FILE...]", &ends, head);
}

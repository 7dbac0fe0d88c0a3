/*
 * head [-qv] [-n LINES | -c BYTES | -LINES] [FILE...]: write the first lines
 * (10) of each file; a title in front if there are several, or with -v, and
 * none with -q.
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
    fflush(file); /* what is behind may be another program's to read */
}

int
main(int argc, char **argv)
{
    return each_end(argc, argv, "head [-qv] [-n LINES | -c BYTES | -LINES] "
                    "[FILE...]", &ends, head);
}

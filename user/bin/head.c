/*
 * head [-qv] [-n LINES | -c BYTES | -LINES] [FILE...]: write the first lines
 * (10) of each file; a title in front if there are several, or with -v, and
 * none with -q.
 */
#include <ctype.h>
#include <unistd.h>

#include "lib/tool.h"

#define USAGE "head [-qv] [-n LINES | -c BYTES | -LINES] [FILE...]"

static long count = 10;
static bool bytes;
static bool titles;

static bool
head(FILE *file, const char *name)
{
    static bool later;
    int c;

    if (titles) {
        printf("%s==> %s <==\n", later ? "\n" : "",
               file == stdin ? "standard input" : name);
        later = true;
    }
    for (long left = count; left > 0 && (c = getc(file)) != EOF;) {
        putchar(c);
        left -= bytes || c == '\n';
    }
    fflush(file); /* what is behind may be another program's to read */
    return true;
}

int
main(int argc, char **argv)
{
    int option;
    bool digits = false;
    bool quiet = false;

    while ((option = getopt(argc, argv, "0123456789c:n:qv")) != -1) {
        if (option == '?') {
            usage(1, USAGE);
        }
        if (isdigit(option)) {
            count = (digits ? 10 * count : 0) + option - '0';
            digits = true;
            bytes = false;
        } else if (option == 'q' || option == 'v') {
            quiet = option == 'q';
            titles = option == 'v';
        } else {
            count = number(optarg, 1);
            bytes = option == 'c';
        }
    }
    titles = titles || (argc - optind > 1 && !quiet);
    return finish(each_input(argv + optind, head));
}

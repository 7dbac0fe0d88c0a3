/*
 * tail [-qv] [-n LINES | -c BYTES | -LINES] [FILE...]: write the last lines
 * (10) of each file, or with +LINES, as in -n +3, all from that one on; a title
 * in front if there are several, or with -v, and none with -q.
 */
#include <ctype.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "lib/tool.h"

#define USAGE "tail [-qv] [-n LINES | -c BYTES | -LINES] [FILE...]"

static long count = 10;
static bool bytes;
static bool from_start;
static bool titles;

/* => the whole file, `length` bytes */
static char *
read_all(FILE *file, size_t *length)
{
    size_t room = 4096;
    char *data = grow(NULL, room);

    *length = 0;
    for (;;) {
        size_t n = fread(data + *length, 1, room - *length, file);
        *length += n;
        if (*length < room) {
            return data;
        }
        room *= 2;
        data = grow(data, room);
    }
}

/* Skip `lines` lines from the start. */
static size_t
skip_lines(const char *data, size_t length, long lines)
{
    size_t at = 0;

    for (; lines > 0 && at < length; lines--) {
        const char *end = memchr(data + at, '\n', length - at);
        at = end == NULL ? length : (size_t)(end - data) + 1;
    }
    return at;
}

/* Where the last `lines` lines begin. */
static size_t
last_lines(const char *data, size_t length, long lines)
{
    size_t at = length;

    if (lines == 0) {
        return length;
    }
    while (at > 0) {
        /* The newline that ends the last line begins no further one. */
        if (data[at - 1] == '\n' && at < length && --lines == 0) {
            break;
        }
        at--;
    }
    return at;
}

static size_t
find_start(const char *data, size_t length)
{
    size_t n = (size_t)count;

    if (from_start) {
        n -= n > 0;
        return !bytes ? skip_lines(data, length, (long)n)
                      : n < length ? n : length;
    }
    return !bytes ? last_lines(data, length, count)
                  : length - (n < length ? n : length);
}

static bool
tail(FILE *file, const char *name)
{
    static bool later;
    size_t length;

    if (titles) {
        printf("%s==> %s <==\n", later ? "\n" : "",
               file == stdin ? "standard input" : name);
        later = true;
    }
    char *data = read_all(file, &length);
    size_t start = find_start(data, length);
    fwrite(data + start, 1, length - start, stdout);
    free(data);
    return true;
}

static void
take_count(const char *text)
{
    from_start = *text == '+';
    count = number(text + (*text == '+' || *text == '-'), 1);
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
            bytes = from_start = false;
        } else if (option == 'q' || option == 'v') {
            quiet = option == 'q';
            titles = option == 'v';
        } else {
            take_count(optarg);
            bytes = option == 'c';
        }
    }
    if (optind < argc && argv[optind][0] == '+' && isdigit(argv[optind][1])) {
        take_count(argv[optind++]);
    }
    titles = titles || (argc - optind > 1 && !quiet);
    return finish(each_input(argv + optind, tail));
}

/*
 * tail [-qv] [-n LINES | -c BYTES | -LINES] [FILE...]: write the last lines (by
 * default 10) of each file; with a plus, as in -n +3, all from line 3 on.
 * Several files get titles; with -v also a single file, with -q none.
 */
#include <stdlib.h>
#include <string.h>

#include "lib/tool.h"

static struct ends ends;

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

/* => where the last `lines` lines begin */
static size_t
last_lines(const char *data, size_t length, long lines)
{
    size_t at = length;

    if (lines == 0) {
        return length;
    }
    while (at > 0) {
        /* No line begins behind the newline at the end of the file. */
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
    long skipped = ends.count - (ends.count > 0); /* both +0 and +1 mean all */

    if (!ends.bytes) {
        return ends.from_start ? skip_lines(data, length, skipped)
                               : last_lines(data, length, ends.count);
    }
    size_t n = (size_t)(ends.from_start ? skipped : ends.count);
    n = n < length ? n : length;
    return ends.from_start ? n : length - n;
}

static void
tail(FILE *file)
{
    size_t length;
    char *data = read_all(file, &length);
    size_t start = find_start(data, length);

    fwrite(data + start, 1, length - start, stdout);
    free(data);
}

int
main(int argc, char **argv)
{
    return each_end(argc, argv, "tail [-qv] [-n LINES | -c BYTES | -LINES] "
                    "[FILE...]", &ends, tail);
}

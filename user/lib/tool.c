/* Usage, questions, numbers, memory, exit status, paths: see tool.h. */
#include <ctype.h>
#include <err.h>
#include <stdarg.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "lib/tool.h"

void
usage(int status, const char *text)
{
    fprintf(stderr, "usage: %s\n", text);
    exit(status);
}

void
no_options(int argc, char **argv, int status, const char *text)
{
    if (getopt(argc, argv, "+") != -1) {
        usage(status, text);
    }
}

bool
complain(const char *what)
{
    warn("%s", what);
    return false;
}

bool
confirm(const char *fmt, ...)
{
    static char *line;
    static size_t room;
    va_list ap;

    fflush(stdout);
    va_start(ap, fmt);
    vfprintf(stderr, fmt, ap);
    va_end(ap);
    return getline(&line, &room, stdin) > 0 && tolower(line[0]) == 'y';
}

int
finish(bool ok)
{
    if (fflush(stdout) < 0 || ferror(stdout)) {
        err(EXIT_FAILURE, "write");
    }
    return ok ? EXIT_SUCCESS : EXIT_FAILURE;
}

long
number(const char *text, int status)
{
    char *end;
    long value = strtol(text, &end, 10);

    if (!isdigit(*text) || *end != '\0') {
        errx(status, "%s: not a number", text);
    }
    return value;
}

void *
grow(void *old, size_t size)
{
    void *more = realloc(old, size);

    if (more == NULL) {
        err(2, "memory");
    }
    return more;
}

char *
join(const char *directory, const char *name)
{
    size_t length = strlen(directory);
    const char *slash = length > 0 && directory[length - 1] == '/' ? "" : "/";
    size_t size = length + strlen(name) + 2;
    char *path = grow(NULL, size);

    snprintf(path, size, "%s%s%s", directory, slash, name);
    return path;
}

char *
last_part(const char *path)
{
    size_t end = strlen(path);

    while (end > 1 && path[end - 1] == '/') {
        end--;
    }
    size_t start = end;
    while (start > 0 && path[start - 1] != '/') {
        start--;
    }
    if (start == end && end > 0) {
        start--; /* the root */
    }
    char *part = grow(NULL, end - start + 1);
    memcpy(part, path + start, end - start);
    part[end - start] = '\0';
    return part;
}

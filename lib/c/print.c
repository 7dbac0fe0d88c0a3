/* printf and its relations: the formatter of lib/common over a stream. */
#include <assert.h>
#include <errno.h>
#include <limits.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "c/file.h"
#include "common/format.h"

static void
put_in_file(void *arg, char c)
{
    file_put(arg, c);
}

int
vfprintf(FILE *file, const char *fmt, va_list ap)
{
    if (file_begin_write(file) < 0) {
        return -1;
    }
    int n = format_to(put_in_file, file, fmt, ap);
    return file_end_write(file) < 0 ? -1 : n;
}

int
vprintf(const char *fmt, va_list ap)
{
    return vfprintf(stdout, fmt, ap);
}

int
printf(const char *fmt, ...)
{
    va_list ap;

    va_start(ap, fmt);
    int n = vfprintf(stdout, fmt, ap);
    va_end(ap);
    return n;
}

int
fprintf(FILE *file, const char *fmt, ...)
{
    va_list ap;

    va_start(ap, fmt);
    int n = vfprintf(file, fmt, ap);
    va_end(ap);
    return n;
}

/* Uses a stream that lives for one call, so stdout's state does not change. */
int
dprintf(int fd, const char *fmt, ...)
{
    struct stdio_file file;
    char storage[STORAGE_SIZE];
    va_list ap;

    file_init(&file, fd, FILE_WRITE | FILE_UNBUFFERED, storage);
    va_start(ap, fmt);
    int n = vfprintf(&file, fmt, ap);
    va_end(ap);
    return n;
}

int
sprintf(char *buf, const char *fmt, ...)
{
    va_list ap;

    va_start(ap, fmt);
    int n = vsnprintf(buf, INT_MAX, fmt, ap);
    va_end(ap);
    return n;
}

void
perror(const char *prefix)
{
    const char *text = strerror(errno);

    if (prefix != NULL && *prefix != '\0') {
        fprintf(stderr, "%s: %s\n", prefix, text);
    } else {
        fprintf(stderr, "%s\n", text);
    }
}

_Noreturn void
assert_failed(const char *condition, const char *file, int line)
{
    fflush(stdout);
    dprintf(STDERR_FILENO, "%s:%d: assertion failed: %s\n", file, line,
            condition);
    abort();
}

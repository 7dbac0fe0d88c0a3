/* Streams: reading through a buffer (stdio.c has the rest). */
#include <errno.h>
#include <stdbool.h>
#include <stdio.h>
#include <string.h>
#include <unistd.h>

#include "c/file.h"
#include "c/thread.h"

/* Read into the empty buffer. => false at the end of file or on an error */
static bool
fill(FILE *file)
{
    if ((file->flags & FILE_READ) == 0) {
        errno = EBADF;
        file->flags |= FILE_ERROR;
        return false;
    }
    if ((file->flags & FILE_WRITING) != 0) {
        file_flush(file);
    }
    size_t want = (file->flags & FILE_UNBUFFERED) != 0 ? 1 : BUFSIZ;
    ssize_t n = read(file->fd, file->storage + 1, want);
    file->at = file->end = 1;
    if (n <= 0) {
        file->flags |= n == 0 ? FILE_EOF : FILE_ERROR;
        return false;
    }
    file->end += (size_t)n;
    return true;
}

static bool
have_input(FILE *file)
{
    return ((file->flags & FILE_WRITING) == 0 && file->at < file->end) ||
           fill(file);
}

int
file_get(FILE *file)
{
    return have_input(file) ? (unsigned char)file->storage[file->at++] : EOF;
}

int
fgetc(FILE *file)
{
    own_lock(&file->lock);
    int c = file_get(file);
    own_unlock(&file->lock);
    return c;
}

int
getc(FILE *file)
{
    return fgetc(file);
}

int
getchar(void)
{
    return fgetc(stdin);
}

int
ungetc(int c, FILE *file)
{
    own_lock(&file->lock);
    if (c == EOF || (file->flags & FILE_WRITING) != 0 || file->at == 0) {
        c = EOF;
    } else {
        file->storage[--file->at] = (char)c;
        file->flags &= ~(unsigned)FILE_EOF;
        c = (unsigned char)c;
    }
    own_unlock(&file->lock);
    return c;
}

char *
fgets(char *line, int size, FILE *file)
{
    int n = 0;

    own_lock(&file->lock);
    while (n + 1 < size && have_input(file)) {
        line[n++] = file->storage[file->at++];
        if (line[n - 1] == '\n') {
            break;
        }
    }
    bool failed = n == 0 || ferror(file);
    own_unlock(&file->lock);
    if (failed) {
        return NULL;
    }
    line[n] = '\0';
    return line;
}

size_t
fread(void *data, size_t size, size_t count, FILE *file)
{
    char *to = data;
    size_t left = size * count;

    own_lock(&file->lock);
    while (left > 0 && have_input(file)) {
        size_t n = file->end - file->at;
        n = n < left ? n : left;
        memcpy(to, file->storage + file->at, n);
        file->at += n;
        to += n;
        left -= n;
    }
    own_unlock(&file->lock);
    return size == 0 ? 0 : (size * count - left) / size;
}

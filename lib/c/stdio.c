/*
 * Streams: opening, flushing, and writing through a buffer (input.c reads).
 *
 * Essential fact: a stream is either reading or writing (FILE_WRITING says
 * which), and one buffer serves both. A change flushes what was written, or
 * seeks back over what was read ahead. Errors stay in the flags, so code
 * between file_begin_write and file_end_write need not check them.
 *
 * With threads, each stream has its lock, and their list another (first).
 */
#include <errno.h>
#include <fcntl.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "c/file.h"
#include "c/thread.h"

/* Separate from the streams: so a program's initialised data stay small. */
static char input_storage[STORAGE_SIZE];
static char output_storage[STORAGE_SIZE];
static char error_storage[STORAGE_SIZE];

static struct stdio_file error_file = {
    .storage = error_storage,
    .fd = STDERR_FILENO,
    .flags = FILE_WRITE | FILE_UNBUFFERED,
    .at = 1,
    .end = 1,
};
static struct stdio_file output_file = {
    .storage = output_storage,
    .fd = STDOUT_FILENO,
    .flags = FILE_WRITE | FILE_UNDECIDED,
    .at = 1,
    .end = 1,
    .next = &error_file,
};
static struct stdio_file input_file = {
    .storage = input_storage,
    .fd = STDIN_FILENO,
    .flags = FILE_READ,
    .at = 1,
    .end = 1,
    .next = &output_file,
};

FILE *const stdin = &input_file;
FILE *const stdout = &output_file;
FILE *const stderr = &error_file;

int streams_lock;
static struct stdio_file *open_files = &input_file;

/* The open flags of a mode such as "r", "w+" or "ae"; -1 if it is none. */
static int
mode_flags(const char *mode)
{
    int flags = strchr(mode, '+') != NULL ? O_RDWR
                : *mode == 'r'            ? O_RDONLY
                                          : O_WRONLY;

    if (strchr(mode, 'e') != NULL) {
        flags |= O_CLOEXEC;
    }
    switch (*mode) {
    case 'r':
        return flags;
    case 'w':
        return flags | O_CREAT | O_TRUNC;
    case 'a':
        return flags | O_CREAT | O_APPEND;
    default:
        errno = EINVAL;
        return -1;
    }
}

void
file_init(FILE *file, int fd, unsigned flags, char *storage)
{
    file->storage = storage;
    file->fd = fd;
    file->flags = flags;
    file->lock = 0;
    file->at = file->end = 1;
}

FILE *
fdopen(int fd, const char *mode)
{
    int flags = mode_flags(mode);
    if (flags < 0) {
        return NULL;
    }
    FILE *file = malloc(sizeof(*file) + STORAGE_SIZE);
    if (file == NULL) {
        return NULL;
    }
    int access = flags & O_ACCMODE;
    file_init(file, fd,
              (access != O_WRONLY ? FILE_READ : 0) |
                  (access != O_RDONLY ? FILE_WRITE : 0),
              (char *)(file + 1));
    own_lock(&streams_lock);
    file->next = open_files;
    open_files = file;
    own_unlock(&streams_lock);
    return file;
}

FILE *
fopen(const char *path, const char *mode)
{
    int flags = mode_flags(mode);
    if (flags < 0) {
        return NULL;
    }
    int fd = open(path, flags, 0666);
    if (fd < 0) {
        return NULL;
    }
    FILE *file = fdopen(fd, mode);
    if (file == NULL) {
        close(fd);
    }
    return file;
}

int
fclose(FILE *file)
{
    int result = fflush(file);

    own_lock(&streams_lock);
    for (FILE **at = &open_files; *at != NULL; at = &(*at)->next) {
        if (*at == file) {
            *at = file->next;
            break;
        }
    }
    own_unlock(&streams_lock);
    if (close(file->fd) < 0) {
        result = EOF;
    }
    if (file != stdin && file != stdout && file != stderr) {
        free(file);
    }
    return result;
}

static int
write_all(FILE *file, const char *data, size_t n)
{
    while (n > 0) {
        ssize_t done = write(file->fd, data, n);
        if (done <= 0) {
            file->flags |= FILE_ERROR;
            return EOF;
        }
        data += done;
        n -= (size_t)done;
    }
    return 0;
}

int
file_flush(FILE *file)
{
    int result = 0;

    if ((file->flags & FILE_WRITING) == 0 && file->at == 1 && file->end == 1) {
        return 0; /* no store: after a fork it would copy the page */
    }
    if ((file->flags & FILE_WRITING) != 0) {
        result = write_all(file, file->storage + 1, file->at - 1);
        file->flags &= ~(unsigned)FILE_WRITING;
    } else if (file->at < file->end) {
        int saved = errno;
        lseek(file->fd, -(off_t)(file->end - file->at), SEEK_CUR);
        errno = saved;
    }
    file->at = file->end = 1;
    return result;
}

/* But not a stream that another thread reads: that may take for ever. */
static int
flush_all(void)
{
    int result = 0;

    own_lock(&streams_lock);
    for (FILE *file = open_files; file != NULL; file = file->next) {
        if (!threaded || lock_try(&file->lock) == 0
            || ((file->flags & FILE_WRITING) != 0
                && lock_take(&file->lock, NULL) == 0)) {
            result |= file_flush(file);
            own_unlock(&file->lock);
        }
    }
    own_unlock(&streams_lock);
    return result;
}

void
streams_unlock_all(void)
{
    for (FILE *file = open_files; file != NULL; file = file->next) {
        if (file->lock != 0) {
            file->lock = 0;
        }
    }
}

int
fflush(FILE *file)
{
    int result;

    if (file == NULL) {
        return flush_all();
    }
    own_lock(&file->lock);
    result = file_flush(file);
    own_unlock(&file->lock);
    return result;
}

int
setvbuf(FILE *file, char *buf, int mode, size_t size)
{
    (void)buf;
    (void)size; /* the stream keeps its own buffer, as C allows */
    file->flags &= ~(unsigned)(FILE_LINE | FILE_UNBUFFERED | FILE_UNDECIDED);
    file->flags |= mode == _IONBF   ? FILE_UNBUFFERED
                   : mode == _IOLBF ? FILE_LINE
                                    : 0;
    return 0;
}

int
fileno(FILE *file)
{
    return file->fd;
}

int
feof(FILE *file)
{
    return (file->flags & FILE_EOF) != 0;
}

int
ferror(FILE *file)
{
    return (file->flags & FILE_ERROR) != 0;
}

void
clearerr(FILE *file)
{
    file->flags &= ~(unsigned)(FILE_EOF | FILE_ERROR);
}

/* Writing. */

int
file_begin_write(FILE *file)
{
    own_lock(&file->lock);
    if ((file->flags & FILE_WRITE) == 0) {
        errno = EBADF;
        file->flags |= FILE_ERROR;
        own_unlock(&file->lock);
        return EOF;
    }
    if ((file->flags & FILE_UNDECIDED) != 0) {
        int saved = errno;
        file->flags &= ~(unsigned)FILE_UNDECIDED;
        file->flags |= isatty(file->fd) ? FILE_LINE : 0;
        errno = saved;
    }
    if ((file->flags & FILE_WRITING) == 0) {
        file_flush(file);
        file->flags |= FILE_WRITING;
    }
    return 0;
}

/* Flush what this stream does not keep. */
static int
flush_line(FILE *file)
{
    size_t waiting = file->at - 1;

    if ((file->flags & FILE_UNBUFFERED) != 0 ||
        ((file->flags & FILE_LINE) != 0 &&
         memchr(file->storage + 1, '\n', waiting) != NULL)) {
        return file_flush(file);
    }
    return 0;
}

int
file_end_write(FILE *file)
{
    int result = flush_line(file);

    own_unlock(&file->lock);
    return result;
}

void
file_put(FILE *file, char c)
{
    if (file->at == STORAGE_SIZE) {
        write_all(file, file->storage + 1, BUFSIZ);
        file->at = 1;
    }
    file->storage[file->at++] = c;
}

void
file_write(FILE *file, const char *data, size_t n)
{
    while (n > 0) {
        size_t room = STORAGE_SIZE - file->at;
        if (room == 0) {
            file_put(file, *data++);
            n--;
            continue;
        }
        size_t part = n < room ? n : room;
        memcpy(file->storage + file->at, data, part);
        file->at += part;
        data += part;
        n -= part;
    }
}

size_t
fwrite(const void *data, size_t size, size_t count, FILE *file)
{
    if (size == 0 || file_begin_write(file) < 0) {
        return 0;
    }
    unsigned before = file->flags & FILE_ERROR;
    file->flags &= ~(unsigned)FILE_ERROR;
    file_write(file, data, size * count);
    flush_line(file);
    bool failed = ferror(file);
    file->flags |= before;
    own_unlock(&file->lock);
    return failed ? 0 : count;
}

int
fputs(const char *s, FILE *file)
{
    size_t length = strlen(s);

    return fwrite(s, 1, length, file) == length ? 0 : EOF;
}

int
puts(const char *s)
{
    if (file_begin_write(stdout) < 0) {
        return EOF;
    }
    file_write(stdout, s, strlen(s));
    file_put(stdout, '\n');
    return file_end_write(stdout);
}

int
fputc(int c, FILE *file)
{
    char byte = (char)c;

    return fwrite(&byte, 1, 1, file) == 1 ? (unsigned char)byte : EOF;
}

int
putc(int c, FILE *file)
{
    return fputc(c, file);
}

int
putchar(int c)
{
    return fputc(c, stdout);
}

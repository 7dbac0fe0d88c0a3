#pragma once

/*
 * What a stream is inside, for stdio.c and print.c.
 *
 *     storage  [0][1 ............. BUFSIZ]   byte 0 takes an ungetc
 *     reading      next byte at `at`, the bytes read end at `end`
 *     writing      bytes 1..at wait to be written
 */

#include <stdio.h>

enum {
    FILE_READ = 1,      /* may be read */
    FILE_WRITE = 2,     /* may be written */
    FILE_WRITING = 4,   /* the buffer holds bytes to write */
    FILE_LINE = 8,      /* flushed at each newline */
    FILE_UNBUFFERED = 16, /* flushed after each call */
    FILE_UNDECIDED = 32, /* stdout before its first use: is it a tty? */
    FILE_EOF = 64,
    FILE_ERROR = 128,
};

struct stdio_file {
    int fd;
    unsigned flags;
    int lock; /* guards all but fd and next */
    size_t at;
    size_t end;
    struct stdio_file *next; /* all open streams */
    char *storage;           /* STORAGE_SIZE bytes */
};

#define STORAGE_SIZE (1 + BUFSIZ)

/* Make `file` an empty stream over fd; it is put on no list. */
void file_init(FILE *file, int fd, unsigned flags, char *storage);

/* Bracket a call that writes, and lock the stream meanwhile: file_begin_write
 * gives EOF if it may not write; then there is nothing to end. */
int file_begin_write(FILE *file);
int file_end_write(FILE *file);

/* Between the brackets: add bytes to the buffer. */
void file_put(FILE *file, char c);
void file_write(FILE *file, const char *data, size_t n);

/* Write the buffer, or give back what was read ahead if the file can seek. */
int file_flush(FILE *file);

/* fgetc, for a caller that has the lock. */
int file_get(FILE *file);

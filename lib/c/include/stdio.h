#pragma once

/*
 * Buffered streams. stdout is flushed at each newline on a terminal and when
 * the buffer is full otherwise, stderr after each call; all at exit. And two
 * calls for names that C knows, with their Linux kin.
 */

#include <stdarg.h>

#include "abi/fcntl.h"
#include "abi/posix.h"

#define EOF (-1)
#define BUFSIZ 4096
#define L_ctermid 9 /* bytes of ctermid's name */

#define _IOFBF 0
#define _IOLBF 1
#define _IONBF 2

typedef struct stdio_file FILE;

extern FILE *const stdin;
extern FILE *const stdout;
extern FILE *const stderr;

int rename(const char *from, const char *to);
int renameat(int from_dir, const char *from, int to_dir, const char *to);
int renameat2(int from_dir, const char *from, int to_dir, const char *to,
              unsigned flags);
int remove(const char *path);
char *ctermid(char *buf);

FILE *fopen(const char *path, const char *mode);
FILE *fdopen(int fd, const char *mode);
int fclose(FILE *file);
FILE *popen(const char *command, const char *mode);
int pclose(FILE *file);
int fflush(FILE *file);
int setvbuf(FILE *file, char *buf, int mode, size_t size);
int fileno(FILE *file);
int feof(FILE *file);
int ferror(FILE *file);
void clearerr(FILE *file);

size_t fread(void *data, size_t size, size_t count, FILE *file);
int fgetc(FILE *file);
int getc(FILE *file);
int getchar(void);
int ungetc(int c, FILE *file);
char *fgets(char *line, int size, FILE *file);
ssize_t getline(char **line, size_t *room, FILE *file);

size_t fwrite(const void *data, size_t size, size_t count, FILE *file);
int fputc(int c, FILE *file);
int putc(int c, FILE *file);
int putchar(int c);
int fputs(const char *s, FILE *file);
int puts(const char *s);
void perror(const char *prefix);

#define PRINTF_LIKE(fmt, args) __attribute__((format(printf, fmt, args)))

int printf(const char *fmt, ...) PRINTF_LIKE(1, 2);
int fprintf(FILE *file, const char *fmt, ...) PRINTF_LIKE(2, 3);
int dprintf(int fd, const char *fmt, ...) PRINTF_LIKE(2, 3);
int sprintf(char *buf, const char *fmt, ...) PRINTF_LIKE(2, 3);
int snprintf(char *buf, size_t size, const char *fmt, ...) PRINTF_LIKE(3, 4);
int vprintf(const char *fmt, va_list ap) PRINTF_LIKE(1, 0);
int vfprintf(FILE *file, const char *fmt, va_list ap) PRINTF_LIKE(2, 0);
int vsnprintf(char *buf, size_t size, const char *fmt, va_list ap)
    PRINTF_LIKE(3, 0);

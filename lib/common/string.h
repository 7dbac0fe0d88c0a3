#pragma once

/*
 * Memory and string functions for the kernel and for user programs, with the
 * names and contracts of ISO C (strnlen: POSIX, strlcpy: BSD). The compiler
 * itself calls memcpy, memmove, memset and memcmp. In the kernel they are for
 * kernel memory only: mm/usercopy.h is for user memory.
 */

#include <stddef.h>

void *memcpy(void *restrict dst, const void *restrict src, size_t n);
void *memmove(void *dst, const void *src, size_t n);
void *memset(void *dst, int c, size_t n);
int memcmp(const void *a, const void *b, size_t n);
void *memchr(const void *s, int c, size_t n);

size_t strlen(const char *s);
size_t strnlen(const char *s, size_t max);
int strcmp(const char *a, const char *b);
int strncmp(const char *a, const char *b, size_t n);
char *strchr(const char *s, int c);
char *strrchr(const char *s, int c);

/*
 * Copy src into dst, which holds `size` bytes, cutting it if it is too long.
 * => dst ends in NUL if size > 0
 * => the length of src; the copy was cut if that is >= size
 */
size_t strlcpy(char *restrict dst, const char *restrict src, size_t size);

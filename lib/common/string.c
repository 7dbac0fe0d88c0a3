/*
 * Memory and string functions of both sides.
 *
 * Essential fact: a block of 8 bytes or more is moved in whole words. The bytes
 * that are left at its end are moved by one more word, which overlaps the last
 * one; so there are no byte loops. `rep movsq` copies a page at once;
 * it needs the direction flag clear, which the ABI promises.
 */
#include "common/string.h"

#include "abi/types.h"

/* Unaligned, aliasing access to 2, 4 and 8 bytes. */
struct half {
    u16 v;
} __attribute__((packed, may_alias));
struct word {
    u32 v;
} __attribute__((packed, may_alias));
struct quad {
    u64 v;
} __attribute__((packed, may_alias));

/*
 * A compiler replaces a loop that copies or measures by a call of memcpy or
 * strlen: here the function would call itself for ever.
 */
#define NOT_AN_IDIOM() __asm__ volatile("" ::: "memory")

/* Copy less than 8 bytes; loads before stores, so overlap does not matter. */
static void
copy_short(char *dst, const char *src, size_t n)
{
    if (n >= 4) {
        u32 head = ((const struct word *)src)->v;
        u32 tail = ((const struct word *)(src + n - 4))->v;
        ((struct word *)dst)->v = head;
        ((struct word *)(dst + n - 4))->v = tail;
    } else if (n >= 2) {
        u16 head = ((const struct half *)src)->v;
        u16 tail = ((const struct half *)(src + n - 2))->v;
        ((struct half *)dst)->v = head;
        ((struct half *)(dst + n - 2))->v = tail;
    } else if (n == 1) {
        *dst = *src;
    }
}

/* Correct for distinct blocks, and for overlapping ones with dst below src. */
static void
copy_up(char *dst, const char *src, size_t n)
{
    if (n < 8) {
        copy_short(dst, src, n);
        return;
    }
    u64 tail = ((const struct quad *)(src + n - 8))->v;
    char *to = dst;
    size_t quads = n / 8;
    __asm__ volatile("rep movsq"
                     : "+D"(to), "+S"(src), "+c"(quads)
                     :
                     : "memory");
    ((struct quad *)(dst + n - 8))->v = tail;
}

/* Correct for overlapping blocks with dst above src. */
static void
copy_down(char *dst, const char *src, size_t n)
{
    if (n < 8) {
        copy_short(dst, src, n);
        return;
    }
    u64 head = ((const struct quad *)src)->v;
    for (size_t left = n; left >= 8; left -= 8) {
        ((struct quad *)(dst + left - 8))->v =
            ((const struct quad *)(src + left - 8))->v;
        NOT_AN_IDIOM();
    }
    ((struct quad *)dst)->v = head;
}

void *
memcpy(void *restrict dst, const void *restrict src, size_t n)
{
    copy_up(dst, src, n);
    return dst;
}

void *
memmove(void *dst, const void *src, size_t n)
{
    if ((uintptr_t)dst - (uintptr_t)src >= n) {
        copy_up(dst, src, n);
    } else {
        copy_down(dst, src, n);
    }
    return dst;
}

void *
memset(void *dst, int c, size_t n)
{
    char *to = dst;
    u64 fill = (u8)c * 0x0101010101010101ul;

    if (n < 8) {
        for (size_t i = 0; i < n; i++) {
            to[i] = (char)c;
            NOT_AN_IDIOM();
        }
        return dst;
    }
    ((struct quad *)(to + n - 8))->v = fill;
    size_t quads = n / 8;
    __asm__ volatile("rep stosq"
                     : "+D"(to), "+c"(quads)
                     : "a"(fill)
                     : "memory");
    return dst;
}

int
memcmp(const void *a, const void *b, size_t n)
{
    const u8 *p = a;
    const u8 *q = b;

    while (n >= 8 &&
           ((const struct quad *)p)->v == ((const struct quad *)q)->v) {
        p += 8;
        q += 8;
        n -= 8;
    }
    for (size_t i = 0; i < n; i++) {
        if (p[i] != q[i]) {
            return p[i] - q[i];
        }
    }
    return 0;
}

void *
memchr(const void *s, int c, size_t n)
{
    const u8 *p = s;

    for (size_t i = 0; i < n; i++) {
        if (p[i] == (u8)c) {
            return (void *)(p + i);
        }
    }
    return NULL;
}

size_t
strlen(const char *s)
{
    size_t n = 0;

    while (s[n] != '\0') {
        n++;
        NOT_AN_IDIOM();
    }
    return n;
}

size_t
strnlen(const char *s, size_t max)
{
    const u64 ones = 0x0101010101010101ul;
    size_t n = 0;

    for (; max - n >= 8; n += 8) {
        u64 quad = ((const struct quad *)(s + n))->v;
        u64 zeros = (quad - ones) & ~quad & ones << 7; /* first one is exact */
        if (zeros != 0) {
            return n + (size_t)__builtin_ctzl(zeros) / 8;
        }
    }
    while (n < max && s[n] != '\0') {
        n++;
    }
    return n;
}

int
strcmp(const char *a, const char *b)
{
    size_t i = 0;

    while (a[i] == b[i] && a[i] != '\0') {
        i++;
    }
    return (u8)a[i] - (u8)b[i];
}

int
strncmp(const char *a, const char *b, size_t n)
{
    for (size_t i = 0; i < n; i++) {
        if (a[i] != b[i] || a[i] == '\0') {
            return (u8)a[i] - (u8)b[i];
        }
    }
    return 0;
}

char *
strchr(const char *s, int c)
{
    while (*s != (char)c) {
        if (*s == '\0') {
            return NULL;
        }
        s++;
    }
    return (char *)s;
}

char *
strrchr(const char *s, int c)
{
    const char *last = NULL;

    do {
        if (*s == (char)c) {
            last = s;
        }
    } while (*s++ != '\0');
    return (char *)last;
}

size_t
strlcpy(char *restrict dst, const char *restrict src, size_t size)
{
    size_t length = strlen(src);

    if (size > 0) {
        size_t n = length < size ? length : size - 1;
        memcpy(dst, src, n);
        dst[n] = '\0';
    }
    return length;
}

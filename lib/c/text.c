/* The string functions that only user programs need. */
#include <stdlib.h>
#include <string.h>

char *
strcpy(char *restrict dst, const char *restrict src)
{
    return memcpy(dst, src, strlen(src) + 1);
}

char *
strncpy(char *restrict dst, const char *restrict src, size_t n)
{
    size_t length = strnlen(src, n);

    memcpy(dst, src, length);
    memset(dst + length, 0, n - length);
    return dst;
}

char *
strcat(char *restrict dst, const char *restrict src)
{
    strcpy(dst + strlen(dst), src);
    return dst;
}

char *
strdup(const char *s)
{
    size_t size = strlen(s) + 1;
    char *copy = malloc(size);

    return copy == NULL ? NULL : memcpy(copy, s, size);
}

char *
strstr(const char *s, const char *part)
{
    size_t length = strlen(part);

    for (; strncmp(s, part, length) != 0; s++) {
        if (*s == '\0') {
            return NULL;
        }
    }
    return (char *)s;
}

size_t
strspn(const char *s, const char *accept)
{
    size_t n = 0;

    while (s[n] != '\0' && strchr(accept, s[n]) != NULL) {
        n++;
    }
    return n;
}

size_t
strcspn(const char *s, const char *reject)
{
    size_t n = 0;

    while (s[n] != '\0' && strchr(reject, s[n]) == NULL) {
        n++;
    }
    return n;
}

char *
strpbrk(const char *s, const char *accept)
{
    s += strcspn(s, accept);
    return *s == '\0' ? NULL : (char *)s;
}

char *
strtok_r(char *restrict s, const char *restrict separators,
         char **restrict rest)
{
    s = s == NULL ? *rest : s;
    if (s == NULL) {
        return NULL;
    }
    s += strspn(s, separators);
    if (*s == '\0') {
        *rest = NULL;
        return NULL;
    }
    char *end = s + strcspn(s, separators);
    *rest = *end == '\0' ? NULL : end + 1;
    *end = '\0';
    return s;
}

char *
strtok(char *restrict s, const char *restrict separators)
{
    static char *rest;

    return strtok_r(s, separators, &rest);
}

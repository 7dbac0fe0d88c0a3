/* Modes as chmod reads them: 755, u+x,go-w, a=rX. */
#include <err.h>
#include <stdlib.h>
#include <string.h>

#include "lib/tool.h"

/* The bits for a letter of ugoa, special bits included. */
static mode_t
who_bits(char letter)
{
    switch (letter) {
    case 'u':
        return S_ISUID | 0700;
    case 'g':
        return S_ISGID | 0070;
    case 'o':
        return 0007;
    default:
        return S_ISUID | S_ISGID | S_ISVTX | 0777;
    }
}

/* The bits for a letter behind + - =, for user, group and others. */
static mode_t
permission_bits(char letter, mode_t mode)
{
    switch (letter) {
    case 'r':
        return 0444;
    case 'w':
        return 0222;
    case 'x':
        return 0111;
    case 'X':
        return S_ISDIR(mode) || (mode & 0111) != 0 ? 0111 : 0;
    case 's':
        return S_ISUID | S_ISGID;
    case 't':
        return S_ISVTX;
    case 'u':
        return (mode >> 6 & 7) * 0111;
    case 'g':
        return (mode >> 3 & 7) * 0111;
    default:
        return (mode & 7) * 0111;
    }
}

/* Apply one part between commas. => behind it, or NULL if it is wrong */
static const char *
apply(const char *part, mode_t mask, mode_t *mode)
{
    mode_t who = 0;

    for (; *part != '\0' && strchr("ugoa", *part) != NULL; part++) {
        who |= who_bits(*part);
    }
    /* Without a letter of ugoa, as in +w, the umask applies. */
    mode_t allowed = who != 0 ? who : who_bits('a') & ~mask;
    if ((who & 0777) == 0777 || who == 0) {
        who = who_bits('a');
        allowed |= S_ISVTX;
    }
    if (*part == '\0' || strchr("+-=", *part) == NULL) {
        return NULL;
    }
    while (*part != '\0' && strchr("+-=", *part) != NULL) {
        char how = *part++;
        mode_t bits = 0;
        for (; *part != '\0' && strchr("rwxXstugo", *part) != NULL; part++) {
            bits |= permission_bits(*part, *mode);
        }
        bits &= allowed;
        if (how == '=') {
            /* A directory keeps its special bits. */
            *mode &= ~(S_ISDIR(*mode) ? who & ~(mode_t)06000 : who);
        }
        *mode = how == '-' ? *mode & ~bits : *mode | bits;
    }
    return part;
}

bool
mode_change(const char *text, mode_t old, mode_t *mode)
{
    char *end;
    unsigned long octal = strtoul(text, &end, 8);
    mode_t mask = umask(0);

    umask(mask);
    *mode = old;
    if (*text >= '0' && *text <= '7') {
        *mode = (old & S_IFMT) | (mode_t)octal;
        if (S_ISDIR(old) && end - text < 5) {
            *mode |= old & 06000;
        }
        if (*end == '\0' && octal <= 07777) {
            return true;
        }
    } else {
        const char *part = apply(text, mask, mode);
        while (part != NULL && *part == ',') {
            part = apply(part + 1, mask, mode);
        }
        if (part != NULL && *part == '\0') {
            return true;
        }
    }
    warnx("%s: not a mode", text);
    return false;
}

static char
kind_letter(mode_t mode)
{
    return S_ISDIR(mode)    ? 'd'
           : S_ISLNK(mode)  ? 'l'
           : S_ISCHR(mode)  ? 'c'
           : S_ISBLK(mode)  ? 'b'
           : S_ISFIFO(mode) ? 'p'
           : S_ISSOCK(mode) ? 's'
                            : '-';
}

void
mode_letters(mode_t mode, char text[MODE_LETTERS])
{
    static const char all[] = "rwxrwxrwx";

    text[0] = kind_letter(mode);
    for (int i = 0; i < 9; i++) {
        text[1 + i] = (mode & (0400u >> i)) != 0 ? all[i] : '-';
    }
    /* A special bit replaces x; it is a capital letter if x is not set. */
    for (int i = 0; i < 3; i++) {
        if ((mode & ((mode_t)S_ISUID >> i)) != 0) {
            char *x = &text[3 + 3 * i];
            *x = *x == 'x' ? "sst"[i] : "SST"[i];
        }
    }
    text[10] = '\0';
}

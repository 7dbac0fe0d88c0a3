/*
 * names.h: small checks for the tests of names, attributes and data.
 */
#pragma once

#include "tap.h"

#include <fcntl.h>
#include <sys/stat.h>

#define COUNT_OF(table) ((int)(sizeof(table) / sizeof((table)[0])))

/* A file of this text, new or emptied before. */
static inline void
put(const char *name, const char *text)
{
    int fd = open(name, O_WRONLY | O_CREAT | O_TRUNC, 0644);

    if (fd < 0 || write(fd, text, strlen(text)) != (long)strlen(text)) {
        printf("# cannot make %s\n", name);
    }
    close(fd);
}

/* The first bytes of a file, or a word that says that there is none. */
static inline const char *
text_of(const char *name)
{
    static char text[256];
    int fd = open(name, O_RDONLY);
    long n = fd < 0 ? -1 : read(fd, text, sizeof(text) - 1);

    close(fd);
    if (n < 0) {
        return "(no file)";
    }
    text[n] = '\0';
    return text;
}

/* Where a link leads, or a word that says that it is none. */
static inline const char *
target_of(const char *name)
{
    static char target[4096];
    long n = readlink(name, target, sizeof(target) - 1);

    if (n < 0) {
        return "(no link)";
    }
    target[n] = '\0';
    return target;
}

/* What lstat tells; all zero if it fails. */
static inline struct stat
stat_of(const char *name)
{
    struct stat st;

    if (lstat(name, &st) != 0) {
        memset(&st, 0, sizeof(st));
    }
    return st;
}

static inline int
exists(const char *name)
{
    struct stat st;

    return lstat(name, &st) == 0;
}

static inline long
links_of(const char *name)
{
    return (long)stat_of(name).st_nlink;
}

static inline int
mode_of(const char *name)
{
    return (int)(stat_of(name).st_mode & 07777);
}

/* Two names stand for one inode; a link for itself, not for where it leads. */
static inline int
same(const char *one, const char *other)
{
    struct stat a = stat_of(one), b = stat_of(other);

    return a.st_ino != 0 && a.st_ino == b.st_ino && a.st_dev == b.st_dev;
}

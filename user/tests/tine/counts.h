/*
 * counts.h: read /proc/tine/check: a verdict, then `name value' lines.
 */
#pragma once

#include "../tap.h"

#include <fcntl.h>

#define COUNTS_FILE "/proc/tine/check"

static char counts_text[8192];
static int counts_fd = -1; /* a test that keeps it open sets this */

/* Read it anew; => its length, or -1 */
static inline long
counts_read(void)
{
    int fd = counts_fd >= 0 ? counts_fd : open(COUNTS_FILE, O_RDONLY);
    long have = 0, n;

    if (fd < 0) {
        return -1;
    }
    lseek(fd, 0, SEEK_SET);
    while ((n = read(fd, counts_text + have,
        sizeof(counts_text) - 1 - have)) > 0) {
        have += n;
    }
    if (fd != counts_fd) {
        close(fd);
    }
    counts_text[have] = 0;
    return have;
}

/* The checkers found nothing. */
static inline int
counts_well(void)
{
    return counts_read() > 0 && strncmp(counts_text, "ok\n", 3) == 0;
}

/* One number as it was read last, or -1. */
static inline long
counts_find(const char *name)
{
    size_t n = strlen(name);

    for (char *p = counts_text; p; p = strchr(p, '\n')) {
        p += *p == '\n';
        if (strncmp(p, name, n) == 0 && p[n] == ' ') {
            return atol(p + n + 1);
        }
    }
    return -1;
}

/* One number as it is now, or -1. */
static inline long
counts_get(const char *name)
{
    counts_read();
    return counts_find(name);
}

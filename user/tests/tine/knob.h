/*
 * knob.h: read and write the files that change how the kernel works:
 * /proc/tine/fork and /proc/tine/nomem.
 */
#pragma once

#include "../tap.h"

#include <fcntl.h>

#define FORK_KNOB "/proc/tine/fork"

/* => 0, or -1 and errno */
static inline int
knob_set(const char *path, const char *text)
{
    ssize_t size = (ssize_t)strlen(text);
    int fd = open(path, O_WRONLY);

    if (fd < 0) {
        return -1;
    }
    ssize_t n = write(fd, text, (size_t)size);
    int error = errno;
    close(fd);
    errno = error;
    return n == size ? 0 : -1;
}

/* Its first line; "" if it cannot be read. */
static inline const char *
knob_get(const char *path)
{
    static char line[256];
    int fd = open(path, O_RDONLY);
    ssize_t n = fd < 0 ? 0 : read(fd, line, sizeof(line) - 1);

    close(fd);
    line[n > 0 ? n : 0] = '\0';
    line[strcspn(line, "\n")] = '\0';
    return line;
}

/*
 * pages.h: what the kernel says about memory, for graded tests: the checkers'
 * verdict and counts (/proc/tine/check), and which frame is where
 * (/proc/tine/pages). Neither is in a file that a student changes.
 */
#pragma once

#include "family.h"

#include <fcntl.h>

static char pages_text[65536];

static inline void
pages_read(const char *path)
{
    size_t have = 0;
    ssize_t n;
    int fd = open(path, O_RDONLY);

    while ((n = read(fd, pages_text + have, sizeof(pages_text) - 1 - have))
           > 0) {
        have += (size_t)n;
    }
    close(fd);
    pages_text[have] = '\0';
}

/* => how many things are of this kind: "free", "anon", "table", ... */
static inline long
pages_count(const char *kind)
{
    size_t length = strlen(kind);

    pages_read("/proc/tine/check");
    for (char *line = pages_text; line != NULL; line = strchr(line, '\n')) {
        line += *line == '\n';
        if (strncmp(line, kind, length) == 0 && line[length] == ' ') {
            return atol(line + length + 1);
        }
    }
    return -1;
}

/* The checkers find nothing wrong. */
static inline void
pages_check(const char *when)
{
    static char what[128];

    pages_read("/proc/tine/check");
    if (strncmp(pages_text, "ok\n", 3) != 0) {
        char *first = strchr(pages_text, '\n');
        first = first != NULL ? first + 1 : pages_text;
        first[strcspn(first, "\n")] = '\0';
        snprintf(what, sizeof(what), "%s, the checkers say: %s", when, first);
        lab_check("PT-1", what, 0, 1);
    }
}

/* Of this process's page at `page`: the frame's number, and how many entries
 * name it. Only for a process with little memory. => frame 0: there is none */
static inline unsigned long
pages_frame(const volatile void *page, unsigned long *refs)
{
    unsigned long at = (unsigned long)page & ~(PAGE - 1);

    pages_read("/proc/tine/pages");
    for (char *line = pages_text; *line != '\0';
         line = strchr(line, '\n') + 1) {
        char *p = line;
        if (strtol(p, &p, 10) == getpid() && strtol(p, &p, 10) == 0
            && strtoul(p, &p, 16) == at) {
            unsigned long frame = strtoul(p, &p, 16);
            *refs = strtoul(p, &p, 10);
            return frame;
        }
    }
    *refs = 0;
    return 0;
}

/* The premise of a test of copy on write: so many entries name the page. */
static inline void
pages_named(const volatile void *page, unsigned long names)
{
    unsigned long refs;

    pages_frame(page, &refs);
    lab_check("PT-1", "entries that name a page after fork", names, refs);
}

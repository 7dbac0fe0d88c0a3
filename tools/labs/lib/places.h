/*
 * places.h: pages that lie in one table, in neighbouring tables, and in tables
 * far apart, in an area whose tables hold nothing else.
 */
#pragma once

#include "pages.h"

#define TABLE (PAGE << 9)  /* what one table of level 1 maps */
#define BIG (TABLE << 9)   /* what one of level 2 maps */
#define HUGE (BIG << 9)    /* and one of level 3 */

static const unsigned long places[] = {
    0, PAGE, 2 * PAGE, TABLE - PAGE, TABLE, TABLE + PAGE, 5 * TABLE,
    BIG - PAGE, BIG, BIG + TABLE, 2 * BIG,
};
#define PLACES (sizeof(places) / sizeof(places[0]))
#define PLACES_SIZE (2 * BIG + TABLE)

/* Private memory of this size at an address where no other table is, down from
 * the root. The seed chooses it. */
static inline void *
far_away(unsigned long bytes)
{
    void *at = (void *)(lab_between(2, 100) * HUGE);
    void *memory = mmap(at, bytes, PROT_READ | PROT_WRITE,
                        MAP_PRIVATE | MAP_ANONYMOUS | MAP_NORESERVE
                        | MAP_FIXED, -1, 0);

    lab_check("MAP", "a mapping at a fixed address", (unsigned long)at,
              (unsigned long)memory);
    return memory;
}

/* => the frame of this process's table of a level, over an address; 0: none.
 * Only for a process with little memory. */
static inline unsigned long
table_frame(const void *at, long level)
{
    unsigned long start = (unsigned long)at & -(PAGE << 9 * level);

    pages_read("/proc/tine/pages");
    for (char *line = pages_text; *line != '\0';
         line = strchr(line, '\n') + 1) {
        char *p = line;
        if (strtol(p, &p, 10) == getpid() && strtol(p, &p, 10) == level
            && strtoul(p, &p, 16) == start) {
            return strtoul(p, &p, 16);
        }
    }
    return 0;
}

/* The premise of a test of shared tables, with pages at all places: a child
 * makes few. */
static inline void
places_shared(void)
{
    volatile int *step = family_step();

    *step = 0;
    pages_count("table"); /* its own pages are there from now on */
    long before = pages_count("table");
    pid_t pid = lab_fork();
    if (pid == 0) {
        *step = 1;
        family_until(step, 2);
        _exit(0);
    }
    family_until(step, 1);
    lab_check("PT-1", "a fork makes at most 10 tables", 1,
              pages_count("table") - before <= 10);
    *step = 2;
    lab_join(pid);
}

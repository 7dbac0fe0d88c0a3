/*
 * knobs.h: the kernel's ways, changed while it runs: how fork copies, and
 * which allocations fail; and its clock, which counts instructions.
 */
#pragma once

#include "family.h"

#include <fcntl.h>

#define FORK_KNOB "/proc/tine/fork"
#define NOMEM_KNOB "/proc/tine/nomem"

/* One write into an open knob: nothing is allocated for the writer itself. */
static inline void
knob_turn(int fd, const char *word)
{
    ssize_t length = (ssize_t)strlen(word);

    lab_check("knob", "what a knob takes of a word", (unsigned long)length,
              (unsigned long)write(fd, word, (size_t)length));
}

static inline int
knob_open(const char *path)
{
    int fd = open(path, O_WRONLY);

    lab_check("knob", "a knob is there", 1, fd >= 0);
    return fd;
}

/* The time-stamp counter: in a graded run it is a count of instructions. */
static inline unsigned long
ticks(void)
{
    unsigned int low, high;

    __asm__ volatile("lfence; rdtsc" : "=a"(low), "=d"(high) : : "memory");
    return (unsigned long)high << 32 | low;
}

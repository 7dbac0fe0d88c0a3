/*
 * What forkbench and growth have in common: the clock, the output, children
 * that wait, areas of memory.
 */
#pragma once

#include <stddef.h>
#include <sys/types.h>

enum {
    PAGE = 4096,
    MIB = 1 << 20,
    TABLE = 2 * MIB,    /* what one last-level page table maps */
    SMALL = 16 * PAGE,  /* the area of a small process */
    RUNS = 64,
    RUNS_BIG = 8,       /* with a big area */
    RUNS_LONG = 2,      /* if each run has to write a whole big area */
};

extern int gate[2];     /* a child waits here for a byte */
extern int answers[2];  /* and sends here what it measured */

static inline unsigned long
now(void)
{
    unsigned int low, high;
    __asm__ volatile("lfence; rdtsc" : "=a"(low), "=d"(high) : : "memory");
    return (unsigned long)high << 32 | low;
}

/* The result of a call. If it fails, the program ends. */
long must(long result, const char *call);

/* Print a figure. The size of the area is part of the name, if not 0. */
void report(const char *name, size_t size, unsigned long ticks);
void keep_least(unsigned long *least, unsigned long ticks);

/* Report the least of RUNS calls of a function that returns its ticks. */
void repeat(const char *name, unsigned long (*operation)(void));

/* A child (0 in it), and its end. */
pid_t start(void);
void await(pid_t pid);

/* A child that only shares our memory, until it is released; then it ends. */
pid_t start_waiting(void);
void wait_and_end(void);
void release(pid_t pid);

/* An area of 4 KiB pages, aligned to its size, so that it fills its tables. */
char *map_area(size_t size);
char *map_written(size_t size);

/* Write a byte at each step. */
void write_every(char *area, size_t size, size_t step);

/* The ticks of one write. */
unsigned long time_write(char *at);

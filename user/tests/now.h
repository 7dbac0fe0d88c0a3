/*
 * now.h: the time, to measure how long something takes.
 */
#pragma once

#include <time.h>

static inline long
now_ns(void)
{
    struct timespec now;

    clock_gettime(CLOCK_MONOTONIC, &now);
    return now.tv_sec * 1000000000L + now.tv_nsec;
}

/* The time-stamp counter, after all that came before. */
static inline unsigned long
read_tsc(void)
{
    unsigned int low, high;

    __asm__ volatile("lfence; rdtsc" : "=a"(low), "=d"(high) : : "memory");
    return (unsigned long)high << 32 | low;
}

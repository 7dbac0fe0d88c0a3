/*
 * now.h: the time, for how long something took.
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

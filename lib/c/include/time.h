#pragma once

/* Clocks and sleeping. */

#include "abi/time.h"

time_t time(time_t *seconds);
int clock_gettime(clockid_t clock, struct timespec *now);
int nanosleep(const struct timespec *wanted, struct timespec *left);

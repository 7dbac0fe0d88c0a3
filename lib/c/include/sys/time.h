#pragma once

/* The time of day, and a process's three timers. */

#include "abi/time.h"

int getitimer(int which, struct itimerval *value);
int setitimer(int which, const struct itimerval *value,
              struct itimerval *old);
int gettimeofday(struct timeval *now, void *zone);

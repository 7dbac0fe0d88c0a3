#pragma once

/* The time of day. */

#include "abi/time.h"

int gettimeofday(struct timeval *now, void *zone);

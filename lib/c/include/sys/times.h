#pragma once

/* The CPU times of a process and of its children. */

#include "abi/time.h"

clock_t times(struct tms *times);

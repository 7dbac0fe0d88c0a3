#pragma once

/* Giving up the processor; clone's flags. */

#include "abi/posix.h"
#include "abi/sched.h"

int sched_yield(void);

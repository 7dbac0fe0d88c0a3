#pragma once

/* Random bytes. */

#include "abi/posix.h"
#include "abi/random.h"

ssize_t getrandom(void *buf, size_t size, unsigned flags);

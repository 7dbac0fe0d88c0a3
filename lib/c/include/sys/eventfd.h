#pragma once

/* A count to wait for. */

#include <stdint.h>

#include "abi/eventfd.h"

typedef uint64_t eventfd_t;

int eventfd(unsigned count, int flags);
int eventfd_read(int fd, eventfd_t *count);
int eventfd_write(int fd, eventfd_t count);

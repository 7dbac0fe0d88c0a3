#pragma once

/* Mapping memory. */

#include "abi/mman.h"
#include "abi/posix.h"

void *mmap(void *at, size_t size, int rights, int flags, int fd, off_t offset);
int munmap(void *at, size_t size);
int mprotect(void *at, size_t size, int rights);

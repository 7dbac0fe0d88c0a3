#pragma once

/* Mapping memory. */

#include "abi/mman.h"
#include "abi/posix.h"

void *mmap(void *at, size_t size, int rights, int flags, int fd, off_t offset);
int munmap(void *at, size_t size);
int mprotect(void *at, size_t size, int rights);
void *mremap(void *at, size_t size, size_t new_size, int flags, ...);
int msync(void *at, size_t size, int flags);
int madvise(void *at, size_t size, int advice);
int mincore(void *at, size_t size, unsigned char *found);
int memfd_create(const char *name, unsigned flags);
int shm_open(const char *name, int flags, mode_t mode);
int shm_unlink(const char *name);
int mlock(const void *at, size_t size);
int mlock2(const void *at, size_t size, unsigned flags);
int munlock(const void *at, size_t size);
int mlockall(int flags);
int munlockall(void);

/* Private memory becomes memory that later children share, with its contents.
 * Only Tine has this call; Linux answers ENOSYS. */
int mshare(void *at, size_t size);

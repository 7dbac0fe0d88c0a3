#pragma once

/* Opening files, the flags of descriptors, and room for bytes. */

#include "abi/fcntl.h"
#include "abi/posix.h"

int open(const char *path, int flags, ...);
int openat(int dir, const char *path, int flags, ...);
int creat(const char *path, mode_t mode);
int fallocate(int fd, int mode, off_t offset, off_t length);
int fcntl(int fd, int command, ...);

#pragma once

/* Opening files, and the flags of descriptors. */

#include "abi/fcntl.h"
#include "abi/posix.h"

int open(const char *path, int flags, ...);
int openat(int dir, const char *path, int flags, ...);
int fcntl(int fd, int command, ...);

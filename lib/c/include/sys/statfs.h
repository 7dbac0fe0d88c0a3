#pragma once

/* What is known about a file system. */

#include "abi/statfs.h"

int statfs(const char *path, struct statfs *st);
int fstatfs(int fd, struct statfs *st);

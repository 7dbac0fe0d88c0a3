#pragma once

/* Limits, and the use of resources. */

#include "abi/resource.h"

int getrusage(int who, struct rusage *usage);
int getrlimit(int resource, struct rlimit *limit);
int setrlimit(int resource, const struct rlimit *limit);
int prlimit(pid_t pid, int resource, const struct rlimit *limit,
            struct rlimit *old);

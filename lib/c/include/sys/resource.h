#pragma once

/* Limits, and the use of resources. */

#include "abi/posix.h"
#include "abi/resource.h"

/* Nice values; -1 may be one: set errno to 0 before. */
int getpriority(int which, id_t who);
int setpriority(int which, id_t who, int nice);

int getrusage(int who, struct rusage *usage);
int getrlimit(int resource, struct rlimit *limit);
int setrlimit(int resource, const struct rlimit *limit);
int prlimit(pid_t pid, int resource, const struct rlimit *limit,
            struct rlimit *old);

#pragma once

/* Waiting for children. */

#include "abi/resource.h"
#include "abi/wait.h"

pid_t wait(int *status);
pid_t waitpid(pid_t pid, int *status, int options);
pid_t wait4(pid_t pid, int *status, int options, struct rusage *usage);

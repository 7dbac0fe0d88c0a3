#pragma once

/* Giving up the processor, and on which of them to run; clone's flags. */

#include "abi/posix.h"
#include "abi/sched.h"

int sched_yield(void);

/* A mask of size bytes: bit n is CPU n.  (Not glibc's cpu_set_t; getaffinity
 * returns how many bytes the kernel wrote, as the system call does.) */
int sched_setaffinity(pid_t pid, unsigned long size,
                      const unsigned long *mask);
int sched_getaffinity(pid_t pid, unsigned long size, unsigned long *mask);
int getcpu(unsigned *cpu, unsigned *node);

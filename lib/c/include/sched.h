#pragma once

/* Giving up the processor, choosing processors, and clone. */

#include "abi/posix.h"
#include "abi/sched.h"

int sched_yield(void);

/* A mask of size bytes: bit n is CPU n.  (Not glibc's cpu_set_t; getaffinity
 * returns how many bytes the kernel wrote, as the system call does.) */
int sched_setaffinity(pid_t pid, unsigned long size,
                      const unsigned long *mask);
int sched_getaffinity(pid_t pid, unsigned long size, unsigned long *mask);
int getcpu(unsigned *cpu, unsigned *node);

/* Make a child that calls fn(arg) on the stack that ends at `stack`, and exits
 * with what that returns.  Further arguments, for the flags that want them:
 * int *parent_tid, void *tls, int *child_tid.
 *
 * With CLONE_VM both share one errno, one heap and one set of streams, as after
 * glibc's clone, and no function here takes a lock.  So only one of them may
 * use these; the other makes system calls and checks the results. */
int clone(int (*fn)(void *), void *stack, int flags, void *arg, ...);

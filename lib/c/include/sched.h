#pragma once

/* Giving up the processor, policies, choosing processors, and clone. */

#include "abi/posix.h"
#include "abi/sched.h"
#include "abi/time.h"

int sched_yield(void);

/* Have for oneself what CLONE_FILES, CLONE_FS and CLONE_NEWNS name. */
int unshare(int flags);

int sched_setscheduler(pid_t pid, int policy, const struct sched_param *param);
int sched_getscheduler(pid_t pid);
int sched_setparam(pid_t pid, const struct sched_param *param);
int sched_getparam(pid_t pid, struct sched_param *param);
int sched_get_priority_max(int policy);
int sched_get_priority_min(int policy);
int sched_rr_get_interval(pid_t pid, struct timespec *interval);

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
 * glibc's clone, and no function here takes a lock, unless pthread_create has
 * made a thread.  So only one of them may use these; the other makes system
 * calls and checks the results. */
int clone(int (*fn)(void *), void *stack, int flags, void *arg, ...);
int unshare(int flags);

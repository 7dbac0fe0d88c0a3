/*
 * The end of a process, and what its parent learns of it.
 */
#pragma once

#include "abi/resource.h"

#include "core/types.h"

/* End the current process with this status word (as wait4 reports it).
 * => no spinlock held; does not return */
__noreturn void proc_exit(int status);

/* Stop the current process, until SIGCONT or SIGKILL.
 * => no spinlock held */
void proc_stop(int signal);

/* wait4(2).
 * => the pid and its status and use; 0 with WNOHANG and none ready;
 *    -ECHILD, -EINTR, -EINVAL */
long proc_wait(pid_t pid, int options, int *status, struct rusage *rusage);

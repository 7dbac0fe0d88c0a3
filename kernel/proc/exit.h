/*
 * The end of a process, and what its parent learns of it.
 */
#pragma once

#include "abi/resource.h"

#include "core/types.h"

struct as;

/* End the current process with this status word (as wait4 reports it).
 * => no spinlock held; does not return */
__noreturn void proc_exit(int status);

/* Have the current process use the space next (NULL: none), and give up the old
 * one: its last user frees it.  As on Linux, whoever shares the old one sees 0
 * at clear_child_tid then.
 * => no spinlock held; takes over the caller's reference to next */
void proc_change_memory(struct as *next);

/* Stop the current process, until SIGCONT or SIGKILL.
 * => no spinlock held */
void proc_stop(int signal);

/* wait4(2).
 * => the pid and its status and use; 0 with WNOHANG and none ready;
 *    -ECHILD, -EINTR, -EINVAL */
long proc_wait(pid_t pid, int options, int *status, struct rusage *rusage);

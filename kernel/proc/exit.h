/*
 * The end of a process, and what its parent learns of it.
 */
#pragma once

#include "abi/resource.h"

#include "core/types.h"

struct as;

/* End the current process with all its threads.  Its status word, as wait4
 * reports it, is `status`, unless another thread has called this before.
 * => no spinlock held; does not return */
__noreturn void proc_exit(int status);

/* End the current thread.  The last one ends its process, with the status of
 * proc_exit, or else of its first thread.  => as proc_exit */
__noreturn void thread_exit(int status);

/* Have the current thread use the space next (NULL: none), and give up the old
 * one: its last user frees it.  As on Linux, the threads that share the old one
 * then read 0 at clear_child_tid.
 * => no spinlock held; takes over the caller's reference to next */
void proc_change_memory(struct as *next);

/* Raise the current process's highest number of pages to what its space has
 * now: before the space is given up, or somebody asks for that number. */
void proc_note_peak(void);

/* wait4(2), and waitid(2): options has WEXITED to wait for ends; with
 * WAIT_PGID, pid is the number of a group.
 * => the pid; 0: WNOHANG, and none; -ECHILD, -ERESTARTSYS; more may be NULL */
#define WAIT_PGID 0x100
struct waited {
    struct rusage usage;
    u32 uid; /* the child's real user */
};
long proc_wait(pid_t pid, int options, int *status, struct waited *more);

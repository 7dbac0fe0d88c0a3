/*
 * The end of a process, and what its parent learns of it.
 */
#pragma once

#include "abi/resource.h"

#include "core/types.h"

struct as;
struct process;
struct thread;

/* End the current process with all its threads.  Its status word, as wait4
 * reports it, is `status`, unless another thread has called this before.
 * => no spinlock held; does not return */
__noreturn void proc_exit(int status);

/* End the current thread.  The last one ends its process, with the status of
 * proc_exit, or else of its first thread.  => as proc_exit */
__noreturn void thread_exit(int status);

/* Have the current thread use the space next (NULL: none), and give up the old
 * one: its last user frees it.
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

/* ---- What optional files do at an end ---- */

/* robust.c: the current thread, with END_FUTEXES, leaves its memory: mark the
 * futexes of its robust list, and wake a waiter of each (set_robust_list(2)).
 * As on Linux, threads that share the memory then read 0 at clear_child_tid. */
void futex_leave_memory(void);

/* sem.c: a thread with END_UNDOS ends, or unshares: undo what it must. */
void sem_leave(struct thread *thread);

/* itimer.c: the current process has ended; it has itimers. */
void itimer_exit(void);

/* usage.c: what wait4(2) reports; and count a child that has been waited for,
 * and its own children, in its parent's child_used.
 * => family_lock held; count: the child is a zombie */
void proc_usage(struct process *process, struct rusage *rusage);
void proc_count_child(struct process *parent, const struct process *child);

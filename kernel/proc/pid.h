/*
 * Numbers: what a pid or tid leads to, and which are in use.
 */
#pragma once

#include "core/spin.h"
#include "core/types.h"

struct process;
struct thread;

extern struct spinlock pids_lock;     /* RANK_PIDS: what a number leads to */

/* Find a process by its pid or a thread's tid, as proc_find does, for signals:
 * another thread may be reaping it.
 * => pids_lock held, which keeps it alive */
struct process *pid_process(pid_t pid);

/* The lowest pid of a process that is at least `pid`.
 * => 0: none; the process may have been reaped since */
pid_t pid_next(pid_t pid);

/* A number for a new process, and free it again once it is reaped: nobody finds
 * the process by it any more.  Then, what the number leads to, or NULL.
 * => alloc: 0: too many processes and threads */
pid_t pid_alloc(void) __must_check;
void pid_free(struct process *process);
void pid_set_process(pid_t pid, struct process *process);

/* The number of a new process, which nobody can find yet, is this one instead.
 * => 0; -EINVAL: it is none; -EPERM: not root; -EEXIST: it is in use */
int pid_choose(struct thread *first, pid_t pid) __must_check;

/* How many processes there are, zombies included, and the limit: by the table's
 * size, and by memory, so that a fork bomb leaves some for the shell. */
int proc_count(void);
int proc_limit(void);

/* Add / drop one use of a pid: by a process, a group, a session, a terminal.
 * => get: the caller has a use, or holds family_lock and has found the pid in
 *    use; a pid with uses is not given to a new process */
void pid_get(pid_t pid);
void pid_put(pid_t pid);

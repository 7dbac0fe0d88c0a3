/*
 * Numbers: what a pid or tid leads to, and which are in use.
 */
#pragma once

#include "core/spin.h"
#include "core/types.h"

struct process;
struct thread;

extern struct spinlock pids_lock;     /* RANK_PIDS: what a number leads to */

/* Indexed by pid, or tid.  A number is in use by its process (from proc_alloc
 * to proc_unlink) or thread, and by the group and session of that number.  A
 * process leaves it with family_lock held, too: so a reader needs only one of
 * the two locks. */
extern struct pid_slot {
    struct process *process; /* NULL while fork makes it, and when reaped */
    struct thread *thread;   /* if the number is a tid, and not a pid */
    u32 uses;                /* a  it leaves 0 only under pids_lock */
    u32 user;                /* who pays for it: a place (cred.h) */
} pids[];

/* Find a process by its pid or a thread's tid, as proc_find does, for signals:
 * another thread may be reaping it.
 * => pids_lock held, which keeps it alive */
struct process *pid_process(pid_t pid);

extern pid_t highest_pid; /* ever in use; read without the lock */

/* The lowest pid of a process that is at least `pid` (find.c).
 * => 0: none; the process may have been reaped since */
pid_t pid_next(pid_t pid);

/* A number for a new process or thread, and free it again once that is reaped:
 * nobody finds it by its number any more.
 * => alloc: 0: too many processes and threads; locked: pids_lock held */
pid_t pid_alloc(void) __must_check;
pid_t pid_alloc_locked(void) __must_check;
void pid_free(pid_t pid);

/* => pids_lock held; false: the number is in use */
bool pid_try_take(pid_t pid) __must_check;

/* How many processes there are, zombies included, and the limit: by the table's
 * size, and by memory, so that a fork bomb leaves some for the shell. */
int proc_count(void);
int proc_limit(void);

/* Add / drop one use of a pid: by a process, a group, a session, a terminal.
 * => get: the caller has a use, or holds family_lock and has found the pid in
 *    use; a pid with uses is not given to a new process */
void pid_get(pid_t pid);
void pid_put(pid_t pid);

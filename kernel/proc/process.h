/*
 * A process: what is owned and waited for, by one or more threads (thread.h).
 * It is counted once until it is reaped, and once for each thread until that
 * one's stack is free.
 *
 *      fork        first thread runs       last thread ends      wait
 *   -> (embryo) -> living ---------------> zombie -------------> reaped
 *
 * PR-1  Every process is reachable from pid 1 through children lists; parent
 *       and child links agree; its threads name it, and it counts them.
 * PR-2  A space has as many references as threads use it.
 * PR-3  A child with a wait status to report (it has ended, is stopped, or was
 *       continued and not yet waited for) is in its parent's `reportable` list,
 *       and no other child is; the oldest is first.
 *
 * Fields stand in groups by their fate at fork.  Letters: who may change them.
 *   T  the family lock            i  nobody, once published
 *   p  its own lock               a  atomic
 */
#pragma once

#include "abi/resource.h"
#include "common/list.h"

#include "core/spin.h"

#include "proc/sleep.h"
#include "proc/thread.h"

struct pgrp;
struct sigacts;

#define COMM_SIZE 16 /* of a process's name, as in Linux's /proc/PID/stat */

struct process {
    /* Fresh in the child. */
    u32 refs;                  /* a */
    pid_t pid;                 /* i */
    struct spinlock lock;      /*    RANK_PROCESS */
    struct list threads;       /* p  those that live, oldest first */
    struct list all_link;      /* T  all processes, by age */
    struct process *parent;    /* T  NULL while it is in no family */
    pid_t ppid;                /* T  its pid; the process just reads it */
    struct list children;      /* T */
    struct list sibling;       /* T  in parent->children, by age: */
    u64 order;                 /* T  a younger sibling's is higher */
    struct list reportable;    /* T  children with a status to report, by age */
    struct list report_link;   /* T  in parent->reportable, or none */
    struct list group_link;    /* T  in group->members */
    struct waitq child_wait;   /*    a thread waits for a child's status */
    u32 parent_execs;          /* T  its parent's `execs` at the fork */
    int exit_signal;           /* T  what the parent gets then, or 0 */
    bool ending;               /* p  all its threads are to end, and: */
    int exit_status;           /* p  as wait4 reports it */
    bool stopped;              /* p */
    bool stop_taken;           /* p  about to stop; SIGCONT takes it back */
    bool continued;            /* p  its parent has not been told yet */
    int stop_status;           /* p  status word of a stop or a continue, until
                                     it is waited for; or 0 */
    sigset_t pending;          /* p  for whichever thread takes it first */
    u64 user_ticks, system_ticks; /* p  of threads that have ended */
    u64 child_user_ticks, child_system_ticks; /* T  of waited-for children */
    u64 start_ns;              /* i */

    /* Copied. */
    struct pgrp *group;        /* T */
    u32 execs;                 /* T  times it has called execve */
    char comm[COMM_SIZE];      /* T  changed by itself only */
    struct rlimit open_files;  /* a  changed by itself only */

    /* Shared by reference, copied at the first change. */
    struct sigacts *sigacts;   /* T and p: either is enough to read it */
};

extern struct spinlock family_lock;   /* RANK_FAMILY: fields marked T */
extern struct spinlock pids_lock;     /* RANK_PIDS: what a number leads to */
extern struct list all_processes;     /* T */
extern struct process *init_process;  /* pid 1 */

/* Find a live process or zombie by its pid or a thread's; not one that fork is
 * still making.  => family_lock held; NULL if there is none */
struct process *proc_find(pid_t pid);

/* The same, or what is just being reaped: good for a signal.
 * => pids_lock held, which keeps it alive */
struct process *pid_process(pid_t pid);

/* The least pid of a process, from this one on.
 * => 0: none; it may be gone by now */
pid_t pid_next(pid_t pid);

/* How many processes there are, zombies included, and how many there may be: by
 * the table, and by memory, or a fork bomb would leave none for its killer. */
int proc_count(void);
int proc_limit(void);

/* A new process without family, with a pid and a first thread, which has a
 * kernel stack and no memory or files.
 * => the thread; NULL: -EAGAIN or -ENOMEM in *error */
struct thread *proc_alloc(int *error);

/* Undo proc_alloc.
 * => nobody has seen it; it holds no memory, files or actions */
void proc_discard(struct thread *first);

/* One reference fewer; the last frees the process. */
void proc_put(struct process *process);

/* One more / fewer use of a pid: by a process, a group, a session, a terminal.
 * => who adds one has one, or holds family_lock and has found the pid in use;
 *    a pid with uses is not given to a new process */
void pid_get(pid_t pid);
void pid_put(pid_t pid);

/* Put a new process into the family, and its parent's group: now it can be
 * found and waited for.  => family_lock held */
void proc_link(struct process *child, struct process *parent);

/* Make it the youngest child of its new parent.  => family_lock held */
void proc_set_parent(struct process *child, struct process *parent);

/* PR-3: it has a status to report now.  => family_lock held */
void proc_make_reportable(struct process *child);

/* Take a process that is being reaped out of the family, so that nobody finds
 * it any more, and give back its pid and reference.  => family_lock held */
void proc_unlink(struct process *process);

/* Ticks of all its threads, past and present; and with those of the children
 * that it has waited for.  => usage: family_lock held */
void proc_ticks(struct process *process, u64 *user, u64 *system);
void proc_usage(struct process *process, struct rusage *rusage);

/* Whether all its threads have ended.
 * => its lock held, or family_lock, under which the last one ends */
static inline bool
proc_is_zombie(const struct process *process)
{
    return list_empty(&process->threads);
}

#define for_each_process(item)                                             \
    list_for_each_entry(item, &all_processes, struct process, all_link)
#define for_each_thread(item, owner)                                       \
    list_for_each_entry(item, &(owner)->threads, struct thread, link)

/* => its lock held */
static inline bool
proc_has_one_thread(const struct process *process)
{
    return process->threads.next == process->threads.prev;
}

/* Make pid 1, which starts at start(NULL) in the kernel.  => boot */
void proc_start_init(void (*start)(void *arg));

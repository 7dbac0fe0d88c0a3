/*
 * A process: what one or more threads (thread.h) own together, and what wait(2)
 * waits for.  It has one reference until it is reaped, and one for each pidfd,
 * and each thread until that thread's stack is free.
 *
 *      fork        first thread runs       last thread ends      wait
 *   -> (embryo) -> living ---------------> zombie -------------> reaped
 *
 * PR-1  Every process is reachable from pid 1 through children lists; parent
 *       and child links agree; its threads name it, and it counts them.
 * PR-2  A space has as many references as threads use it.
 * PR-3  A parent's `reportable` list holds, oldest first, exactly the children
 *       that have ended, are stopped, or were continued and not yet waited for.
 * PR-4  `subreapers` is the number of living processes that are subreapers.
 *
 * Fields stand in groups by their fate at fork.  Letters: what guards a change.
 *   T  the family lock            i  none, once it is linked
 *   p  its own lock               a  atomic       c  only its one thread
 */
#pragma once

#include "common/list.h"

#include "core/spin.h"

#include "proc/sched.h"
#include "proc/sleep.h"
#include "proc/thread.h"

struct cred;
struct limits;
struct pgrp;
struct sigacts;

/* What a process has used, besides time. */
struct usage {
    u64 faults;    /* page faults that were served */
    u64 waits;     /* times that it gave up the CPU to wait, */
    u64 switches;  /* and that the CPU was taken from it */
    u64 peak;      /* the most pages of a space of its own */
};

struct cpu_split {
    u64 user, system; /* nanoseconds */
};

struct process {
    /* Fresh in the child. */
    u32 refs;                  /* a */
    pid_t pid;                 /* i */
    struct spinlock lock;      /*    RANK_PROCESS */
    struct list threads;       /* p  the living ones, oldest first */
    struct process *parent;    /* T  NULL while it is in no family */
    pid_t ppid;                /* T  its pid; getppid reads it unlocked */
    pid_t parent_tid;          /* T  of the parent's thread that made it */
    struct list sibling;       /* T  in parent->children, by age: */
    u64 order;                 /* T  higher in a younger sibling */
    u32 parent_execs;          /* T  its parent's `execs` at the fork */
    int exit_signal;           /* T  sent to the parent at the end, or 0 */
    bool ending;               /* p  all its threads are to end, and: */
    int exit_status;           /* p  as wait4 reports it */
    int killer;                /* p  was sent and will end it, or 0 */
    i8 nice;                   /* p  of its last thread, once that has ended */
    struct thread *exec_thread; /* p  ends all others (execve), or NULL */
    struct waitq exec_wait;    /*    it waits for their end */
    u32 moving;                /* p  threads that have yet to stop, if: */
    int stop_signal;           /* p  all are to stop by this signal; or 0 */
    bool stopped;              /* p  all have */
    bool continued;            /* p  its parent has not been told yet */
    int stop_status;           /* p  of a stop or continue not waited for; 0 */
    struct sigpending pending; /* p  for the first thread that takes it */
    u32 entries;               /* p  those in `spare`, and the ones in use */
    struct itimers *itimers;   /* p  NULL: it has set none yet (itimer.h) */
    struct cpu_time time;      /* p  of threads that have ended */
    struct cpu_split shown;    /* p  what of it was last told */
    struct usage used;         /* a  by itself */
    struct usage child_used;   /* T  by waited-for children and theirs */
    struct cpu_time child_time; /* T  the same */
    struct cpu_split child_shown; /* T */
    int death_signal;          /* T  sent to it when its parent ends, or 0 */
    bool has_place;            /* i  it may take one of the last (pid.c) */
    u32 pidfds;                /* a  that many references are theirs */
    bool end_is_special;       /* T  it may be a subreaper, or have pidfds */
    bool subreaper;            /* T  its descendants' orphans become its own */

    /* Copied. */
    struct pgrp *group;        /* T */
    u32 turn;                  /* T  of its session: has that terminal */
    u32 execs;                 /* T  times it has called execve */

    /* Shared by reference, copied at the first change. */
    struct sigacts *sigacts;   /* T and p: either is enough to read it */
    struct cred *cred;         /* the same; changed by itself only; NULL while
                                  fork makes it */
    struct limits *limits;     /* p  NULL: the usual ones (limits.h) */

    /* Not cleared at first: each is used only after it was set. */
    struct list all_link;      /* T  all processes, by age */
    struct list children;      /* T */
    struct list reportable;    /* T  children with a status to report, by age */
    struct list report_link;   /* T  in parent->reportable, or none */
    struct list group_link;    /* T  in group->members */
    struct waitq child_wait;   /*    a thread waits for a child's status */
    struct list spare;         /* p  entries for queues, not in use */
    u64 start_ns;              /* i */
    u64 weight;                /* T  frames, when oom.c has last looked */
    char comm[COMM_SIZE];      /* T  copied; changed by itself only */
};

extern struct spinlock family_lock;   /* RANK_FAMILY: fields marked T */
extern struct list all_processes;     /* T */
extern struct process *init_process;  /* pid 1 */
extern int subreapers;                /* T */

/* Find a process, living or zombie, by its pid or a tid; but no embryo.
 * => family_lock held; NULL if there is none */
struct process *proc_find(pid_t pid);

/* A new process without family, with a pid and a first thread, which has a
 * kernel stack and no memory or files.
 * => the thread; NULL: -EAGAIN or -ENOMEM in *error */
struct thread *proc_alloc(int *error);

/* Undo proc_alloc.  => never linked; it holds no memory, files or actions */
void proc_discard(struct thread *first);

/* Drop one reference; the last frees the process. */
void proc_put(struct process *process);

/* Link a new process to its parent and the parent's group (or it is a member of
 * one): now it can be found and waited for.  => family_lock held */
void proc_link(struct process *child, struct process *parent);

/* Make it the youngest child of its new parent.  => family_lock held */
void proc_set_parent(struct process *child, struct process *parent);

/* PR-3: it has a status to report now.  => family_lock held */
void proc_make_reportable(struct process *child);

/* Reap: unlink a process from its family, so that it cannot be found any more,
 * and free its pid and reference.  => family_lock held */
void proc_unlink(struct process *process);

/* CPU time of all its threads, also ended ones.  => locked: its lock held */
struct cpu_time proc_time(struct process *process);
struct cpu_time proc_time_locked(struct process *process);

/* Tell a child that has lost its parent, or the thread that made it
 * (PR_SET_PDEATHSIG).  => family_lock held */
void proc_tell_orphan(struct process *child, const struct process *parent);

/* The parent of its orphans, once it has ended, if there are subreapers.
 * => family_lock held */
struct process *proc_reaper(const struct process *process);

/* prctl(2)'s PR_SET_CHILD_SUBREAPER.  => family_lock held */
void proc_set_subreaper(struct process *process, bool on);

/* The current thread, one of its own, ends: keep its times.
 * => its lock held, until the thread has left the list */
static inline void
proc_keep_time(struct process *process)
{
    process->time.ran += sched_ran_here();
    process->time.user += current->time.user;
    process->time.system += current->time.system;
}

/* => its lock held, or family_lock, under which its last thread ends */
static inline bool
proc_is_zombie(const struct process *process)
{
    return list_empty(&process->threads);
}

#define for_each_process(item)                                             \
    list_for_each_entry(item, &all_processes, struct process, all_link)
#define for_each_thread(item, owner)                                       \
    list_for_each_entry(item, &(owner)->threads, struct thread, link)

/* => process->lock held; NULL: none */
struct thread *thread_of(struct process *process, pid_t tid);

/* A thread's name: the first's is its process's. */
static inline char *
thread_name(struct thread *thread)
{
    struct process *process = thread->process;

    return thread->tid == process->pid ? process->comm : thread->comm;
}

static inline bool /* => its lock held */
proc_has_one_thread(const struct process *process)
{
    return process->threads.next == process->threads.prev;
}

/* Make pid 1, which starts at start(NULL) in the kernel.  => boot */
void proc_start_init(void (*start)(void *arg));

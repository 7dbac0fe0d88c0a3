/*
 * System V's semaphores.  A set has several values, and one call changes some
 * of them: all at once, or it waits until that can be done.  What a call has
 * done with SEM_UNDO is undone when the process ends.
 *
 *      thread --+
 *      thread --+--> struct sem_undos --> struct sem_undo <-- struct sem_set
 *         (CLONE_SYSVSEM)                 (one for each set)
 *
 * One mutex guards all of it, as programs wait here for each other anyway.
 */
#pragma once

#include "proc/ipc.h"
#include "proc/mutex.h"

/* semget(2).  => an id; -EINVAL, -ENOENT, -EEXIST, -EACCES, -ENOSPC, -ENOMEM */
long sem_get(key_t key, int count, u32 flags);

/* semtimedop(2).  deadline: NEVER, or CLOCK_MONOTONIC in nanoseconds
 * => 0; -EINVAL, -EIDRM, -EFBIG, -EACCES, -EAGAIN, -ERANGE, -EINTR, -ENOMEM */
long sem_operate(int id, const struct sembuf *ops, u32 count, u64 deadline);

/* semctl(2); arg is a value, or an address.
 * => its result; -EINVAL, -EIDRM, -EACCES, -EPERM, -ERANGE, -EFAULT, -ENOMEM */
long sem_control(int id, int number, int command, u64 arg);

/* clone(2) with CLONE_SYSVSEM: first, make sure that the current thread has
 * something to share (0, -ENOMEM); then share it with a thread that does not
 * run yet.  (Its end: exit.h) */
int sem_prepare(void) __must_check;
void sem_share(struct thread *with);

/* ---- For sem_control.c ---- */

struct sem {
    int value;
    pid_t pid; /* of the last process that changed it, or waited for it */
};

struct sem_set {
    struct ipc ipc;      /* its size: the semaphores */
    time_t otime;
    struct list waiting; /* of struct sem_wait, by age */
    struct list undos;   /* of struct sem_undo */
    struct sem sem[];
};

struct sem_undos {
    u32 refs; /* a  threads */
    struct list undos;
};

/* What the end of some threads adds to a set's values. */
struct sem_undo {
    struct list of_set, of_undos;
    struct sem_set *set;
    short add[];
};

/* A call, on its thread's stack. */
struct sem_wait {
    struct list link;
    const struct sembuf *op;
    u32 count;
    bool alters;
    struct sem_undo *undo;       /* NULL: no operation has SEM_UNDO */
    const struct sembuf *blocks; /* the one that could not be done yet */
    pid_t pid;
    int result;                  /* 1: none yet */
    struct waitq queue;
};

extern struct mutex sem_lock;
extern struct ipc_table sem_sets;

/* With sem_lock held: a thread that waits in the set has its result; values
 * have changed, so do what is possible now; forget what is to be undone. */
void sem_end_wait(struct sem_wait *call, int result);
void sem_changed(struct sem_set *set);
void sem_free_undo(struct sem_undo *undo);

static inline struct sem_set *
sem_set_of(struct ipc *ipc)
{
    return container_of(ipc, struct sem_set, ipc);
}

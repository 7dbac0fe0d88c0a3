/*
 * What System V's semaphores (sem.h) and shared memory (fs/shm.h) have in
 * common: an id, which finds an object in all processes, until someone removes
 * it; a key, which finds the id; and an owner.
 *
 *   i  never changes    l  the lock of its table's owner
 */
#pragma once

#include "abi/ipc.h"

#include "core/types.h"

#include "proc/cred.h"

#define IPC_MOST 1024 /* objects of each kind; a user: half */

#define IPC_READ  0444
#define IPC_WRITE 0222

struct ipc {
    int id;         /* i  place in the table, and how often one was made */
    key_t key;      /* l  IPC_PRIVATE: none */
    u32 uid, gid;   /* l */
    u32 cuid, cgid; /* i  who made it */
    u32 mode;       /* l */
    u32 payer;      /* i  whose it counts as (cred_place) */
};

struct ipc_table {
    struct ipc *at[IPC_MOST]; /* l */
    u32 last, made;           /* l */
    struct user_counts used;  /* l */
};

/* All of the following: that lock is held. */

/* Give the object a place, an id, and the current process as its owner.
 * => 0; -ENOSPC */
int ipc_add(struct ipc_table *table, struct ipc *ipc, key_t key, u32 flags);
void ipc_remove(struct ipc_table *table, struct ipc *ipc);

/* By its id; with `index`, by its place.  => -EINVAL; -EIDRM: another one has
 * its place now */
int ipc_find(const struct ipc_table *table, int id, bool index,
             struct ipc **ipc) __must_check;

/* shmget(2) and semget(2): by its key.
 * => 0; -ENOENT: to be made; another error: it is not what flags ask for */
int ipc_find_key(const struct ipc_table *table, key_t key, u32 flags,
                 struct ipc **ipc) __must_check;

/* The highest place that is in use, or 0. */
int ipc_highest(const struct ipc_table *table);

/* Whether the current process may use it (bits of a mode, in any of the three
 * classes); or change and remove it.  => 0; -EACCES; -EPERM */
int ipc_refuse(const struct ipc *ipc, u32 mode) __must_check;
int ipc_refuse_change(const struct ipc *ipc) __must_check;

/* IPC_STAT and IPC_SET.  => -EINVAL: no such user */
void ipc_tell(const struct ipc *ipc, struct ipc_perm *perm);
int ipc_set(struct ipc *ipc, const struct ipc_perm *perm) __must_check;

/*
 * What System V's semaphores (sem.h) and shared memory (fs/shm.h) have in
 * common: an id, which finds an object in all processes, until someone removes
 * it; a key, which finds the id; an owner; and a call that controls it.
 *
 *   i  never changes    l  the lock of its table's owner
 */
#pragma once

#include "abi/ipc.h"

#include "core/types.h"

#include "proc/cred.h"

#define IPC_MOST     1024 /* objects of each kind; a user: half */
#define IPC_COMMANDS (SEM_STAT_ANY + 1)

/* What a call needs: bits of a mode, in any of the three classes; and: */
#define IPC_READ   0444
#define IPC_WRITE  0222
#define IPC_OWNER  01000  /* the right to change and remove it */
#define IPC_NORMAL 02000  /* nothing */
#define IPC_PLACE  04000  /* the id is a place in the table */
#define IPC_ALL    010000 /* no object: it is about all of them */

struct ipc {
    int id;         /* i  place in the table, and how often one was made */
    key_t key;      /* l  IPC_PRIVATE: none */
    u64 size;       /* i  bytes, or semaphores */
    u32 uid, gid;   /* l */
    u32 cuid, cgid; /* i  who made it */
    u32 mode;       /* l */
    u32 payer;      /* i  whose it counts as (cred_place) */
    time_t ctime;   /* l */
};

struct ipc_table {
    struct ipc *at[IPC_MOST];       /* l */
    u32 last, made;                 /* l */
    struct user_counts used;        /* l */
    struct user_counts sizes;       /* l  of all objects, if there is a limit */
    const u32 sizes_most;           /* i  their limit; a user: half */
    const u16 needs[IPC_COMMANDS];  /* i  what each command does; 0: no such */
};

time_t ipc_now(void);

/* What a command of shmctl and semctl needs.  => 0: -EINVAL */
static inline u32
ipc_needs(const struct ipc_table *table, int id, int command)
{
    return id < 0 || (u32)command >= IPC_COMMANDS ? 0 : table->needs[command];
}

/* All of the following: that lock is held. */

/* shmget and semget: the id of the object with this key, or if flags say so, of
 * *new, a new one that may be NULL (no memory).  It is the current process's
 * then, and *new is NULL.
 * => an id; -EINVAL: size; -ENOENT, -EEXIST, -EACCES, -ENOSPC, -ENOMEM */
long ipc_get(struct ipc_table *table, key_t key, u64 size, u32 flags,
             struct ipc **new);
void ipc_remove(struct ipc_table *table, struct ipc *ipc);

/* Whether ipc_get may need a new object. */
static inline bool
ipc_may_make(key_t key, u64 size, u32 flags)
{
    return size > 0 && (key == IPC_PRIVATE || (flags & IPC_CREAT));
}

/* Find an object of which the current process may have what it needs.
 * => -EINVAL; -EIDRM: another one has its place now; -EACCES; -EPERM */
int ipc_find(const struct ipc_table *table, int id, u32 needs,
             struct ipc **ipc) __must_check;
int ipc_refuse(const struct ipc *ipc, u32 needs) __must_check;

/* The highest place that is in use, or 0. */
int ipc_highest(const struct ipc_table *table);

/* IPC_STAT and IPC_SET.  => -EINVAL: no such user */
struct ipc_perm ipc_tell(const struct ipc *ipc);
int ipc_set(struct ipc *ipc, const struct ipc_perm *perm) __must_check;

/*
 * System V's shared memory.  A segment is a file without a name (tmpfs.h) with
 * an id.  It lives as long as it has the id or is mapped: IPC_RMID only drops
 * the id's reference, so the last detach, exec or exit frees it, with no work
 * here.
 *
 *   id --> struct shm <---> inode <-- vmas
 */
#pragma once

#include "proc/ipc.h"

struct shmid_ds;

/* shmget(2).  => an id; -EINVAL, -ENOENT, -EEXIST, -EACCES, -ENOSPC, -ENOMEM */
long shm_get(key_t key, u64 size, u32 flags);

/* shmat(2), shmdt(2), in the current space.
 * => the address, or 0; -EINVAL, -EIDRM, -EACCES, -ENOMEM */
long shm_attach(int id, vaddr_t addr, u32 flags);
long shm_detach(vaddr_t addr);

/* shmctl(2).  => its result; -EINVAL, -EIDRM, -EACCES, -EPERM, -EFAULT */
long shm_control(int id, int command, u64 user);

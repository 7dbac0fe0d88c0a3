#pragma once

/* System V's semaphores and shared memory. */

#include "abi/posix.h"

typedef int key_t;

#define IPC_PRIVATE 0
#define IPC_CREAT 01000
#define IPC_EXCL 02000
#define IPC_NOWAIT 04000

#define IPC_RMID 0
#define IPC_SET 1
#define IPC_STAT 2
#define IPC_INFO 3

struct ipc_perm {
    key_t __key;
    uid_t uid;
    gid_t gid;
    uid_t cuid;
    gid_t cgid;
    mode_t mode;
    unsigned short __seq;
    unsigned long __more[2];
};

/* ---- Shared memory ---- */

#define SHMLBA 4096
#define SHMMIN 1

#define SHM_RDONLY 010000
#define SHM_RND 020000
#define SHM_REMAP 040000
#define SHM_EXEC 0100000

#define SHM_DEST 01000 /* in a mode: gone when no one has it attached */
#define SHM_LOCKED 02000
#define SHM_HUGETLB 04000 /* to shmget */
#define SHM_NORESERVE 010000

#define SHM_LOCK 11
#define SHM_UNLOCK 12
#define SHM_STAT 13
#define SHM_INFO 14
#define SHM_STAT_ANY 15

typedef unsigned long shmatt_t;

struct shmid_ds {
    struct ipc_perm shm_perm;
    size_t shm_segsz;
    time_t shm_atime;
    time_t shm_dtime;
    time_t shm_ctime;
    pid_t shm_cpid;
    pid_t shm_lpid;
    shmatt_t shm_nattch;
    unsigned long __more[2];
};

struct shminfo {
    unsigned long shmmax, shmmin, shmmni, shmseg, shmall;
    unsigned long __more[4];
};

struct shm_info {
    int used_ids;
    unsigned long shm_tot, shm_rss, shm_swp;
    unsigned long swap_attempts, swap_successes;
};

/* ---- Semaphores ---- */

#define SEM_UNDO 0x1000

#define GETPID 11
#define GETVAL 12
#define GETALL 13
#define GETNCNT 14
#define GETZCNT 15
#define SETVAL 16
#define SETALL 17
#define SEM_STAT 18
#define SEM_INFO 19
#define SEM_STAT_ANY 20

#define SEMMSL 32000 /* semaphores of a set */
#define SEMOPM 500   /* operations of one call */
#define SEMVMX 32767 /* a value, */
#define SEMAEM 32767 /* and what is kept to undo it */

struct sembuf {
    unsigned short sem_num;
    short sem_op;
    short sem_flg;
};

struct semid_ds {
    struct ipc_perm sem_perm;
    time_t sem_otime;
    unsigned long __otime_more;
    time_t sem_ctime;
    unsigned long __ctime_more;
    unsigned long sem_nsems;
    unsigned long __more[2];
};

struct seminfo {
    int semmap, semmni, semmns, semmnu, semmsl, semopm, semume, semusz;
    int semvmx, semaem;
};

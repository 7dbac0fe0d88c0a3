/*
 * sysv.h: for tests of System V's semaphores and shared memory, whose objects
 * outlive a process: so a test removes what it makes.
 */
#pragma once

#include "tap.h"

#include <sys/sem.h>
#include <sys/shm.h>

union semun {
    int val;
    struct semid_ds *buf;
    unsigned short *array;
};

/* One operation on a semaphore. */
static inline int
sem_do(int id, int number, int op, int flags)
{
    struct sembuf one = {
        (unsigned short)number, (short)op, (short)flags,
    };
    return semop(id, &one, 1);
}

static inline int
sem_value(int id, int number)
{
    return semctl(id, number, GETVAL);
}

static inline int
sem_set(int id, int number, int value)
{
    return semctl(id, number, SETVAL, (union semun){ .val = value });
}

/* Wait until as many threads wait for the semaphore to grow, or to be 0. */
static inline void
sem_until(int id, int number, int command, int count)
{
    for (int i = 0; i < 5000 && semctl(id, number, command) != count; i++) {
        nap(1);
    }
}

/* How many have the shared memory attached. */
static inline long
attached(int id)
{
    struct shmid_ds data;
    return shmctl(id, IPC_STAT, &data) == 0 ? (long)data.shm_nattch : -1;
}

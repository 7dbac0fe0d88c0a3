#pragma once

/* System V's shared memory. */

#include <sys/ipc.h>

int shmget(key_t key, size_t size, int flags);
void *shmat(int id, const void *at, int flags);
int shmdt(const void *at);
int shmctl(int id, int command, struct shmid_ds *data);

/*
 * account.c: memory that parent and children share after fork, and a semaphore
 * that lets one at a time change it.
 *
 * To add is three steps: read, add, write.  Here a child gives the processor
 * away between the first and the last, as any interrupt may make it do.  Take
 * the two calls of semop out, and see what is left of the sum.
 */
#include <sched.h>
#include <stdio.h>
#include <sys/sem.h>
#include <sys/shm.h>
#include <sys/wait.h>
#include <unistd.h>

#define CHILDREN 4
#define TIMES    25

static struct sembuf enter = {0, -1, SEM_UNDO}; /* undone if we are killed */
static struct sembuf leave = {0, 1, SEM_UNDO};

static void
add(int guard, int *sum)
{
    for (int i = 0; i < TIMES; i++) {
        semop(guard, &enter, 1);
        int seen = *sum;
        sched_yield();
        *sum = seen + 1;
        semop(guard, &leave, 1);
    }
}

int
main(void)
{
    int id = shmget(IPC_PRIVATE, sizeof(int), 0600);
    int guard = semget(IPC_PRIVATE, 1, 0600);
    int *sum = shmat(id, NULL, 0);

    shmctl(id, IPC_RMID, NULL); /* it lives until the last one detaches it */
    semctl(guard, 0, SETVAL, 1);
    for (int child = 0; child < CHILDREN; child++) {
        if (fork() == 0) {
            add(guard, sum);
            _exit(0);
        }
    }
    while (wait(NULL) > 0) {
    }
    printf("%d children add 1, %d times each: %d\n", CHILDREN, TIMES, *sum);
    return semctl(guard, 0, IPC_RMID);
}

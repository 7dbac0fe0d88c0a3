/*
 * System V's calls: semaphores and shared memory.
 */
#include "abi/errno.h"

#include "arch/clock.h"

#include "mm/heap.h"

#include "proc/sem.h"

#include "fs/shm.h"

#include "sys/sys.h"
#include "sys/timespec.h"

/* int semget(key_t key, int count, int flags);
 * Returns an id.  EINVAL: count.  ENOENT, EEXIST, EACCES, ENOSPC, ENOMEM. */
SYS_FORWARD(sys_semget, (u64 key, u64 count, u64 flags),
            sem_get((key_t)key, (int)count, (u32)flags))

static long
operate(u64 id, u64 user, u64 count, u64 deadline)
{
    struct sembuf few[4]; /* for most calls, to save the allocation */
    struct sembuf *ops = few;

    if (count > ARRAY_SIZE(few)
        && (ops = kmalloc(count * sizeof(*ops))) == NULL) {
        return -ENOMEM;
    }
    long error = copy_from_user(ops, user, count * sizeof(*ops));
    if (error == 0) {
        error = sem_operate((int)id, ops, (u32)count, deadline);
    }
    if (ops != few) {
        kfree(ops);
    }
    return error;
}

/* int semtimedop(int id, struct sembuf *operations, size_t count,
 *                const struct timespec *timeout); semop.
 * EINVAL: no operation, the time.  E2BIG: more than SEMOPM.  EFBIG: the number
 * of a semaphore.  EAGAIN: IPC_NOWAIT, or the time is over.  ERANGE: too large
 * a value.  EIDRM: removed meanwhile.  EINTR, EACCES, EFAULT, ENOMEM. */
long
sys_semtimedop(u64 id, u64 ops, u64 count, u64 timeout)
{
    struct timespec time;
    u64 deadline = NEVER;

    if (timeout != 0 && copy_from_user(&time, timeout, sizeof(time)) != 0) {
        return -EFAULT;
    }
    if ((u32)count > SEMOPM || (u32)count == 0) {
        return (u32)count == 0 ? -EINVAL : -E2BIG;
    }
    if (timeout != 0 && deadline_after(time, &deadline) != 0) {
        return -EINVAL;
    }
    return operate(id, ops, (u32)count, deadline);
}

SYS_FORWARD(sys_semop, (u64 id, u64 ops, u64 count),
            sys_semtimedop(id, ops, count, 0))

/* int semctl(int id, int number, int command, ...);
 * Returns what is asked for.
 * EINVAL: id, number, command.  ERANGE: a value.  EIDRM, EACCES, EPERM, EFAULT,
 * ENOMEM. */
SYS_FORWARD(sys_semctl, (u64 id, u64 number, u64 command, u64 arg),
            sem_control((int)id, (int)number, (int)command, arg))

/* int shmget(key_t key, size_t size, int flags);
 * Returns an id.  EINVAL: size.  ENOENT, EEXIST, EACCES, ENOSPC, ENOMEM.
 * Differences from Linux: SHM_HUGETLB has no effect. */
SYS_FORWARD(sys_shmget, (u64 key, u64 size, u64 flags),
            shm_get((key_t)key, size, (u32)flags))

/* void *shmat(int id, const void *at, int flags);
 * Returns the address.  EINVAL: id, address, something is there.  EIDRM,
 * EACCES, ENOMEM. */
SYS_FORWARD(sys_shmat, (u64 id, u64 at, u64 flags),
            shm_attach((int)id, at, (u32)flags))

/* int shmdt(const void *at);  EINVAL: nothing is attached there. */
SYS_FORWARD(sys_shmdt, (u64 at), shm_detach(at))

/* int shmctl(int id, int command, struct shmid_ds *data);
 * Returns what is asked for.  EINVAL: id, command.  EIDRM, EACCES, EPERM,
 * EFAULT.
 * Differences from Linux: fork, exec and exit do not change the times and
 * shm_lpid. */
SYS_FORWARD(sys_shmctl, (u64 id, u64 command, u64 data),
            shm_control((int)id, (int)command, data))

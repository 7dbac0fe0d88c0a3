/*
 * semctl(2): what one may ask of a set of semaphores, and change in it.
 */
#include "abi/errno.h"
#include "common/list.h"

#include "mm/heap.h"
#include "mm/usercopy.h"

#include "proc/process.h"
#include "proc/sem.h"

static void
remove_set(struct sem_set *set)
{
    ipc_remove(&sem_sets, &set->ipc);
    list_for_each_safe(pos, &set->undos) {
        sem_free_undo(list_entry(pos, struct sem_undo, of_set));
    }
    list_for_each_safe(pos, &set->waiting) {
        sem_end_wait(list_entry(pos, struct sem_wait, link), -EIDRM);
    }
    kfree(set);
}

/* Threads that wait for the value to grow, or to be 0. */
static long
count_waiting(const struct sem_set *set, u32 number, bool zero)
{
    long count = 0;

    list_for_each_entry(call, &set->waiting, const struct sem_wait, link) {
        count += call->blocks->sem_num == number
                 && (call->blocks->sem_op == 0) == zero;
    }
    return count;
}

/* SETVAL, SETALL: nothing that was done before is undone then. */
static void
set_values(struct sem_set *set, u32 first, u32 count, const u16 *values)
{
    for (u32 i = 0; i < count; i++) {
        list_for_each_entry(undo, &set->undos, struct sem_undo, of_set) {
            undo->add[first + i] = 0;
        }
        set->sem[first + i] =
            (struct sem){values[i], current->process->pid};
    }
    set->ipc.ctime = ipc_now();
    sem_changed(set);
}

static long
move_all(struct sem_set *set, bool sets_them, u64 user)
{
    size_t size = set->ipc.size * sizeof(u16);
    u16 *values = kmalloc(size);
    long error = values == NULL ? -ENOMEM
                 : sets_them    ? copy_from_user(values, user, size) : 0;

    for (u32 i = 0; error == 0 && i < set->ipc.size; i++) {
        values[i] = sets_them ? values[i] : (u16)set->sem[i].value;
        error = values[i] > SEMVMX ? -ERANGE : 0;
    }
    if (error == 0 && sets_them) {
        set_values(set, 0, set->ipc.size, values);
    } else if (error == 0) {
        error = copy_to_user(user, values, size);
    }
    kfree(values);
    return error;
}

/* IPC_STAT, SEM_STAT. */
static long
tell(const struct sem_set *set, u64 user)
{
    struct semid_ds told = {
        .sem_perm = ipc_tell(&set->ipc), .sem_otime = set->otime,
        .sem_ctime = set->ipc.ctime, .sem_nsems = set->ipc.size,
    };

    return copy_to_user(user, &told, sizeof(told));
}

/* IPC_INFO; SEM_INFO: with the number of sets and of their semaphores.
 * => the highest place */
static long
tell_limits(bool counts, u64 user)
{
    struct seminfo info = {
        .semmni = IPC_MOST, .semmns = IPC_MOST * SEMMSL, .semmsl = SEMMSL,
        .semopm = SEMOPM, .semume = SEMOPM, .semvmx = SEMVMX,
        .semaem = counts ? 0 : SEMAEM, .semusz = (int)sem_sets.used,
    };

    for (int i = 0; counts && i < IPC_MOST; i++) {
        struct ipc *ipc = sem_sets.at[i];
        info.semaem += ipc != NULL ? (int)ipc->size : 0;
    }
    long error = copy_to_user(user, &info, sizeof(info));
    return error != 0 ? error : ipc_highest(&sem_sets);
}

static long
control(struct sem_set *set, u32 number, int command, u64 arg)
{
    u16 value = (u16)arg;

    switch (command) {
    case IPC_RMID:
        remove_set(set);
        return 0;
    case IPC_STAT:
        return tell(set, arg);
    case SEM_STAT:
    case SEM_STAT_ANY:
        return tell(set, arg) != 0 ? -EFAULT : set->ipc.id;
    case GETALL:
    case SETALL:
        return move_all(set, command == SETALL, arg);
    default:
        break;
    }
    if (number >= set->ipc.size) {
        return -EINVAL;
    }
    switch (command) { /* the commands on one semaphore */
    case GETVAL:
        return set->sem[number].value;
    case GETPID:
        return set->sem[number].pid;
    case SETVAL:
        set_values(set, number, 1, &value);
        return 0;
    default:
        return count_waiting(set, number, command == GETZCNT);
    }
}

long
sem_control(int id, int number, int command, u64 arg)
{
    u32 needs = ipc_needs(&sem_sets, id, command);
    struct semid_ds new;
    struct ipc *ipc;

    if (needs == 0) {
        return -EINVAL;
    }
    if (command == SETVAL && (u32)arg > SEMVMX) {
        return -ERANGE;
    }
    if (command == IPC_SET && copy_from_user(&new, arg, sizeof(new)) != 0) {
        return -EFAULT;
    }
    mutex_lock(&sem_lock);
    long result = needs & IPC_ALL ? tell_limits(command == SEM_INFO, arg)
                                  : ipc_find(&sem_sets, id, needs, &ipc);
    if (result == 0 && (needs & IPC_ALL) == 0) {
        result = command == IPC_SET ? ipc_set(ipc, &new.sem_perm)
                                    : control(sem_set_of(ipc), (u32)number,
                                              command, arg);
    }
    mutex_unlock(&sem_lock);
    return result;
}

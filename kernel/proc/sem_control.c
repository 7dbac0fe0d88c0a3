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
    cred_count(&sem_counts, set->ipc.payer, -set->count);
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
    set->ctime = sem_now();
    sem_changed(set);
}

static long
move_all(struct sem_set *set, bool sets_them, u64 user)
{
    size_t size = set->count * sizeof(u16);
    u16 *values = kmalloc(size);
    long error = values == NULL ? -ENOMEM
                 : sets_them    ? copy_from_user(values, user, size) : 0;

    for (u32 i = 0; error == 0 && i < set->count; i++) {
        values[i] = sets_them ? values[i] : (u16)set->sem[i].value;
        error = values[i] > SEMVMX ? -ERANGE : 0;
    }
    if (error == 0 && sets_them) {
        set_values(set, 0, set->count, values);
    } else if (error == 0) {
        error = copy_to_user(user, values, size);
    }
    kfree(values);
    return error;
}

/* IPC_STAT, SEM_STAT, IPC_SET. */
static long
tell(const struct sem_set *set, u64 user)
{
    struct semid_ds told = {
        .sem_otime = set->otime, .sem_ctime = set->ctime,
        .sem_nsems = set->count,
    };

    ipc_tell(&set->ipc, &told.sem_perm);
    return copy_to_user(user, &told, sizeof(told));
}

static long
change(struct sem_set *set, u64 user)
{
    struct semid_ds new;
    long error = copy_from_user(&new, user, sizeof(new));

    if (error == 0) {
        error = ipc_set(&set->ipc, &new.sem_perm);
        set->ctime = sem_now();
    }
    return error;
}

/* IPC_INFO; SEM_INFO: with the number of sets and of their semaphores.
 * => the highest place */
static long
tell_limits(bool counts, u64 user)
{
    struct seminfo info = {
        .semmni = IPC_MOST, .semmns = IPC_MOST * SEMMSL, .semmsl = SEMMSL,
        .semopm = SEMOPM, .semume = SEMOPM, .semvmx = SEMVMX,
        .semaem = counts ? 0 : SEMAEM, .semusz = (int)sem_sets.used.all,
    };

    for (int i = 0; counts && i < IPC_MOST; i++) {
        struct ipc *ipc = sem_sets.at[i];
        info.semaem += ipc != NULL ? (int)sem_set_of(ipc)->count : 0;
    }
    long error = copy_to_user(user, &info, sizeof(info));
    return error != 0 ? error : ipc_highest(&sem_sets);
}

static int
refuse(const struct sem_set *set, int command)
{
    switch (command) {
    case IPC_RMID:
    case IPC_SET:
        return ipc_refuse_change(&set->ipc);
    case SETVAL:
    case SETALL:
        return ipc_refuse(&set->ipc, IPC_WRITE);
    default:
        return command == SEM_STAT_ANY ? 0 : ipc_refuse(&set->ipc,
                                                        IPC_READ);
    }
}

/* The commands on one semaphore. */
static long
control_one(struct sem_set *set, u32 number, int command, u16 value)
{
    if (number >= set->count) {
        return -EINVAL;
    }
    switch (command) {
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

static long
control(struct sem_set *set, int number, int command, u64 arg)
{
    switch (command) {
    case IPC_RMID:
        remove_set(set);
        return 0;
    case IPC_SET:
        return change(set, arg);
    case IPC_STAT:
        return tell(set, arg);
    case SEM_STAT:
    case SEM_STAT_ANY:
        return tell(set, arg) != 0 ? -EFAULT : set->ipc.id;
    case GETALL:
    case SETALL:
        return move_all(set, command == SETALL, arg);
    default:
        return control_one(set, (u32)number, command, (u16)arg);
    }
}

long
sem_control(int id, int number, int command, u64 arg)
{
    bool info = command == IPC_INFO || command == SEM_INFO;
    bool by_place = command == SEM_STAT || command == SEM_STAT_ANY;
    struct sem_set *set;

    if (id < 0 || command < 0 || command > SEM_STAT_ANY
        || (command > IPC_INFO && command < GETPID)) {
        return -EINVAL;
    }
    if (command == SETVAL && ((int)arg < 0 || (int)arg > SEMVMX)) {
        return -ERANGE;
    }
    mutex_lock(&sem_lock);
    long result = info ? 0 : sem_find(id, by_place, &set);
    if (result == 0) {
        result = info ? tell_limits(command == SEM_INFO, arg)
                      : refuse(set, command);
    }
    if (result == 0 && !info) {
        result = control(set, number, command, arg);
    }
    mutex_unlock(&sem_lock);
    return result;
}

/*
 * System V's semaphores.  The essential fact: whoever changes a set carries
 * out, for the threads that wait, what has become possible, and then wakes
 * them.  So a thread that wakes up has its result, and nobody sees a value in
 * between.
 */
#include "abi/errno.h"
#include "common/list.h"

#include "mm/heap.h"

#include "proc/exit.h"
#include "proc/mutex.h"
#include "proc/process.h"
#include "proc/sem.h"

#define MUST_WAIT 1
#define SEMS_MOST (8 * SEMMSL) /* in all sets; a user: half */

struct mutex sem_lock = MUTEX_INIT(sem_lock, MUTEX_SEM);

struct ipc_table sem_sets = {.sizes_most = SEMS_MOST, .needs = {
    [IPC_RMID] = IPC_OWNER, [IPC_SET] = IPC_OWNER, [IPC_STAT] = IPC_READ,
    [IPC_INFO] = IPC_ALL, [GETPID] = IPC_READ, [GETVAL] = IPC_READ,
    [GETALL] = IPC_READ, [GETNCNT] = IPC_READ, [GETZCNT] = IPC_READ,
    [SETVAL] = IPC_WRITE, [SETALL] = IPC_WRITE,
    [SEM_STAT] = IPC_READ | IPC_PLACE, [SEM_INFO] = IPC_ALL,
    [SEM_STAT_ANY] = IPC_NORMAL | IPC_PLACE,
}};

/* => NULL: no memory */
static struct ipc *
make_set(u32 count)
{
    struct sem_set *set = kzalloc(sizeof(*set) + count * sizeof(struct sem));

    if (set == NULL) {
        return NULL;
    }
    set->ipc.size = count;
    list_init(&set->waiting);
    list_init(&set->undos);
    return &set->ipc;
}

long
sem_get(key_t key, int count, u32 flags)
{
    if (count < 0 || count > SEMMSL) {
        return -EINVAL;
    }
    struct ipc *new = ipc_may_make(key, (u64)count, flags)
                          ? make_set((u32)count) : NULL;
    mutex_lock(&sem_lock);
    long result = ipc_get(&sem_sets, key, (u64)count, flags, &new);
    mutex_unlock(&sem_lock);
    kfree(new);
    return result;
}

/* ---- Operations ---- */

static void
apply(struct sem_set *set, struct sem_wait *call, const struct sembuf *op,
      int by)
{
    set->sem[op->sem_num].value += by;
    if (op->sem_flg & SEM_UNDO) {
        call->undo->add[op->sem_num] =
            (short)(call->undo->add[op->sem_num] - by);
    }
}

/* One operation.  => 0; -ERANGE; MUST_WAIT, -EAGAIN */
static int
do_one(struct sem_set *set, struct sem_wait *call, const struct sembuf *op)
{
    int value = set->sem[op->sem_num].value + op->sem_op;
    int add = op->sem_flg & SEM_UNDO
                  ? call->undo->add[op->sem_num] - op->sem_op : 0;

    if (op->sem_op == 0 ? value != 0 : value < 0) {
        call->blocks = op;
        return op->sem_flg & IPC_NOWAIT ? -EAGAIN : MUST_WAIT;
    }
    if (value > SEMVMX || add > SEMAEM || add < -SEMAEM - 1) {
        return -ERANGE;
    }
    apply(set, call, op, op->sem_op);
    return 0;
}

/* All operations of a call, or none.  => as do_one */
static int
do_all(struct sem_set *set, struct sem_wait *call)
{
    u32 done = 0;
    int error = 0;

    while (error == 0 && done < call->count) {
        error = do_one(set, call, &call->op[done]);
        done += error == 0;
    }
    if (error == 0) {
        for (u32 i = 0; i < call->count; i++) {
            set->sem[call->op[i].sem_num].pid = call->pid;
        }
        set->otime = ipc_now();
        return 0;
    }
    while (done-- > 0) {
        apply(set, call, &call->op[done], -call->op[done].sem_op);
    }
    return error;
}

void
sem_end_wait(struct sem_wait *call, int result)
{
    list_del(&call->link);
    call->result = result;
    wait_wake_all(&call->queue);
}

/* Of those that wait, do what can be done now: first those that change nothing,
 * as on Linux, then the oldest.  => whether a value has changed */
static bool
do_next(struct sem_set *set, bool alters)
{
    list_for_each_safe(pos, &set->waiting) {
        struct sem_wait *call = list_entry(pos, struct sem_wait, link);
        int result = call->alters == alters ? do_all(set, call) : MUST_WAIT;
        if (result != MUST_WAIT) {
            sem_end_wait(call, result);
        }
        if (result == 0 && alters) {
            return true;
        }
    }
    return false;
}

void
sem_changed(struct sem_set *set)
{
    do {
        (void)do_next(set, false);
    } while (do_next(set, true));
}

/* Find what the current thread undoes in the set, or make it.
 * => NULL: no memory */
static struct sem_undo *
find_undo(struct sem_set *set)
{
    if (sem_prepare() != 0) {
        return NULL;
    }
    list_for_each_entry(undo, &current->undos->undos, struct sem_undo,
                        of_undos) {
        if (undo->set == set) {
            return undo;
        }
    }
    struct sem_undo *undo =
        kzalloc(sizeof(*undo) + set->ipc.size * sizeof(undo->add[0]));
    if (undo != NULL) {
        undo->set = set;
        list_add_tail(&set->undos, &undo->of_set);
        list_add_tail(&current->undos->undos, &undo->of_undos);
    }
    return undo;
}

void
sem_free_undo(struct sem_undo *undo)
{
    list_del(&undo->of_set);
    list_del(&undo->of_undos);
    kfree(undo);
}

/* Whether the call may be made at all. */
static int
ask(struct sem_set *set, struct sem_wait *call)
{
    bool undoes = false;

    for (u32 i = 0; i < call->count; i++) {
        if (call->op[i].sem_num >= set->ipc.size) {
            return -EFBIG;
        }
        call->alters |= call->op[i].sem_op != 0;
        undoes |= (call->op[i].sem_flg & SEM_UNDO) != 0;
    }
    int error = ipc_refuse(&set->ipc, call->alters ? IPC_WRITE : IPC_READ);
    if (error == 0 && undoes && (call->undo = find_undo(set)) == NULL) {
        error = -ENOMEM;
    }
    return error;
}

/* Sleep until another thread has set the result. */
static int
wait_for_result(struct sem_set *set, struct sem_wait *call, u64 deadline)
{
    struct waiter waiter;
    int error = 0;

    call->result = MUST_WAIT;
    waitq_init(&call->queue);
    list_add_tail(&set->waiting, &call->link);
    while (call->result == MUST_WAIT && error == 0) {
        wait_begin(&call->queue, &waiter, false);
        mutex_unlock(&sem_lock);
        error = wait_block(WAIT_INTERRUPTIBLE, deadline);
        mutex_lock(&sem_lock);
        (void)wait_end(&waiter);
    }
    if (call->result == MUST_WAIT) {
        list_del(&call->link);
        call->result = error == -ETIMEDOUT ? -EAGAIN : -EINTR;
    }
    return call->result;
}

static int
operate(struct sem_set *set, struct sem_wait *call, u64 deadline)
{
    int error = ask(set, call);

    if (error == 0) {
        error = do_all(set, call);
        if (error == 0 && call->alters) {
            sem_changed(set);
        }
    }
    return error == MUST_WAIT ? wait_for_result(set, call, deadline) : error;
}

long
sem_operate(int id, const struct sembuf *ops, u32 count, u64 deadline)
{
    struct sem_wait call = {
        .op = ops, .count = count, .pid = current->process->pid,
    };
    struct ipc *ipc;

    mutex_lock(&sem_lock);
    int error = ipc_find(&sem_sets, id, IPC_NORMAL, &ipc);
    if (error == 0) {
        error = operate(sem_set_of(ipc), &call, deadline);
    }
    mutex_unlock(&sem_lock);
    return error;
}

/* ---- Undoing ---- */

int
sem_prepare(void)
{
    struct sem_undos *undos;

    if (current->ends & END_UNDOS) {
        return 0;
    }
    undos = kmalloc(sizeof(*undos));
    if (undos == NULL) {
        return -ENOMEM;
    }
    undos->refs = 1;
    list_init(&undos->undos);
    current->undos = undos;
    current->ends |= END_UNDOS;
    return 0;
}

void
sem_share(struct thread *with)
{
    with->undos = current->undos;
    with->ends |= END_UNDOS;
    __atomic_fetch_add(&with->undos->refs, 1, __ATOMIC_RELAXED);
}

static void
undo_all(struct sem_undo *undo)
{
    struct sem_set *set = undo->set;

    for (u32 i = 0; i < set->ipc.size; i++) {
        int value = set->sem[i].value + undo->add[i];
        if (undo->add[i] != 0) { /* as on Linux: as far as it goes */
            set->sem[i].value = MAX(0, MIN(value, SEMVMX));
            set->sem[i].pid = current->process->pid;
        }
    }
    sem_free_undo(undo);
    set->otime = ipc_now();
    sem_changed(set);
}

void
sem_leave(struct thread *thread)
{
    struct sem_undos *undos = thread->undos;

    thread->ends &= (u8)~END_UNDOS;
    if (__atomic_fetch_sub(&undos->refs, 1, __ATOMIC_ACQ_REL) > 1) {
        return;
    }
    mutex_lock(&sem_lock);
    list_for_each_safe(pos, &undos->undos) {
        undo_all(list_entry(pos, struct sem_undo, of_undos));
    }
    mutex_unlock(&sem_lock);
    kfree(undos);
}


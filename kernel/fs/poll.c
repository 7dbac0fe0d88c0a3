/*
 * Waiting until one of several files is ready.
 *
 * Essential fact: after its first look a call is on the queues of all files.
 * A wake-up between a look and the sleep sets `told`.  So no change is lost,
 * though it looks with no lock held but a file's own.
 */
#include "abi/errno.h"

#include "proc/mutex.h"
#include "proc/sched.h"
#include "proc/signal.h"

#include "fs/pipe.h"
#include "fs/poll.h"

/* The thread that waits. */
struct poll_call {
    struct thread *thread;
    bool told; /* atomic: a file has changed since the last look */
};

void
poll_join(struct poller *poller, struct waitq *queue, u32 about,
          struct spinlock *lock, struct mutex *mutex)
{
    if (poller == NULL) {
        return;
    }
    assert(poller->joined < POLL_QUEUES);
    struct watch *watch = &poller->watch[poller->joined++];
    *watch = (struct watch){
        .waiter = {.exclusive = poller->exclusive, .notify = poller->notify},
        .poller = poller, .about = about, .lock = lock, .mutex = mutex,
    };
    list_insert(poller->exclusive ? queue->waiters.prev : &queue->waiters,
                &watch->waiter.link);
}

void
poll_leave(struct poller *poller)
{
    while (poller->joined > 0) {
        struct watch *watch = &poller->watch[--poller->joined];
        if (watch->mutex != NULL) {
            mutex_lock(watch->mutex);
            list_del(&watch->waiter.link);
            mutex_unlock(watch->mutex);
        } else {
            spin_lock(watch->lock);
            list_del(&watch->waiter.link);
            spin_unlock(watch->lock);
        }
    }
}

/* ---- One call ---- */

static bool
tell_call(struct waiter *waiter)
{
    struct poll_item *item = container_of(poller_of(waiter), struct poll_item,
                                          poller);

    if ((item->wanted & watch_of(waiter)->about) == 0) {
        return false;
    }
    __atomic_store_n(&item->call->told, true, __ATOMIC_SEQ_CST);
    return sched_wake(item->call->thread, THREAD_SLEEPING);
}

void
poll_item_set(struct poll_item *item, int fd, u32 wanted)
{
    item->use = fd >= 0 ? file_use_fd(fd) : (struct file_use){.file = NULL};
    item->ready = fd >= 0 && item->use.file == NULL ? POLLNVAL : 0;
    item->wanted = wanted;
    item->poller.joined = 0;
}

/* Look at each file; with a call, join its queues.  => how many are ready */
static inline long
look(struct poll_item *items, u32 count, struct poll_call *call)
{
    long ready = 0;

    for (struct poll_item *item = items; item < items + count; item++) {
        struct poller *poller = NULL;
        if (call != NULL) {
            poller = &item->poller;
            poller->notify = tell_call;
            poller->exclusive = false;
            item->call = call;
        }
        if (item->use.file != NULL) {
            item->ready = file_poll(item->use.file, poller) & item->wanted;
        }
        ready += item->ready != 0;
    }
    return ready;
}

/* Sleep until a file has changed.  => 0, or wait_block's errors */
static int
wait_change(struct poll_call *call, u64 deadline)
{
    sched_prepare(THREAD_SLEEPING);
    if (__atomic_exchange_n(&call->told, false, __ATOMIC_SEQ_CST)) {
        current->state = THREAD_RUNNING;
        return 0;
    }
    return wait_block(WAIT_INTERRUPTIBLE, deadline);
}

static __noinline long
wait_files(struct poll_item *items, u32 count, u64 deadline)
{
    struct poll_call call = {.thread = current};
    long ready = look(items, count, &call);
    int error = 0;

    while (ready == 0 && error == 0) {
        error = wait_change(&call, deadline);
        ready = look(items, count, NULL);
    }
    for (u32 i = 0; i < count; i++) {
        poll_leave(&items[i].poller);
    }
    return ready > 0 || error == -ETIMEDOUT ? ready : -ERESTARTNOHAND;
}

long
poll_files(struct poll_item *items, u32 count, u64 deadline)
{
    long ready = look(items, count, NULL);

    if (ready > 0) {
        return ready;
    }
    if (deadline == 0 && signal_pending()) { /* ppoll has unblocked it */
        (void)signal_restart();
        return -ERESTARTNOHAND;
    }
    return deadline == 0 ? 0 : wait_files(items, count, deadline);
}

/* ---- Pipes ---- */

u32
pipe_poll(struct file *file, struct poller *poller)
{
    struct pipe *pipe = container_of(file->inode, struct pipe, inode);
    u32 ends = file_access(file);
    u32 ready = 0;

    if (poller != NULL) { /* else no lock: what it tells may change anyway */
        mutex_lock(&pipe->mutex);
    }
    u64 tail = __atomic_load_n(&pipe->tail, __ATOMIC_ACQUIRE); /* first */
    u64 filled = __atomic_load_n(&pipe->head, __ATOMIC_RELAXED) - tail;
    if (ends & FILE_READS) {
        poll_join(poller, &pipe->data_wait, POLL_READ | POLLHUP, NULL,
                  &pipe->mutex);
        ready |= filled > 0 ? POLL_READ : 0;
        /* Not if no writer has ever been there (fifo.c). */
        ready |= pipe->writers == 0 && file->offset != pipe->writes
                     ? POLLHUP : 0;
    }
    if (ends & FILE_WRITES) {
        poll_join(poller, &pipe->room_wait, POLL_WRITE | POLLERR, NULL,
                  &pipe->mutex);
        ready |= filled + PIPE_BUF <= pipe->size ? POLL_WRITE : 0;
        ready |= pipe->readers == 0 ? POLLERR : 0;
    }
    if (poller != NULL) {
        mutex_unlock(&pipe->mutex);
    }
    return ready;
}

/*
 * Which files are ready.  Each kind of file has one operation for it (inode.h):
 * it says what the file is ready for now and, if a poller asks, puts it on the
 * wait queues that are woken when that may change.  There it stays, and is told
 * of each wake-up, until it leaves them:
 *
 *      poll_join (in ops->poll) --> notify, notify, ... --> poll_leave
 *
 * Being told means only: look again.
 */
#pragma once

#include "abi/errno.h"
#include "abi/poll.h"

#include "core/types.h"

#include "proc/sleep.h"

#include "fs/file.h"
#include "fs/inode.h"

struct mutex;

#define POLL_READ   (POLLIN | POLLRDNORM)
#define POLL_WRITE  (POLLOUT | POLLWRNORM)
#define POLL_QUEUES 2 /* a file has so many at most */

/* A poller's place on a queue, and what guards that queue: one of the two. */
struct watch {
    struct waiter waiter;
    struct poller *poller;
    u32 about;             /* bits that a wake-up may change */
    struct spinlock *lock;
    struct mutex *mutex;
};

/* Who wants to know about one file. */
struct poller {
    bool (*notify)(struct waiter *waiter); /* its struct watch's */
    bool exclusive;                        /* as in struct waiter */
    u32 joined;                            /* of the next: on a queue */
    struct watch watch[POLL_QUEUES];
};

static inline struct watch *
watch_of(struct waiter *waiter)
{
    return container_of(waiter, struct watch, waiter);
}

static inline struct poller *
poller_of(struct waiter *waiter)
{
    return watch_of(waiter)->poller;
}

/* In ops->poll: join a queue that is woken when these bits may have changed.
 * => lock or mutex held, the other one NULL; poller NULL: nothing happens */
void poll_join(struct poller *poller, struct waitq *queue, u32 about,
               struct spinlock *lock, struct mutex *mutex);

/* Leave all queues; from here the poller is not told.
 * => the file is still open; no lock of MUTEX_CONTENT or above is held */
void poll_leave(struct poller *poller);

/* What a file is ready for. */
static inline u32
file_poll(struct file *file, struct poller *poller)
{
    const struct inode_ops *ops = file->inode->ops;

    return ops->poll != NULL ? ops->poll(file, poller) : POLL_READ | POLL_WRITE;
}

/* Sleep until the queue is woken, or until the deadline.
 * => lock held; as wait_sleep; -ETIMEDOUT */
static inline int __must_check
wait_until(struct waitq *queue, struct spinlock *lock, u64 deadline)
{
    struct waiter waiter;

    wait_begin(queue, &waiter, true);
    spin_unlock(lock);
    int error = wait_block(WAIT_INTERRUPTIBLE, deadline);
    spin_lock(lock);
    return wait_end(&waiter) ? 0 : error;
}

/* Sleep until the queue is woken, unless the file must not block.
 * => lock held; as wait_sleep; -EAGAIN */
static inline int __must_check
file_wait(const struct file *file, struct waitq *queue, struct spinlock *lock)
{
    return file->flags & O_NONBLOCK ? -EAGAIN
                                    : wait_sleep(queue, lock,
                                                 WAIT_INTERRUPTIBLE);
}

/* What one call waits for at one file. */
struct poll_item {
    struct file_use use;
    u32 wanted;             /* POLL* bits */
    u32 ready;              /* those of them that hold; POLLNVAL */
    struct poll_call *call;
    struct poller poller;
};

/* A descriptor of the current process; without a file it is ready: POLLNVAL.
 * => file_done(item->use) when done */
void poll_item_set(struct poll_item *item, int fd, u32 wanted);

/* Wait until one is ready, or until the deadline (0: look once).
 * => how many are; -ERESTARTNOHAND: a signal came first */
long poll_files(struct poll_item *items, u32 count, u64 deadline) __must_check;

/*
 * eventfd: a count that a write adds to and a read takes, waiting if it cannot.
 */
#include "abi/errno.h"
#include "abi/eventfd.h"

#include "core/optional.h"

#include "fs/anon.h"
#include "fs/event.h"
#include "fs/file.h"
#include "fs/poll.h"

#define COUNT_MOST (~0UL - 1)

/* The lock guards the rest. */
struct eventfd {
    struct inode inode;
    bool semaphore;          /* immutable */
    struct spinlock lock;    /* RANK_EVENT */
    u64 count;
    struct waitq count_wait; /* readers wait for a count */
    struct waitq room_wait;  /* writers wait until theirs can be added */
};

OPTIONAL(poll_join)

static long
eventfd_read(struct file *file, struct uio *uio)
{
    struct eventfd *event = file->data;
    u64 taken = 0;
    int error = 0;

    if (uio->left < sizeof(taken)) {
        return -EINVAL;
    }
    spin_lock(&event->lock);
    while (event->count == 0 && error == 0) {
        error = file_wait(file, &event->count_wait, &event->lock);
    }
    if (event->count > 0) {
        error = 0;
        taken = event->semaphore ? 1 : event->count;
        event->count -= taken;
        wait_wake_all(&event->room_wait);
    }
    spin_unlock(&event->lock);
    if (error == 0 && uio_move(uio, &taken, sizeof(taken)) != 0) {
        error = -EFAULT;
    }
    return error != 0 ? error : (long)sizeof(taken);
}

static long
eventfd_write(struct file *file, struct uio *uio)
{
    struct eventfd *event = file->data;
    u64 added;
    int error = 0;

    if (uio->left != sizeof(added)) {
        return -EINVAL;
    }
    if (uio_move(uio, &added, sizeof(added)) != 0) {
        return -EFAULT;
    }
    if (added > COUNT_MOST) {
        return -EINVAL;
    }
    spin_lock(&event->lock);
    while (COUNT_MOST - event->count < added && error == 0) {
        error = file_wait(file, &event->room_wait, &event->lock);
    }
    if (error == 0) {
        event->count += added;
        wait_wake_all(&event->count_wait);
    }
    spin_unlock(&event->lock);
    return error != 0 ? error : (long)sizeof(added);
}

static u32
eventfd_poll(struct file *file, struct poller *poller)
{
    struct eventfd *event = file->data;

    spin_lock(&event->lock);
    poll_join(poller, &event->count_wait, POLLIN, &event->lock, NULL);
    poll_join(poller, &event->room_wait, POLLOUT, &event->lock, NULL);
    u32 ready = (event->count > 0 ? POLLIN : 0)
                | (event->count < COUNT_MOST ? POLLOUT : 0);
    spin_unlock(&event->lock);
    return ready;
}

int
eventfd_create(u32 count, u32 flags)
{
    static const struct inode_ops ops = {
        .open = anon_refuse, .read = eventfd_read, .write = eventfd_write,
        .poll = eventfd_poll, .stays = true,
    };
    struct inode *inode = anon_alloc(sizeof(struct eventfd), &ops, "eventfd");

    if (inode != NULL) {
        struct eventfd *event = container_of(inode, struct eventfd, inode);
        event->semaphore = (flags & EFD_SEMAPHORE) != 0;
        event->count = count;
        spin_init(&event->lock, RANK_EVENT, "event");
        waitq_init(&event->count_wait);
        waitq_init(&event->room_wait);
    }
    return anon_open(inode, O_RDWR | (flags & ~(u32)EFD_SEMAPHORE));
}

/*
 * epoll: watching many files at a cost that depends on how many are ready.
 *
 * Essential fact: a wake-up of a file's queue only puts its item on the ready
 * list.  Whether the file is ready is asked when somebody waits.  So an item on
 * the list may be ready; one that is not on it has not changed since it was
 * last asked.  Level-triggered items stay on the list until they are asked in
 * vain, edge-triggered ones leave it at once.
 *
 * One mutex for all epolls guards items and lists of them, and is held while
 * files are asked; so a file that is being closed waits until its items are at
 * rest, and loops are found in a graph that does not change.  What wake-ups
 * change, the ready lists, has a spinlock, also one for all: the wake-up of an
 * epoll that is watched by another goes on to that one with the lock held.
 */
#include "abi/errno.h"
#include "abi/poll.h"

#include "mm/heap.h"

#include "proc/cred.h"
#include "proc/mutex.h"

#include "fs/anon.h"
#include "fs/epoll.h"
#include "fs/epoll_item.h"

/* What changes how an item is told, not what is. */
#define MODES (EPOLLEXCLUSIVE | EPOLLWAKEUP | EPOLLONESHOT | EPOLLET)
#define EXCLUSIVE_MAY                                                      \
    (POLLIN | POLLOUT | POLLERR | POLLHUP | EPOLLEXCLUSIVE | EPOLLWAKEUP   \
     | EPOLLET)

static struct mutex epoll_mutex = MUTEX_INIT(epoll_mutex, MUTEX_EPOLL);
static struct spinlock ready_lock = SPINLOCK_INIT(RANK_EPOLL);
static struct user_counts counts; /* m  of items */

static u32 epoll_poll(struct file *file, struct poller *poller);
static void epoll_close(struct file *file);

static const struct inode_ops epoll_ops = {
    .open = anon_refuse, .poll = epoll_poll, .close = epoll_close,
    .stays = true,
};

struct epoll *
epoll_of(const struct file *file)
{
    return file->inode->ops == &epoll_ops ? file->data : NULL;
}

/* ---- Ready lists ---- */

/* It is to be asked again.  => ready_lock held */
static void
mark(struct epoll_item *item)
{
    if (list_empty(&item->ready_link)) {
        list_add_tail(&item->epoll->ready, &item->ready_link);
    }
    wait_wake_one(&item->epoll->wait);
}

/* A queue of its file is woken; if that is an epoll, the lock is held. */
static bool
tell_item(struct waiter *waiter)
{
    struct epoll_item *item = container_of(poller_of(waiter),
                                           struct epoll_item, poller);
    bool inner = epoll_of(item->file) != NULL;
    bool woken = false;

    if (!inner) {
        spin_lock(&ready_lock);
    }
    if (item->events & ~MODES & watch_of(waiter)->about) {
        woken = !list_empty(&item->epoll->wait.waiters);
        mark(item);
    }
    if (!inner) {
        spin_unlock(&ready_lock);
    }
    return woken;
}

/* ---- Asking ---- */

static bool has_events(struct epoll *epoll);

static u32
ask_epoll(struct epoll *epoll, struct poller *poller)
{
    spin_lock(&ready_lock);
    poll_join(poller, &epoll->wait, POLL_READ, &ready_lock, NULL);
    spin_unlock(&ready_lock);
    return has_events(epoll) ? POLL_READ : 0;
}

/* What an item has to tell now.  => the mutex held */
static u32
ask(struct epoll_item *item, struct poller *poller)
{
    struct epoll *inner = epoll_of(item->file);

    return item->events & (inner != NULL ? ask_epoll(inner, poller)
                                         : file_poll(item->file, poller));
}

/* What it waits for is new: it may be ready.  => the mutex held */
static void
look(struct epoll_item *item, struct poller *poller)
{
    if (ask(item, poller) != 0) {
        spin_lock(&ready_lock);
        mark(item);
        spin_unlock(&ready_lock);
    }
}

/* Take the first item off a ready list.  => NULL: it is empty */
static struct epoll_item *
take_first(struct list *ready)
{
    spin_lock(&ready_lock);
    struct list *first = list_first(ready);
    if (first != NULL) {
        list_del(first);
    }
    spin_unlock(&ready_lock);
    return first != NULL ? list_entry(first, struct epoll_item, ready_link)
                         : NULL;
}

/* Put an item at the front of the ready list, unless a wake-up has put it on
 * the list meanwhile. */
static void
put_back(struct epoll_item *item)
{
    spin_lock(&ready_lock);
    if (list_empty(&item->ready_link)) {
        list_add(&item->epoll->ready, &item->ready_link);
    }
    spin_unlock(&ready_lock);
}

/* Whether it has something to tell; items that have not leave the list.  It
 * calls itself through ask(), EPOLL_NESTS deep.  => the mutex held */
static bool
has_events(struct epoll *epoll)
{
    struct epoll_item *item;

    while ((item = take_first(&epoll->ready)) != NULL) {
        if (ask(item, NULL) != 0) {
            put_back(item);
            return true;
        }
    }
    return false;
}

static u32
epoll_poll(struct file *file, struct poller *poller)
{
    mutex_lock(&epoll_mutex);
    u32 ready = ask_epoll(file->data, poller);
    mutex_unlock(&epoll_mutex);
    return ready;
}

/* ---- Waiting ---- */

/* An event was stored: what that does to its item. */
static void
told(struct epoll_item *item)
{
    spin_lock(&ready_lock);
    if (item->events & EPOLLONESHOT) {
        item->events &= MODES;
    } else if ((item->events & EPOLLET) == 0
               && list_empty(&item->ready_link)) {
        list_add_tail(&item->epoll->ready, &item->ready_link);
    }
    spin_unlock(&ready_lock);
}

/* Store the events that there are.  => how many; -EFAULT: not even one */
static long
take_events(struct epoll *epoll, vaddr_t events, u32 most)
{
    struct list scan; /* what is asked now; wake-ups add to epoll->ready */
    struct epoll_item *item;
    long count = 0;
    int error = 0;

    mutex_lock(&epoll_mutex);
    spin_lock(&ready_lock);
    list_add(&epoll->ready, &scan);
    list_del(&epoll->ready); /* all of them are on `scan` now */
    spin_unlock(&ready_lock);
    while ((u32)count < most && error == 0
           && (item = take_first(&scan)) != NULL) {
        struct epoll_event event = {ask(item, NULL), item->data};
        if (event.events == 0) {
            continue;
        }
        error = copy_to_user(events + (u64)count * sizeof(event), &event,
                             sizeof(event));
        if (error != 0) {
            put_back(item);
        } else {
            told(item);
            count++;
        }
    }
    spin_lock(&ready_lock);
    while (!list_empty(&scan)) {
        struct list *last = scan.prev;
        list_leave(last);
        list_add(&epoll->ready, last);
    }
    if (!list_empty(&epoll->ready)) {
        wait_wake_one(&epoll->wait); /* what is left is for the next */
    }
    spin_unlock(&ready_lock);
    mutex_unlock(&epoll_mutex);
    return count > 0 ? count : error;
}

long
epoll_await(struct file *file, vaddr_t events, u32 most, u64 deadline)
{
    struct epoll *epoll = epoll_of(file);
    int error = deadline == 0 ? -ETIMEDOUT : 0;

    if (epoll == NULL) {
        return -EINVAL;
    }
    for (;;) {
        long count = take_events(epoll, events, most);
        if (count != 0 || error != 0) {
            return count != 0             ? count
                   : error == -ETIMEDOUT ? 0
                                         : -EINTR;
        }
        spin_lock(&ready_lock);
        if (list_empty(&epoll->ready)) {
            error = wait_until(&epoll->wait, &ready_lock, deadline);
        }
        spin_unlock(&ready_lock);
    }
}

/* ---- Items ---- */

static struct epoll_item *
find(const struct epoll *epoll, const struct file *file, int fd)
{
    struct epoll_item *item = file->watched;

    while (item != NULL && (item->epoll != epoll || item->fd != fd)) {
        item = item->next;
    }
    return item;
}

/* => the mutex held */
static void
item_free(struct epoll_item *item)
{
    struct epoll_item **at = &item->file->watched;

    poll_leave(&item->poller); /* no wake-up finds it from here on */
    spin_lock(&ready_lock);
    list_del(&item->ready_link);
    spin_unlock(&ready_lock);
    list_del(&item->link);
    while (*at != item) {
        at = &(*at)->next;
    }
    *at = item->next;
    cred_count(&counts, item->payer, -1U);
    kfree(item);
}

/* => the mutex held */
static int
add(struct epoll *epoll, struct file *file, int fd,
    const struct epoll_event *event)
{
    struct epoll *inner = epoll_of(file);

    if (inner != NULL && !epoll_may_nest(epoll, inner)) {
        return -ELOOP;
    }
    if (find(epoll, file, fd) != NULL) {
        return -EEXIST;
    }
    u32 payer = cred_place(current->cred);
    if (!cred_has_room(&counts, payer, 1, EPOLL_ITEMS)) {
        return -ENOSPC;
    }
    struct epoll_item *item = kzalloc(sizeof(*item));
    if (item == NULL) {
        return -ENOMEM;
    }
    item->poller.notify = tell_item;
    item->poller.exclusive = (event->events & EPOLLEXCLUSIVE) != 0;
    item->epoll = epoll;
    item->file = file;
    item->fd = fd;
    item->events = event->events | POLLERR | POLLHUP;
    item->data = event->data;
    list_init(&item->ready_link);
    list_add(&epoll->items, &item->link);
    item->next = file->watched;
    file->watched = item;
    item->payer = payer;
    cred_count(&counts, payer, 1);
    look(item, &item->poller);
    return 0;
}

/* => the mutex held */
static int
change(struct epoll_item *item, const struct epoll_event *event)
{
    if (item == NULL) {
        return -ENOENT;
    }
    if (item->events & EPOLLEXCLUSIVE) {
        return -EINVAL;
    }
    spin_lock(&ready_lock);
    item->events = event->events | POLLERR | POLLHUP;
    spin_unlock(&ready_lock);
    item->data = event->data;
    look(item, NULL);
    return 0;
}

/* Whether the operation may be with these events. */
static bool
may_control(int op, const struct file *file, u32 events)
{
    bool exclusive = op != EPOLL_CTL_DEL && (events & EPOLLEXCLUSIVE) != 0;

    return !exclusive
           || (op == EPOLL_CTL_ADD && epoll_of(file) == NULL
               && (events & ~(u32)EXCLUSIVE_MAY) == 0);
}

int
epoll_control(struct file *outer, int op, struct file *file, int fd,
              const struct epoll_event *event)
{
    struct epoll *epoll = epoll_of(outer);
    int error = -EINVAL;

    if (file->inode->ops->poll == NULL) {
        return -EPERM; /* it is always ready */
    }
    if (outer == file || epoll == NULL
        || !may_control(op, file, event->events)) {
        return -EINVAL;
    }
    mutex_lock(&epoll_mutex);
    epoll->file = outer;
    if (op == EPOLL_CTL_ADD) {
        error = add(epoll, file, fd, event);
    } else if (op == EPOLL_CTL_MOD) {
        error = change(find(epoll, file, fd), event);
    } else if (op == EPOLL_CTL_DEL) {
        struct epoll_item *item = find(epoll, file, fd);
        error = item != NULL ? 0 : -ENOENT;
        if (item != NULL) {
            item_free(item);
        }
    }
    mutex_unlock(&epoll_mutex);
    return error;
}

void
epoll_forget(struct file *file)
{
    mutex_lock(&epoll_mutex);
    while (file->watched != NULL) {
        item_free(file->watched);
    }
    mutex_unlock(&epoll_mutex);
}

/* ---- Birth and end ---- */

int
epoll_create(u32 flags)
{
    struct inode *inode = anon_alloc(sizeof(struct epoll), &epoll_ops,
                                     "eventpoll");

    if (inode != NULL) {
        struct epoll *epoll = container_of(inode, struct epoll, inode);
        list_init(&epoll->items);
        list_init(&epoll->ready);
        waitq_init(&epoll->wait);
    }
    return anon_open(inode, O_RDWR | flags);
}

static void
epoll_close(struct file *file)
{
    struct epoll *epoll = file->data; /* NULL: anon_refuse */

    mutex_lock(&epoll_mutex);
    while (epoll != NULL && !list_empty(&epoll->items)) {
        item_free(list_entry(epoll->items.next, struct epoll_item, link));
    }
    mutex_unlock(&epoll_mutex);
}

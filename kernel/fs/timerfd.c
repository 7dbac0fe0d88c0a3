/*
 * timerfd: a timer that is read.
 *
 * Essential fact: a periodic timer is not started again when it expires, but
 * when somebody reads or asks: then the periods that have passed are counted.
 * So a short period costs nothing while nobody looks.
 */
#include "abi/errno.h"

#include "core/optional.h"

#include "arch/clock.h"
#include "arch/percpu.h"

#include "proc/timer.h"

#include "fs/anon.h"
#include "fs/event.h"
#include "fs/file.h"
#include "fs/poll.h"

/* The lock guards all below it. */
struct timerfd {
    struct inode inode;
    bool realtime;         /* immutable: its clock */
    struct spinlock lock;  /* RANK_EVENT */
    struct timer timer;
    bool follows;          /* `when` is a time of CLOCK_REALTIME, else of
                              CLOCK_MONOTONIC */
    bool over;             /* it has expired, and was not started again */
    u64 when, every;       /* when: 0 if it is not set */
    u64 times;             /* that it has expired and were not read */
    struct waitq wait;     /* readers */
};

OPTIONAL(poll_join)

static u64
now_of(const struct timerfd *timer)
{
    return clock_ns() + (timer->follows ? clock_boot_realtime_ns : 0);
}

/* The timer's callback. */
static void
expire(struct timer *expired)
{
    struct timerfd *timer = container_of(expired, struct timerfd, timer);

    spin_lock(&timer->lock);
    timer->over = true;
    timer->times++;
    wait_wake_all(&timer->wait);
    spin_unlock(&timer->lock);
}

/* => the lock held, as for the next two */
static void
start(struct timerfd *timer)
{
    timer->over = false;
    timer->timer.deadline = timer->when;
    timer->timer.realtime = timer->follows ? timer->when : 0;
    timer_start(&timer->timer);
}

/* => the lock may be released for a time */
static void
stop(struct timerfd *timer)
{
    while (!timer_try_stop(&timer->timer)) {
        spin_unlock(&timer->lock);
        cpu_wait();
        spin_lock(&timer->lock);
    }
}

/* Count the periods that have passed, and start the next. */
static void
catch_up(struct timerfd *timer)
{
    u64 now = now_of(timer);

    if (timer->over && timer->every != 0) {
        u64 late = now > timer->when ? now - timer->when : 0;
        u64 periods = late / timer->every + 1;
        timer->times += periods - 1; /* the callback has counted one */
        timer->when += periods * timer->every;
        start(timer);
    }
}

static long
timerfd_read(struct file *file, struct uio *uio)
{
    struct timerfd *timer = file->data;
    u64 times;
    int error = 0;

    if (uio->left < sizeof(times)) {
        return -EINVAL;
    }
    spin_lock(&timer->lock);
    while (timer->times == 0 && error == 0) {
        error = file->flags & O_NONBLOCK ? -EAGAIN
                                         : wait_sleep(&timer->wait,
                                                      &timer->lock,
                                                      WAIT_INTERRUPTIBLE);
    }
    if (timer->times > 0) {
        catch_up(timer);
    }
    times = timer->times;
    timer->times = 0;
    spin_unlock(&timer->lock);
    if (times == 0) {
        return error;
    }
    return uio_move(uio, &times, sizeof(times)) != 0 ? -EFAULT
                                                     : (long)sizeof(times);
}

static u32
timerfd_poll(struct file *file, struct poller *poller)
{
    struct timerfd *timer = file->data;

    spin_lock(&timer->lock);
    poll_join(poller, &timer->wait, POLLIN, &timer->lock, NULL);
    u32 ready = timer->times > 0 ? POLLIN : 0;
    spin_unlock(&timer->lock);
    return ready;
}

static void
timerfd_close(struct file *file)
{
    struct timerfd *timer = file->data; /* NULL: anon_refuse */

    if (timer != NULL) {
        timer_stop(&timer->timer);
    }
}

static const struct inode_ops timerfd_ops = {
    .open = anon_refuse, .read = timerfd_read, .poll = timerfd_poll,
    .close = timerfd_close,
};

int
timerfd_create(bool realtime, u32 flags)
{
    struct inode *inode = anon_alloc(sizeof(struct timerfd), &timerfd_ops,
                                     "timerfd");

    if (inode != NULL) {
        struct timerfd *timer = container_of(inode, struct timerfd, inode);
        timer->realtime = realtime;
        spin_init(&timer->lock, RANK_EVENT, "event");
        timer_init(&timer->timer, expire);
        waitq_init(&timer->wait);
    }
    return anon_open(inode, O_RDWR | flags);
}

int
timerfd_set(struct file *file, bool absolute, const struct timerfd_times *new,
            struct timerfd_times *old)
{
    if (file->inode->ops != &timerfd_ops) {
        return -EINVAL;
    }
    struct timerfd *timer = file->data;
    spin_lock(&timer->lock);
    catch_up(timer);
    u64 now = now_of(timer);
    *old = (struct timerfd_times){.every = timer->every};
    if (timer->when != 0 && !timer->over) {
        old->first = timer->when > now ? timer->when - now : 0;
    }
    if (new != NULL) {
        stop(timer);
        timer->follows = absolute && timer->realtime;
        timer->every = new->every;
        timer->over = false;
        timer->times = 0;
        timer->when = new->first == 0 ? 0
                      : absolute      ? new->first
                                      : clock_ns() + new->first;
        if (timer->when != 0) {
            start(timer);
        }
    }
    spin_unlock(&timer->lock);
    return 0;
}

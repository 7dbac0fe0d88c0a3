/*
 * timerfd: a timer that is read.
 *
 * Essential fact: a periodic timer is not started again when it expires, but
 * when somebody reads or asks: then the periods that have passed are counted.
 * So a short period costs nothing while nobody looks.
 */
#include "abi/errno.h"
#include "abi/timerfd.h"

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
    bool cancels;          /* readers learn that CLOCK_REALTIME was set: */
    u64 boot_realtime;     /* what clock_boot_realtime_ns was for them */
    struct timer set;      /* expires when it is */
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

/* Without the tick that it expires at: a reader looks at the clock itself. */
static void
clock_is_set(struct timer *expired)
{
    struct timerfd *timer = container_of(expired, struct timerfd, set);

    spin_lock(&timer->lock);
    expired->realtime = NEVER;
    timer_start(expired);
    wait_wake_all(&timer->wait);
    spin_unlock(&timer->lock);
}

/* => the lock held, as for the next three */
static bool
was_set(const struct timerfd *timer)
{
    return timer->cancels && timer->boot_realtime != clock_boot_realtime_ns;
}

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
    while (!timer_try_stop(&timer->timer) || !timer_try_stop(&timer->set)) {
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
    while (timer->times == 0 && !was_set(timer) && error == 0) {
        error = file_wait(file, &timer->wait, &timer->lock);
    }
    if (was_set(timer)) { /* what has passed counts no more */
        timer->boot_realtime = clock_boot_realtime_ns;
        timer->times = 0;
        timer->over = false;
        error = -ECANCELED;
    } else if (timer->times > 0) {
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
    u32 ready = timer->times > 0 || was_set(timer) ? POLLIN : 0;
    spin_unlock(&timer->lock);
    return ready;
}

static void
timerfd_close(struct file *file)
{
    struct timerfd *timer = file->data; /* NULL: anon_refuse */

    if (timer != NULL) {
        timer_stop(&timer->timer);
        timer_stop(&timer->set);
    }
}

static const struct inode_ops timerfd_ops = {
    .open = anon_refuse, .read = timerfd_read, .poll = timerfd_poll,
    .close = timerfd_close, .stays = true,
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
        timer_init(&timer->set, clock_is_set);
        waitq_init(&timer->wait);
    }
    return anon_open(inode, O_RDWR | flags);
}

/* => the lock held */
static int
set_times(struct timerfd *timer, u32 flags, const struct timerfd_times *new)
{
    bool absolute = (flags & TFD_TIMER_ABSTIME) != 0;
    bool cancels = absolute && timer->realtime
                   && (flags & TFD_TIMER_CANCEL_ON_SET) != 0;

    stop(timer);
    if (cancels && !timer->cancels) {
        timer->boot_realtime = clock_boot_realtime_ns;
    }
    timer->cancels = cancels;
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
    if (cancels) {
        timer->set.realtime = NEVER;
        timer_start(&timer->set);
    }
    if (timer->when == 0 || !was_set(timer)) {
        return 0;
    }
    timer->boot_realtime = clock_boot_realtime_ns;
    return -ECANCELED; /* and it is set */
}

int
timerfd_set(struct file *file, u32 flags, const struct timerfd_times *new,
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
    int error = new != NULL ? set_times(timer, flags, new) : 0;
    spin_unlock(&timer->lock);
    return error;
}

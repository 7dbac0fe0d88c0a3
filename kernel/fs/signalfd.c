/*
 * signalfd: signals that are read, instead of acted on.  A program blocks them
 * first: else they go to their actions.
 *
 * Essential fact: whose signals are read is decided by who reads, not by who
 * made the file.  So one queue, for all these files, is woken for any signal.
 */
#include "abi/errno.h"
#include "abi/signalfd.h"

#include "core/optional.h"

#include "arch/clock.h"

#include "proc/signal.h"
#include "proc/sigqueue.h"

#include "fs/anon.h"
#include "fs/event.h"
#include "fs/file.h"
#include "fs/poll.h"

struct signalfd {
    struct inode inode;
    sigset_t set;       /* atomic */
};

static struct spinlock queue_lock = SPINLOCK_INIT(RANK_SIGNALFD);
static struct waitq queue = {LIST_INIT(queue.waiters)}; /* only pollers */

OPTIONAL(poll_join)

static sigset_t
set_of(const struct file *file)
{
    const struct signalfd *signals = file->data;

    return __atomic_load_n(&signals->set, __ATOMIC_RELAXED);
}

/* What is told of a signal depends on its code, as for a handler. */
static struct signalfd_siginfo
describe(const siginfo_t *info)
{
    int code = info->si_code;
    struct signalfd_siginfo told = {
        .ssi_signo = (u32)info->si_signo, .ssi_errno = info->si_errno,
        .ssi_code = code,
    };
    bool about_signal = code > SI_USER && code < SI_KERNEL;

    if (about_signal && info->si_signo != SIGCHLD) {
        told.ssi_addr = (u64)info->si_addr;
        return told;
    }
    if (code == SI_TIMER) {
        told.ssi_tid = (u32)info->si_timerid;
        told.ssi_overrun = (u32)info->si_overrun;
    } else {
        told.ssi_pid = (u32)info->si_pid;
        told.ssi_uid = info->si_uid;
    }
    if (about_signal) {
        told.ssi_status = info->si_status;
        told.ssi_utime = (u64)info->si_utime;
        told.ssi_stime = (u64)info->si_stime;
    } else if (code < SI_USER) {
        told.ssi_int = info->si_value.sival_int;
        told.ssi_ptr = (u64)info->si_value.sival_ptr;
    }
    return told;
}

static long
signalfd_read(struct file *file, struct uio *uio)
{
    u64 deadline = file->flags & O_NONBLOCK ? 0 : NEVER;
    long done = 0;
    long error = uio->left < sizeof(struct signalfd_siginfo) ? -EINVAL : 0;

    while (error == 0 && uio->left >= sizeof(struct signalfd_siginfo)) {
        siginfo_t info;
        error = signal_take(set_of(file), deadline, &info);
        if (error > 0) {
            struct signalfd_siginfo told = describe(&info);
            error = uio_move(uio, &told, sizeof(told)) != 0 ? -EFAULT : 0;
            done += error == 0 ? (long)sizeof(told) : 0;
            deadline = 0; /* the rest only if it is there */
        }
    }
    return done > 0 ? done : error == -EINTR ? -ERESTARTSYS : error;
}

static u32
signalfd_poll(struct file *file, struct poller *poller)
{
    spin_lock(&queue_lock);
    poll_join(poller, &queue, POLLIN, &queue_lock, NULL);
    spin_unlock(&queue_lock);
    /* First be on the queue: a sender looks there after it has sent. */
    __atomic_thread_fence(__ATOMIC_SEQ_CST);
    sigset_t pending = __atomic_load_n(&current->pending.set, __ATOMIC_RELAXED)
                       | __atomic_load_n(&current->process->pending.set,
                                         __ATOMIC_RELAXED);
    return pending & set_of(file) ? POLLIN : 0;
}

static void
wake_pollers(void)
{
    __atomic_thread_fence(__ATOMIC_SEQ_CST);
    if (!list_empty(&queue.waiters)) {
        spin_lock(&queue_lock);
        wait_wake_all(&queue);
        spin_unlock(&queue_lock);
    }
}

static const struct inode_ops signalfd_ops = {
    .open = anon_refuse, .read = signalfd_read, .poll = signalfd_poll,
    .stays = true,
};

int
signalfd_create(sigset_t set, u32 flags)
{
    struct inode *inode = anon_alloc(sizeof(struct signalfd), &signalfd_ops,
                                     "signalfd");

    signal_watcher = wake_pollers;
    if (inode != NULL) {
        container_of(inode, struct signalfd, inode)->set = set & ~UNBLOCKABLE;
    }
    return anon_open(inode, O_RDWR | flags);
}

int
signalfd_set(struct file *file, sigset_t set)
{
    if (file->inode->ops != &signalfd_ops) {
        return -EINVAL;
    }
    struct signalfd *signals = file->data;
    __atomic_store_n(&signals->set, set & ~UNBLOCKABLE, __ATOMIC_RELAXED);
    wake_pollers();
    return 0;
}

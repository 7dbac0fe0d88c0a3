/*
 * System calls of epoll.  A wait is never made again: a signal is EINTR, even
 * without a handler, as on Linux.
 */
#include "abi/errno.h"

#include "arch/clock.h"

#include "fs/epoll.h"

#include "sys/sys.h"
#include "sys/timespec.h"

#define EVENTS_MAX (0x7fffffff / sizeof(struct epoll_event))

/* int epoll_create1(int flags); epoll_create(int size).
 * Returns a descriptor.  EINVAL: another flag than EPOLL_CLOEXEC; size below 1.
 * EMFILE, ENOMEM. */
SYS_FORWARD(sys_epoll_create1, (u64 flags),
            (u32)flags & ~(u32)EPOLL_CLOEXEC ? -EINVAL
                                             : epoll_create((u32)flags))
SYS_FORWARD(sys_epoll_create, (u64 size),
            (int)size <= 0 ? -EINVAL : epoll_create(0))

/* int epoll_ctl(int epoll, int op, int fd, struct epoll_event *event);
 * EINVAL: no epoll, or itself; op; EPOLLEXCLUSIVE in a change, for an epoll, or
 * with other bits than it may have.  EPERM: fd is always ready (a regular file,
 * a directory, /dev/null).  EEXIST: it is there.  ENOENT: it is not.  ELOOP: a
 * loop of epolls, or more than 5 levels.  ENOSPC: EPOLL_ITEMS.  ENOMEM, EFAULT.
 * Differences from Linux: global files of /proc are EPERM, too. */
long
sys_epoll_ctl(u64 epoll, u64 op, u64 fd, u64 user)
{
    struct epoll_event event = {0};

    if ((int)op != EPOLL_CTL_DEL
        && copy_from_user(&event, user, sizeof(event)) != 0) {
        return -EFAULT;
    }
    struct file *outer = file_get_fd((int)epoll);
    struct file *file = file_get_fd((int)fd);
    long result = outer == NULL || file == NULL
                      ? -EBADF
                      : epoll_control(outer, (int)op, file, (int)fd, &event);
    file_put(file);
    file_put(outer);
    return result;
}

static long
await(u64 fd, u64 events, u64 most, u64 deadline)
{
    if ((int)most <= 0 || (u32)most > EVENTS_MAX) {
        return -EINVAL;
    }
    if (!user_range(events, (u32)most * sizeof(struct epoll_event))) {
        return -EFAULT;
    }
    struct file_use use = file_use_fd((int)fd);
    long result = use.file != NULL ? epoll_await(use.file, events, (u32)most,
                                                 deadline) : -EBADF;
    file_done(use);
    return result;
}

/* The same with a mask for the call, unless that is 0. */
static long
await_masked(u64 fd, u64 events, u64 most, u64 deadline, const u64 mask[2])
{
    long result = call_mask_set(mask[0], mask[1]);

    if (result == 0) {
        result = await(fd, events, most, deadline);
        call_mask_end(result == -EINTR);
    }
    return result;
}

static u64
deadline_ms(int ms)
{
    return ms < 0    ? NEVER
           : ms == 0 ? 0
                     : clock_ns() + (u64)ms * 1000000;
}

/* int epoll_wait(int epoll, struct epoll_event *events, int most, int timeout);
 * epoll_pwait(..., const sigset_t *mask, size_t size); epoll_pwait2, with a
 * struct timespec *timeout.
 * Returns how many events it has stored.  EINVAL: most; no epoll; size is not
 * 8; not a time.  EINTR: a signal.  EFAULT. */
SYS_FORWARD(sys_epoll_wait, (u64 fd, u64 events, u64 most, u64 timeout),
            await(fd, events, most, deadline_ms((int)timeout)))
SYS_FORWARD(sys_epoll_pwait, (u64 fd, u64 events, u64 most, u64 timeout,
                              u64 mask, u64 size),
            await_masked(fd, events, most, deadline_ms((int)timeout),
                         (u64[2]){mask, size}))

long
sys_epoll_pwait2(u64 fd, u64 events, u64 most, u64 timeout, u64 mask, u64 size)
{
    u64 deadline;
    long error = deadline_get(timeout, &deadline);

    return error != 0 ? error : await_masked(fd, events, most, deadline,
                                             (u64[2]){mask, size});
}

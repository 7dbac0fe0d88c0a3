/*
 * Waiting for descriptors: the calls with a set of signals, of which the kernel
 * also wants the size; and it stores the time that is left, which these
 * functions do not.
 */
#include <poll.h>
#include <sys/epoll.h>
#include <sys/eventfd.h>
#include <sys/select.h>
#include <sys/signalfd.h>
#include <unistd.h>

#include "c/internal.h"

int
ppoll(struct pollfd *fds, nfds_t count, const struct timespec *timeout,
      const sigset_t *mask)
{
    struct timespec left = timeout != NULL ? *timeout : (struct timespec){0};

    return sys_ppoll(fds, count, timeout != NULL ? &left : NULL, mask,
                     sizeof(*mask));
}

int
pselect(int count, fd_set *in, fd_set *out, fd_set *except,
        const struct timespec *timeout, const sigset_t *mask)
{
    struct timespec left = timeout != NULL ? *timeout : (struct timespec){0};
    unsigned long set[2] = {(unsigned long)mask, sizeof(*mask)};

    return sys_pselect6(count, in, out, except, timeout != NULL ? &left : NULL,
                        set);
}

int
epoll_pwait(int epoll, struct epoll_event *events, int most, int timeout,
            const sigset_t *mask)
{
    return sys_epoll_pwait(epoll, events, most, timeout, mask, sizeof(*mask));
}

int
epoll_pwait2(int epoll, struct epoll_event *events, int most,
             const struct timespec *timeout, const sigset_t *mask)
{
    return sys_epoll_pwait2(epoll, events, most, timeout, mask, sizeof(*mask));
}

int
eventfd(unsigned count, int flags)
{
    return eventfd2(count, flags);
}

int
eventfd_read(int fd, eventfd_t *count)
{
    return read(fd, count, sizeof(*count)) == sizeof(*count) ? 0 : -1;
}

int
eventfd_write(int fd, eventfd_t count)
{
    return write(fd, &count, sizeof(count)) == sizeof(count) ? 0 : -1;
}

int
signalfd(int fd, const sigset_t *set, int flags)
{
    return signalfd4(fd, set, sizeof(*set), flags);
}

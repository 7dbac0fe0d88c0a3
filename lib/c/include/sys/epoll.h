#pragma once

/* Watching many descriptors. */

#include <signal.h>

#include "abi/epoll.h"
#include "abi/poll.h"
#include "abi/time.h"

#define EPOLLIN     POLLIN
#define EPOLLPRI    POLLPRI
#define EPOLLOUT    POLLOUT
#define EPOLLERR    POLLERR
#define EPOLLHUP    POLLHUP
#define EPOLLRDNORM POLLRDNORM
#define EPOLLRDBAND POLLRDBAND
#define EPOLLWRNORM POLLWRNORM
#define EPOLLWRBAND POLLWRBAND

int epoll_create(int size);
int epoll_create1(int flags);
int epoll_ctl(int epoll, int op, int fd, struct epoll_event *event);
int epoll_wait(int epoll, struct epoll_event *events, int most, int timeout);
int epoll_pwait(int epoll, struct epoll_event *events, int most, int timeout,
                const sigset_t *mask);
int epoll_pwait2(int epoll, struct epoll_event *events, int most,
                 const struct timespec *timeout, const sigset_t *mask);

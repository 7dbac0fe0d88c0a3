/*
 * An epoll: a file that watches others, and tells which of them are ready.
 *
 *      file A ---watched---> item <---items--- epoll 1
 *        `---> its queues ---> item's poller --notify--> ready list --> waiter
 *
 * An item is one descriptor's file in one epoll.  It holds no reference to its
 * file: when that is closed for the last time, the item is gone.  An epoll may
 * be watched like any other file, at most EPOLL_NESTS deep and without loops.
 */
#pragma once

#include "abi/epoll.h"

#include "core/types.h"

struct file;

#define EPOLL_NESTS 4     /* as on Linux */
#define EPOLL_ITEMS 16384 /* in all epolls together */

/* epoll_create1(2).  => a descriptor; -EMFILE, -ENOMEM */
int epoll_create(u32 flags) __must_check;

/* epoll_ctl(2), on the file behind fd.
 * => 0; -EINVAL, -EPERM, -EEXIST, -ENOENT, -ELOOP, -ENOSPC, -ENOMEM */
int epoll_control(struct file *epoll, int op, struct file *file, int fd,
                  const struct epoll_event *event) __must_check;

/* epoll_wait(2): store events of files that are ready, `most` at most, or wait
 * for one until the deadline (0: do not).
 * => how many; -EINVAL: it is no epoll; -EFAULT; -EINTR */
long epoll_await(struct file *epoll, vaddr_t events, u32 most, u64 deadline)
    __must_check;

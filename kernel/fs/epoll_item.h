/*
 * An epoll and its items, for epoll.c and epoll_nest.c.
 *
 * Letters: m the mutex   r ready_lock (to write: both)
 */
#pragma once

#include "abi/epoll.h"

#include "fs/inode.h"
#include "fs/poll.h"

struct epoll {
    struct inode inode;
    struct file *file;       /* m  set before it watches anything */
    struct list items;       /* m */
    struct list ready;       /* r  oldest first */
    struct waitq wait;       /* r  who waits for events, and who polls */
    u64 visit;               /* m  the last search that came here, and the */
    u32 depth;               /* m  levels that it found */
};

struct epoll_item {
    struct poller poller;
    struct epoll *epoll;     /* immutable, like the next two */
    struct file *file;
    int fd;
    u32 payer;               /* immutable: whose it counts as (cred_place) */
    u32 events;              /* r  POLL* bits and MODES */
    epoll_data_t data;       /* m */
    struct list link;        /* m  in epoll->items */
    struct epoll_item *next; /* m  from file->watched on */
    struct list ready_link;  /* r */
};

/* The epoll behind a file, or NULL. */
struct epoll *epoll_of(const struct file *file);

/* Whether `inner` may be watched by `outer`: there is no loop then, and they
 * are not too deep.  => the mutex held */
bool epoll_may_nest(struct epoll *outer, struct epoll *inner);

/*
 * Pipes: a ring of bytes between two open files.
 */
#pragma once

#include "core/config.h"

#include "proc/sleep.h"

#include "fs/file.h"
#include "fs/inode.h"

#define PIPE_PAGES (PIPE_SIZE / PAGE_SIZE)
#define PIPE_BUF   4096 /* a write of up to so many bytes is atomic */

/* The mutex guards all fields except the inode. */
struct pipe {
    struct inode inode;
    struct mutex mutex;
    u64 head, tail;              /* bytes ever written, ever read */
    u32 readers, writers;        /* open files of each end */
    u32 reads, writes;           /* how often each end was opened, ever */
    struct waitq data_wait;      /* readers wait for data */
    struct waitq room_wait;      /* writers wait for room */
    u64 size;                    /* bytes in the ring: PAGE_SIZE << n */
    u32 payer;                   /* the user on whose account it is */
    paddr_t *page;               /* the ring's: `few`, or on the heap; each is
                                    allocated at first use, freed at the end */
    paddr_t few[PIPE_PAGES];
};

static inline struct pipe *
pipe_of(const struct file *file)
{
    return container_of(file->inode, struct pipe, inode);
}

/* Make a pipe: ends[0] to read, ends[1] to write, each with one reference and
 * these status flags (O_NONBLOCK or 0).
 * => 0, or -ENOMEM with nothing made */
int pipe_create(struct file *ends[2], u32 flags) __must_check;

/* A pipe with a name.  Opening one end waits until the other end is opened,
 * unless O_NONBLOCK is set.
 * => an inode with one reference and no name yet; NULL: no memory */
struct inode *fifo_alloc(u32 mode);

/* Open a FIFO; or open a pipe again through /proc, which never waits. */
int pipe_open(struct file *file);

/* What a file of a pipe is ready for (poll.c): to be written, if PIPE_BUF bytes
 * find room.  file->offset: how many writers there had been when it was opened
 * without waiting for one. */
u32 pipe_poll(struct file *file, struct poller *poller);

/* ioctl(2), and fcntl(2)'s F_GETPIPE_SZ and F_SETPIPE_SZ (pipe_ctl.c).
 * => as the calls; pipe_size: -EBADF, it is no pipe */
long pipe_ioctl(struct file *file, u32 request, vaddr_t arg);
long pipe_size(struct file *file, u32 command, u32 size);

/* inode_ops.holds (pipe_ctl.c). */
u64 pipe_holds(const struct inode *inode);

/* Free the pages.  => the mutex held, or nobody uses it */
void pipe_free_pages(struct pipe *pipe);

/* It gets its first user: put its size on the account of the current user,
 * whose new pipes are small if that has many pages already.  Then the reverse,
 * and again the ring of a new pipe: its pages are freed.  => as above */
void pipe_charge(struct pipe *pipe);
void pipe_forget_size(struct pipe *pipe);

/* Count the file as a user of its pipe.  file->data marks it as counted.
 * => the mutex held */
void pipe_join(struct file *file);

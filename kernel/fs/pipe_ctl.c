/*
 * How many bytes are in a pipe, how many find room, and in how many pages.
 */
#include <stdatomic.h>

#include "abi/errno.h"
#include "abi/termios.h"
#include "common/string.h"

#include "mm/frame.h"
#include "mm/heap.h"

#include "proc/cred.h"

#include "fs/pipe.h"

#define SIZE_MAX_ASKED (1U << 31) /* more is no size, as on Linux */
#define SIZE_MOST      (1U << 20) /* Linux's limit for users who are not root */
#define SMALL_SIZE     (2UL * PAGE_SIZE) /* beyond ACCOUNT_MOST */
#define ACCOUNT_MOST   16384UL /* pages of one user's pipes, or an eighth of all
                                  frames (pipe(7), pipe-user-pages-soft) */
#define ACCOUNTS       1024 /* users whose ids end alike share one */

static _Atomic u64 accounts[ACCOUNTS]; /* in pages */

static _Atomic u64 *
account_of(const struct pipe *pipe)
{
    return &accounts[pipe->payer % ACCOUNTS];
}

/* Whether the pipe's user may not have so many more pages; root may. */
static bool
too_many(const struct pipe *pipe, u64 more)
{
    return *account_of(pipe) + more > MIN(ACCOUNT_MOST, frames_count / 8)
           && !cred_may(RIGHT_LIMIT);
}

void
pipe_charge(struct pipe *pipe)
{
    pipe->payer = cred_current()->uid;
    if (too_many(pipe, pipe->size / PAGE_SIZE)) {
        pipe->size = SMALL_SIZE;
    }
    atomic_fetch_add(account_of(pipe), pipe->size / PAGE_SIZE);
}

u64
pipe_holds(const struct inode *inode)
{
    const struct pipe *pipe = container_of(inode, struct pipe, inode);
    u64 pages = 0;

    for (u64 i = 0; i < pipe->size / PAGE_SIZE; i++) {
        pages += pipe->page[i] != 0;
    }
    return pages / 2;
}

/* => 0, -EFAULT, -ENOTTY */
long
pipe_ioctl(struct file *file, u32 request, vaddr_t arg)
{
    struct pipe *pipe = pipe_of(file);

    if (request != FIONREAD) {
        return -ENOTTY;
    }
    mutex_lock(&pipe->mutex);
    int filled = (int)(pipe->head - pipe->tail);
    mutex_unlock(&pipe->mutex);
    return copy_to_user(arg, &filled, sizeof(filled));
}

/* Copy what is in the pipe to a ring of another size.
 * => 0; -ENOMEM: the new ring may have some pages */
static int
copy_to_ring(const struct pipe *from, struct pipe *to)
{
    u64 n;

    for (u64 at = from->tail; at < from->head; at += n) {
        n = MIN(from->head - at, PAGE_SIZE - at % PAGE_SIZE);
        paddr_t *page = &to->page[(at & (to->size - 1)) / PAGE_SIZE];
        if (*page == 0 && (*page = frame_alloc(FRAME_KERNEL)) == 0) {
            return -ENOMEM;
        }
        memcpy((char *)frame_ptr(*page) + at % PAGE_SIZE,
               (char *)frame_ptr(from->page[(at & (from->size - 1))
                                            / PAGE_SIZE]) + at % PAGE_SIZE, n);
    }
    return 0;
}

void
pipe_forget_size(struct pipe *pipe)
{
    atomic_fetch_sub(account_of(pipe), pipe->size / PAGE_SIZE);
    if (pipe->page != pipe->few) {
        kfree(pipe->page);
    }
    pipe->page = pipe->few;
    pipe->size = PIPE_SIZE;
}

/* Have this ring instead, with what is in the pipe.
 * => the mutex held; 0; -ENOMEM with nothing changed */
static int
change_ring(struct pipe *pipe, u64 size)
{
    struct pipe new = {
        .size = size, .page = kzalloc(size / PAGE_SIZE * sizeof(paddr_t)),
    };
    int error = new.page == NULL ? -ENOMEM : copy_to_ring(pipe, &new);

    if (error != 0) {
        if (new.page != NULL) {
            pipe_free_pages(&new);
        }
        kfree(new.page);
        return error;
    }
    /* ---- no failure below this line ---- */
    pipe_free_pages(pipe);
    pipe_forget_size(pipe);
    atomic_fetch_add(account_of(pipe), size / PAGE_SIZE);
    pipe->size = size;
    pipe->page = new.page;
    wait_wake_all(&pipe->room_wait);
    return 0;
}

static int
set_size(struct pipe *pipe, u32 asked)
{
    u64 size = PAGE_SIZE;

    if (asked > SIZE_MAX_ASKED) {
        return -EINVAL;
    }
    while (size < asked) {
        size *= 2;
    }
    if (size > pipe->size
        && ((size > SIZE_MOST && !cred_may(RIGHT_LIMIT))
            || too_many(pipe, (size - pipe->size) / PAGE_SIZE))) {
        return -EPERM;
    }
    if (size < pipe->head - pipe->tail) {
        return -EBUSY;
    }
    int error = size != pipe->size ? change_ring(pipe, size) : 0;
    return error != 0 ? error : (int)size;
}

long
pipe_size(struct file *file, u32 command, u32 size)
{
    struct pipe *pipe = pipe_of(file);

    if (file->inode->ops->ioctl != pipe_ioctl) {
        return -EBADF;
    }
    mutex_lock(&pipe->mutex);
    long result = command == F_GETPIPE_SZ ? (long)pipe->size
                                          : set_size(pipe, size);
    mutex_unlock(&pipe->mutex);
    return result;
}

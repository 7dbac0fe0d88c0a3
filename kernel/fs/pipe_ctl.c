/*
 * How many bytes are in a pipe, and how many find room.
 */
#include <stdatomic.h>

#include "abi/errno.h"
#include "abi/termios.h"
#include "common/string.h"

#include "mm/frame.h"
#include "mm/heap.h"

#include "fs/pipe.h"

#define SIZE_MAX_ASKED (1U << 31) /* more is no size, as on Linux */
#define SIZE_MOST      (1U << 20) /* Linux's limit for users who are not root */
#define EXTRA_MOST     (16UL << 20) /* bytes of all pipes beyond PIPE_SIZE */

static _Atomic u64 extra; /* of these, so many are in use */

static u64
extra_of(u64 size)
{
    return size > PIPE_SIZE ? size - PIPE_SIZE : 0;
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
    atomic_fetch_sub(&extra, extra_of(pipe->size));
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
    atomic_fetch_add(&extra, extra_of(size));
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
        && (size > SIZE_MOST
            || extra - extra_of(pipe->size) + extra_of(size) > EXTRA_MOST)) {
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

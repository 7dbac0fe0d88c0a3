/*
 * Pipes, and pipes with a name: a ring of bytes between open files.
 *
 *        tail           head          both only grow; a byte's position in the
 *          v              v           ring is its number modulo pipe->size
 *    ......XXXXXXXXXXXXXXX........    X: written, not read yet
 *
 * Essential fact: one mutex guards the whole pipe.  Its holder may copy to or
 * from user memory, so each copy is atomic (a write of up to PIPE_BUF bytes is
 * one copy).  wait_sleep_mutex releases it while the caller sleeps.
 */
#include "abi/errno.h"
#include "abi/signal.h"
#include "abi/stat.h"

#include "core/optional.h"

#include "mm/frame.h"

#include "proc/signal.h"

#include "fs/path.h"
#include "fs/pipe.h"

OPTIONAL(pipe_open) /* without it, an end opened through /proc is not counted */
OPTIONAL(pipe_poll) OPTIONAL(pipe_holds)
OPTIONAL(pipe_forget_size) OPTIONAL(pipe_charge)
OPTIONAL_ENOSYS(pipe_ioctl)

static inline u64
filled(const struct pipe *pipe)
{
    return pipe->head - pipe->tail;
}

/* The address of a byte in the ring; allocates its page.  => NULL: no memory */
static char *
place_of(struct pipe *pipe, u64 byte)
{
    paddr_t *page = &pipe->page[(byte & (pipe->size - 1)) / PAGE_SIZE];

    if (*page == 0) {
        *page = frame_alloc(FRAME_KERNEL);
    }
    return *page != 0 ? (char *)frame_ptr(*page) + byte % PAGE_SIZE : NULL;
}

/* Copy size bytes between the ring, from byte `at` on, and the user.
 * => bytes copied, in whole parts (one a page); if fewer than size, *error says
 *    why: -EFAULT, -ENOMEM */
static inline size_t
copy_ring(struct pipe *pipe, u64 at, struct uio *uio, size_t size, int *error)
{
    size_t done = 0;

    while (done < size) {
        size_t n = MIN(size - done, PAGE_SIZE - (at + done) % PAGE_SIZE);
        char *place = place_of(pipe, at + done);
        if (place == NULL) {
            *error = -ENOMEM;
            break;
        }
        if ((n <= uio->part ? uio_move_part(uio, place, n)
                            : uio_move(uio, place, n)) != 0) {
            *error = -EFAULT;
            break;
        }
        done += n;
    }
    return done;
}

/* Sleep until the other end reads, writes or closes.
 * => 0, -ERESTARTSYS, -EAGAIN if file must not block */
static int
wait_other_end(struct pipe *pipe, const struct file *file, struct waitq *queue)
{
    return file->flags & O_NONBLOCK ? -EAGAIN
                                    : wait_sleep_mutex(queue, &pipe->mutex);
}

/* After a read of `done` bytes.  If there was room for PIPE_BUF before, nobody
 * waits for it: it is no news, not to an epoll either. */
static __noinline void
tell_writers(struct pipe *pipe, size_t done)
{
    if (pipe->size - filled(pipe) - done < PIPE_BUF) {
        wait_wake_all(&pipe->room_wait);
    }
}

/* There is a rest for the next reader who sleeps; those who only look (they
 * stand before him) know of it. */
static __noinline void
pass_on(struct pipe *pipe)
{
    struct list *last = pipe->data_wait.waiters.prev;

    if (!list_empty(&pipe->data_wait.waiters)
        && list_entry(last, struct waiter, link)->thread != NULL) {
        wait_wake_one(&pipe->data_wait);
    }
}

static long
pipe_read(struct file *file, struct uio *uio)
{
    struct pipe *pipe = pipe_of(file);
    size_t done = 0;
    int error = 0;

    if (uio->left == 0) {
        return 0;
    }
    mutex_lock(&pipe->mutex);
    while (filled(pipe) == 0 && pipe->writers > 0 && error == 0) {
        error = wait_other_end(pipe, file, &pipe->data_wait);
    }
    if (filled(pipe) > 0) {
        done = copy_ring(pipe, pipe->tail, uio, MIN(uio->left, filled(pipe)),
                         &error);
        pipe->tail += done;
        if (!list_empty(&pipe->room_wait.waiters)) {
            tell_writers(pipe, done);
        }
    }
    if (filled(pipe) > 0) {
        pass_on(pipe); /* the writer woke only us */
    }
    mutex_unlock(&pipe->mutex);
    return done > 0 ? (long)done : error;
}

/* Copy from the user as much as there is room for.
 * => PIPE_BUF bytes or fewer are written whole or not at all
 * => bytes; -EFAULT or -ENOMEM if none were copied */
static long
fill_ring(struct pipe *pipe, struct uio *uio)
{
    bool atomic = uio->left <= PIPE_BUF;
    int error = 0;
    size_t done = copy_ring(pipe, pipe->head, uio,
                            MIN(uio->left, pipe->size - filled(pipe)), &error);

    if (error != 0 && (atomic || done == 0)) {
        return error;
    }
    pipe->head += done;
    wait_wake_one(&pipe->data_wait);
    return (long)done;
}

static long
pipe_write(struct file *file, struct uio *uio)
{
    struct pipe *pipe = pipe_of(file);
    size_t need = uio->left <= PIPE_BUF ? uio->left : 1;
    size_t done = 0;
    long n = 0;

    mutex_lock(&pipe->mutex);
    while (uio->left > 0 && n >= 0) {
        if (pipe->readers == 0) {
            n = -EPIPE;
        } else if (pipe->size - filled(pipe) < need) {
            n = wait_other_end(pipe, file, &pipe->room_wait);
        } else {
            n = fill_ring(pipe, uio);
            done += n > 0 ? (size_t)n : 0;
            need = 1;
        }
    }
    mutex_unlock(&pipe->mutex);
    if (n == -EPIPE) {
        signal_raise(SIGPIPE);
    }
    return done > 0 ? (long)done : n;
}

/* ---- Birth and end ---- */

void
pipe_join(struct file *file)
{
    struct pipe *pipe = pipe_of(file);
    u32 ends = file_access(file);

    file->data = pipe;
    if (pipe->readers + pipe->writers == 0) {
        pipe_charge(pipe);
    }
    pipe->readers += ends & FILE_READS;
    pipe->writers += ends / FILE_WRITES;
    pipe->reads += ends & FILE_READS;
    pipe->writes += ends / FILE_WRITES;
    wait_wake_all(&pipe->data_wait);
    wait_wake_all(&pipe->room_wait);
}

void
pipe_free_pages(struct pipe *pipe)
{
    for (size_t i = 0; i < pipe->size / PAGE_SIZE; i++) {
        if (pipe->page[i] != 0) {
            frame_put(pipe->page[i]);
            pipe->page[i] = 0;
        }
    }
}

/* A file is closed, or pipe_open refused it.  The last one frees the pages. */
static void
pipe_close(struct file *file)
{
    struct pipe *pipe = pipe_of(file);
    u32 ends = file->data != NULL ? file_access(file) : 0;

    mutex_lock(&pipe->mutex);
    pipe->readers -= ends & FILE_READS;
    pipe->writers -= ends / FILE_WRITES;
    wait_wake_all(&pipe->data_wait); /* end of file */
    wait_wake_all(&pipe->room_wait); /* EPIPE */
    if (pipe->readers + pipe->writers == 0) {
        pipe->head = pipe->tail = 0;
        pipe_free_pages(pipe);
        pipe_forget_size(pipe);
    }
    mutex_unlock(&pipe->mutex);
}

struct inode *
fifo_alloc(u32 mode)
{
    static const struct inode_ops ops = {
        .open = pipe_open, .read = pipe_read, .write = pipe_write,
        .ioctl = pipe_ioctl, .poll = pipe_poll, .close = pipe_close,
        .holds = pipe_holds,
    };
    struct inode *inode = inode_alloc(sizeof(struct pipe), &ops,
                                      S_IFIFO | mode);

    if (inode != NULL) {
        struct pipe *pipe = container_of(inode, struct pipe, inode);
        mutex_init(&pipe->mutex, MUTEX_CONTENT);
        pipe->size = PIPE_SIZE;
        pipe->page = pipe->few;
        waitq_init(&pipe->data_wait);
        waitq_init(&pipe->room_wait);
    }
    return inode;
}

int
pipe_create(struct file *ends[2], u32 flags)
{
    struct inode *inode = fifo_alloc(0600);

    if (inode == NULL) {
        return -ENOMEM;
    }
    inode->dev = DEV_PIPE;
    inode->nlink = 1;
    ends[0] = file_alloc(inode, O_RDONLY | flags);
    ends[1] = ends[0] ? file_alloc(inode, O_WRONLY | flags) : NULL;
    inode_put(inode);
    if (ends[1] == NULL) {
        file_put(ends[0]);
        return -ENOMEM;
    }
    pipe_join(ends[0]);
    pipe_join(ends[1]);
    return 0;
}

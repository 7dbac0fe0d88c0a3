/*
 * Pipes.
 *
 *        tail           head          both only grow; a byte's place in the
 *          v              v           ring is its number modulo PIPE_SIZE
 *    ......XXXXXXXXXXXXXXX........    X: written, not read yet
 *
 * Essential fact: two locks guard the ring.  The mutex makes each copy to or
 * from user memory one piece (so writes of PIPE_BUF bytes are atomic); the
 * inode's spinlock, taken for a moment inside it, makes the news of a
 * change meet the sleepers, who sleep without the mutex.
 */
#include "abi/errno.h"
#include "abi/fcntl.h"
#include "abi/signal.h"
#include "abi/stat.h"
#include "abi/termios.h"

#include "mm/frame.h"
#include "mm/heap.h"
#include "mm/usercopy.h"

#include "proc/process.h"
#include "proc/signal.h"

#include "fs/inode.h"
#include "fs/openfile.h"
#include "fs/path.h"
#include "fs/pipe.h"
#include "fs/uio.h"

#define PIPE_BUF   4096 /* a write of so many bytes is atomic */
#define PIPE_PAGES (PIPE_SIZE / PAGE_SIZE)

/* m: changed with the mutex and inode.lock, read with either. */
struct pipe {
    struct inode inode;          /* its lock guards the fields marked l */
    struct mutex mutex;
    u64 head, tail;              /* m  bytes ever written, ever read */
    u32 readers, writers;        /* l  open files of each end */
    struct waitq data_wait;      /*    readers wait for data */
    struct waitq room_wait;      /*    writers wait for room */
    paddr_t page[PIPE_PAGES];    /*    the mutex; 0 where nothing is kept */
};

static inline struct pipe *
pipe_of(const struct file *file)
{
    return container_of(file->inode, struct pipe, inode);
}

static inline u64
filled(const struct pipe *pipe)
{
    return pipe->head - pipe->tail;
}

static inline u64
room(const struct pipe *pipe)
{
    return PIPE_SIZE - filled(pipe);
}

/* ---- Reading ---- */

/* Take n bytes off the ring at its tail, and give back a page that is read to
 * its end, unless the head has come round to it. */
static void
advance_tail(struct pipe *pipe, size_t n)
{
    paddr_t *page = &pipe->page[pipe->tail / PAGE_SIZE % PIPE_PAGES];

    spin_lock(&pipe->inode.lock);
    pipe->tail += n;
    spin_unlock(&pipe->inode.lock);
    if (pipe->tail % PAGE_SIZE == 0 && room(pipe) >= PAGE_SIZE) {
        frame_put(*page);
        *page = 0;
    }
}

/* Move what there is to the user.
 * => mutex held
 * => bytes, or -EFAULT if not even one part could be stored */
static long
drain(struct pipe *pipe, struct uio *uio)
{
    size_t done = 0;
    size_t size = MIN(uio->left, filled(pipe));

    while (done < size) {
        u64 at = pipe->tail % PAGE_SIZE;
        paddr_t page = pipe->page[pipe->tail / PAGE_SIZE % PIPE_PAGES];
        size_t n = MIN(size - done, PAGE_SIZE - at);
        char *from = (char *)frame_ptr(page) + at;
        if (uio_put(uio, from, n) != 0) { /* as if not tried: it stays */
            return done > 0 ? (long)done : -EFAULT;
        }
        advance_tail(pipe, n);
        done += n;
    }
    return (long)done;
}

/* Sleep until there is data or no writer.
 * => 0, -EINTR, -EAGAIN if file must not block */
static int
wait_for_data(struct pipe *pipe, const struct file *file)
{
    int error = 0;

    spin_lock(&pipe->inode.lock);
    while (filled(pipe) == 0 && pipe->writers > 0 && error == 0) {
        error = file->flags & O_NONBLOCK
                    ? -EAGAIN
                    : wait_sleep(&pipe->data_wait, &pipe->inode.lock);
    }
    spin_unlock(&pipe->inode.lock);
    return error;
}

static long
pipe_read(struct file *file, struct uio *uio)
{
    struct pipe *pipe = pipe_of(file);

    if (uio->left == 0) {
        return 0;
    }
    for (;;) {
        mutex_lock(&pipe->mutex);
        bool ended = pipe->writers == 0; /* looked at before the data */
        long n = drain(pipe, uio);
        mutex_unlock(&pipe->mutex);
        if (n > 0) {
            wait_wake_all(&pipe->room_wait);
        }
        if (n != 0 || ended) {
            return n;
        }
        int error = wait_for_data(pipe, file);
        if (error != 0) {
            return error;
        }
    }
}

/* ---- Writing ---- */

/* Make certain that the next n bytes of the ring have pages.
 * => mutex held; how many of them have: n, or fewer if memory is out */
static size_t
reserve(struct pipe *pipe, size_t n)
{
    u64 end = pipe->head + n;

    for (u64 at = pipe->head; at < end; at += PAGE_SIZE - at % PAGE_SIZE) {
        paddr_t *page = &pipe->page[at / PAGE_SIZE % PIPE_PAGES];
        if (*page == 0) {
            *page = frame_alloc(FRAME_KERNEL);
        }
        if (*page == 0) {
            return at - pipe->head;
        }
    }
    return n;
}

/* Move what there is room for from the user.
 * => mutex held; what is PIPE_BUF or less comes whole or not at all
 * => bytes; -EFAULT or -ENOMEM if none came */
static long
fill(struct pipe *pipe, struct uio *uio)
{
    bool atomic = uio->left <= PIPE_BUF;
    size_t wanted = MIN(uio->left, room(pipe));
    size_t size = reserve(pipe, wanted);
    size_t done = 0;

    if (size < wanted && (atomic || size == 0)) {
        return -ENOMEM;
    }
    while (done < size) {
        u64 at = pipe->head + done;
        paddr_t page = pipe->page[at / PAGE_SIZE % PIPE_PAGES];
        size_t n = MIN(size - done, PAGE_SIZE - at % PAGE_SIZE);
        if (uio_take(uio, (char *)frame_ptr(page) + at % PAGE_SIZE, n) != 0) {
            break;
        }
        done += n;
    }
    if (done < size && (atomic || done == 0)) {
        return -EFAULT;
    }
    spin_lock(&pipe->inode.lock);
    pipe->head += done;
    spin_unlock(&pipe->inode.lock);
    return (long)done;
}

/* Sleep until there is room for `need` bytes, or no reader. */
static int
wait_for_room(struct pipe *pipe, const struct file *file, size_t need)
{
    int error = 0;

    spin_lock(&pipe->inode.lock);
    while (room(pipe) < need && pipe->readers > 0 && error == 0) {
        error = file->flags & O_NONBLOCK
                    ? -EAGAIN
                    : wait_sleep(&pipe->room_wait, &pipe->inode.lock);
    }
    spin_unlock(&pipe->inode.lock);
    return error;
}

static long
pipe_write(struct file *file, struct uio *uio)
{
    struct pipe *pipe = pipe_of(file);
    size_t need = uio->left <= PIPE_BUF ? uio->left : 1;
    size_t done = 0;
    long n = 0;

    while (uio->left > 0 && n >= 0) {
        mutex_lock(&pipe->mutex);
        if (pipe->readers == 0) {
            n = -EPIPE;
        } else {
            n = room(pipe) >= need ? fill(pipe, uio) : 0;
        }
        mutex_unlock(&pipe->mutex);
        if (n > 0) {
            wait_wake_all(&pipe->data_wait);
            done += n;
            need = 1;
        } else if (n == 0) {
            n = wait_for_room(pipe, file, need);
        }
    }
    if (n == -EPIPE) {
        signal_send(current, SIGPIPE);
    }
    return done > 0 ? (long)done : n;
}

/* ---- Both ---- */

static long
pipe_ioctl(struct file *file, u32 request, vaddr_t arg)
{
    struct pipe *pipe = pipe_of(file);

    if (request != FIONREAD) {
        return -ENOTTY;
    }
    spin_lock(&pipe->inode.lock);
    int count = (int)filled(pipe);
    spin_unlock(&pipe->inode.lock);
    return copy_to_user(arg, &count, sizeof(count));
}

static void
pipe_release(struct file *file)
{
    struct pipe *pipe = pipe_of(file);

    spin_lock(&pipe->inode.lock);
    if ((file->flags & O_ACCMODE) == O_RDONLY) {
        pipe->readers--;
    } else {
        pipe->writers--;
    }
    spin_unlock(&pipe->inode.lock);
    wait_wake_all(&pipe->data_wait); /* end of file */
    wait_wake_all(&pipe->room_wait); /* EPIPE */
}

static void
pipe_free(struct inode *inode)
{
    struct pipe *pipe = container_of(inode, struct pipe, inode);

    for (size_t i = 0; i < PIPE_PAGES; i++) {
        if (pipe->page[i] != 0) {
            frame_put(pipe->page[i]);
        }
    }
    kfree(pipe);
}

static const struct inode_ops pipe_inode_ops = {.free = pipe_free};

static const struct file_ops pipe_ops = {
    .read = pipe_read,
    .write = pipe_write,
    .ioctl = pipe_ioctl,
    .release = pipe_release,
};

bool
file_is_pipe(const struct file *file)
{
    return file->ops == &pipe_ops;
}

int
pipe_create(struct file *ends[2], u32 flags)
{
    struct pipe *pipe = kzalloc(sizeof(*pipe));

    if (pipe == NULL) {
        return -ENOMEM;
    }
    inode_init(&pipe->inode, &pipe_inode_ops, S_IFIFO | 0600);
    pipe->inode.dev = DEV_PIPE;
    mutex_init(&pipe->mutex);
    waitq_init(&pipe->data_wait);
    waitq_init(&pipe->room_wait);
    pipe->readers = pipe->writers = 1;

    ends[0] = file_alloc(&pipe->inode, O_RDONLY | flags);
    ends[1] = ends[0] ? file_alloc(&pipe->inode, O_WRONLY | flags) : NULL;
    if (ends[1] != NULL) {
        ends[0]->ops = ends[1]->ops = &pipe_ops;
    } else if (ends[0] != NULL) {
        file_put(ends[0]);
    }
    inode_put(&pipe->inode);
    return ends[1] != NULL ? 0 : -ENOMEM;
}

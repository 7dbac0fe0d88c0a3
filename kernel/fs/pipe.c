/*
 * Pipes: a ring of bytes between two open files.
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

#include "core/config.h"

#include "mm/frame.h"

#include "proc/process.h"
#include "proc/signal.h"

#include "fs/file.h"
#include "fs/inode.h"
#include "fs/path.h"
#include "fs/pipe.h"

#define PIPE_BUF   4096 /* a write of so many bytes is atomic */
#define PIPE_PAGES (PIPE_SIZE / PAGE_SIZE)

/* m: changed with the mutex and inode.lock, read with either. */
struct pipe {
    struct inode inode;          /*    its lock guards the fields marked l */
    struct mutex mutex;
    u64 head, tail;              /* m  bytes ever written, ever read */
    u32 readers, writers;        /* l  open files of each end */
    struct waitq data_wait;      /*    readers wait for data */
    struct waitq room_wait;      /*    writers wait for room */
    paddr_t page[PIPE_PAGES];    /*    the mutex; 0 until it is needed */
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

/* Copy size bytes between the ring, from byte `at` on, and the user.
 * => mutex held, the pages are there
 * => bytes of the parts (one a page) that were copied whole */
static size_t
copy_ring(struct pipe *pipe, u64 at, struct uio *uio, size_t size)
{
    size_t done = 0;

    while (done < size) {
        paddr_t page = pipe->page[(at + done) / PAGE_SIZE % PIPE_PAGES];
        u64 start = (at + done) % PAGE_SIZE;
        size_t n = MIN(size - done, PAGE_SIZE - start);
        if (uio_move(uio, (char *)frame_ptr(page) + start, n) != 0) {
            break;
        }
        done += n;
    }
    return done;
}

/* One end of the pipe went on.  => mutex held */
static void
advance(struct pipe *pipe, u64 *end, size_t n)
{
    spin_lock(&pipe->inode.lock);
    *end += n;
    spin_unlock(&pipe->inode.lock);
}

/* Sleep until there are `need` bytes of data to read (or of room to write), or
 * nobody is at the other end.
 * => 0, -EINTR, -EAGAIN if file must not block */
static int
wait_for(struct pipe *pipe, const struct file *file, bool write, size_t need)
{
    struct waitq *queue = write ? &pipe->room_wait : &pipe->data_wait;
    const u32 *others = write ? &pipe->readers : &pipe->writers;
    int error = 0;

    spin_lock(&pipe->inode.lock);
    while ((write ? room(pipe) : filled(pipe)) < need && *others > 0
           && error == 0) {
        error = file->flags & O_NONBLOCK ? -EAGAIN
                                         : wait_sleep(queue, &pipe->inode.lock);
    }
    spin_unlock(&pipe->inode.lock);
    return error;
}

/* ---- Reading ---- */

static long
pipe_read(struct file *file, struct uio *uio)
{
    struct pipe *pipe = pipe_of(file);
    int error = 0;

    while (uio->left > 0 && error == 0) {
        mutex_lock(&pipe->mutex);
        bool ended = pipe->writers == 0; /* looked at before the data */
        size_t size = MIN(uio->left, filled(pipe));
        size_t n = copy_ring(pipe, pipe->tail, uio, size);
        advance(pipe, &pipe->tail, n);
        mutex_unlock(&pipe->mutex);
        if (n > 0) {
            wait_wake_all(&pipe->room_wait);
        }
        if (size > 0) {
            return n > 0 ? (long)n : -EFAULT;
        }
        if (ended) {
            return 0;
        }
        error = wait_for(pipe, file, false, 1);
    }
    return error;
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

    if (size < wanted && (atomic || size == 0)) {
        return -ENOMEM;
    }
    size_t done = copy_ring(pipe, pipe->head, uio, size);
    if (done < size && (atomic || done == 0)) {
        return -EFAULT;
    }
    advance(pipe, &pipe->head, done);
    return (long)done;
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
            done += (size_t)n;
            need = 1;
        } else if (n == 0) {
            n = wait_for(pipe, file, true, need);
        }
    }
    if (n == -EPIPE) {
        signal_send(current, SIGPIPE);
    }
    return done > 0 ? (long)done : n;
}

/* ---- Birth and end ---- */

static void
pipe_close(struct file *file)
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
}

int
pipe_create(struct file *ends[2], u32 flags)
{
    static const struct inode_ops ops = {
        .read = pipe_read, .write = pipe_write, .close = pipe_close,
        .free = pipe_free,
    };
    struct inode *inode = inode_alloc(sizeof(struct pipe), &ops,
                                      S_IFIFO | 0600);

    if (inode == NULL) {
        return -ENOMEM;
    }
    struct pipe *pipe = container_of(inode, struct pipe, inode);
    mutex_init(&pipe->mutex);
    waitq_init(&pipe->data_wait);
    waitq_init(&pipe->room_wait);
    pipe->readers = pipe->writers = 1;

    ends[0] = file_alloc(inode, O_RDONLY | flags);
    ends[1] = ends[0] ? file_alloc(inode, O_WRONLY | flags) : NULL;
    inode_put(inode);
    if (ends[0] != NULL && ends[1] == NULL) {
        file_put(ends[0]);
    }
    return ends[1] != NULL ? 0 : -ENOMEM;
}

/*
 * Open file descriptions, and the user memory of a read or write.
 */
#include <stdatomic.h>

#include "abi/errno.h"
#include "abi/uio.h"

#include "core/optional.h"
#include "core/panic.h"

#include "mm/heap.h"

#include "fs/file.h"
#include "fs/inode.h"
#include "fs/path.h"

OPTIONAL(epoll_forget) OPTIONAL(lock_drop)

_Atomic u64 open_file_count;

struct file *
file_alloc(struct inode *inode, u32 flags)
{
    struct file *file = kzalloc(sizeof(*file));

    if (file == NULL) {
        return NULL;
    }
    file->refs = 1;
    file->flags = flags;
    mutex_init(&file->lock, MUTEX_FILE);
    atomic_fetch_add(&open_file_count, 1);
    file->inode = inode != NULL ? inode_get(inode) : NULL;
    return file;
}

void
file_get(struct file *file)
{
    u32 before = atomic_fetch_add(&file->refs, 1);

    assert(before != 0);
}

void
file_put(struct file *file)
{
    if (file == NULL) {
        return;
    }
    u32 before = atomic_fetch_sub(&file->refs, 1);
    assert(before != 0);
    if (before > 1) {
        return;
    }
    if (file->inode != NULL && !list_empty(&file->inode->locks)) {
        lock_drop(file, file->inode);
    }
    if (file->watched != NULL) {
        epoll_forget(file);
    }
    if (file->inode != NULL && file->inode->ops->close != NULL) {
        file->inode->ops->close(file);
    }
    inode_put(file->inode);
    if (file->mount != NULL) {
        mount_put(file->mount);
    }
    kfree(file);
    atomic_fetch_sub(&open_file_count, 1);
}

struct file *
file_get_any_fd(int fd)
{
    return files_file(current->files, fd);
}

struct file *
file_get_fd(int fd)
{
    struct file *file = file_get_any_fd(fd);

    if (file != NULL && (file->flags & O_PATH)) {
        file_put(file);
        file = NULL;
    }
    return file;
}

struct file_use
file_use_fd(int fd)
{
    struct file_use use = file_use_any_fd(fd);

    if (use.file != NULL && (use.file->flags & O_PATH)) {
        file_done(use);
        use = (struct file_use){.file = NULL};
    }
    return use;
}

/* => 0; -EBADF: not opened for that; -EINVAL: this kind of file cannot */
static inline int
may_move(const struct file *file, bool write)
{
    if (!(file_access(file) & (write ? FILE_WRITES : FILE_READS))) {
        return -EBADF;
    }
    const struct inode_ops *ops = file->inode->ops;
    return (write ? ops->write : ops->read) != NULL ? 0 : -EINVAL;
}

static inline long
transfer(struct file *file, struct uio *uio)
{
    const struct inode_ops *ops = file->inode->ops;

    return uio->write ? ops->write(file, uio) : ops->read(file, uio);
}

long
file_move(struct file *file, vaddr_t buf, size_t size, bool write)
{
    struct uio uio = {
        .at = buf, .part = size, .left = MIN(size, RW_MAX), .write = write,
    };
    int error = may_move(file, write);

    if (error == 0 && !user_range(buf, size)) {
        error = -EFAULT;
    }
    return error == 0 ? transfer(file, &uio) : error;
}

long
file_move_uio(struct file *file, struct uio *uio, int error)
{
    int refused = may_move(file, uio->write);

    error = refused != 0 ? refused : error;
    /* As on Linux, the file does not see a vector of no bytes. */
    return error == 0 && uio->left > 0 ? transfer(file, uio) : error;
}

size_t
uio_move(struct uio *uio, void *buf, size_t size)
{
    char *at = buf;

    while (size > 0) {
        while (uio->part == 0) {
            uio->at = (vaddr_t)uio->more->iov_base;
            uio->part = uio->more->iov_len;
            uio->more++;
        }
        size_t part = MIN(size, uio->part);
        size_t failed = uio_move_part(uio, at, part);
        at += part;
        size -= part - failed;
        if (failed != 0) {
            break;
        }
    }
    return size;
}

/*
 * Open file descriptions.
 */
#include <stdatomic.h>

#include "abi/errno.h"
#include "abi/fcntl.h"

#include "core/panic.h"

#include "mm/heap.h"
#include "mm/usercopy.h"

#include "fs/file.h"
#include "fs/fs.h"
#include "fs/inode.h"
#include "fs/openfile.h"
#include "fs/path.h"
#include "fs/uio.h"

static _Atomic u64 open_files;

struct file *
file_alloc(struct inode *inode, u32 flags)
{
    struct file *file = kzalloc(sizeof(*file));

    if (file == NULL) {
        return NULL;
    }
    file->refs = 1;
    file->flags = flags;
    mutex_init(&file->lock);
    inode_get(inode);
    file->inode = inode;
    atomic_fetch_add(&open_files, 1);
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
    u32 before = atomic_fetch_sub(&file->refs, 1);

    assert(before != 0);
    if (before > 1) {
        return;
    }
    if (file->ops != NULL && file->ops->release != NULL) {
        file->ops->release(file);
    }
    inode_put(file->inode);
    kfree(file);
    atomic_fetch_sub(&open_files, 1);
}

u64
file_count(void)
{
    return open_files;
}

/* Access mode 3 may neither read nor write. */
static bool
may_read(const struct file *file)
{
    return ((file->flags & O_ACCMODE) + 1) & 1;
}

static bool
may_write(const struct file *file)
{
    return ((file->flags & O_ACCMODE) + 1) & 2;
}

/* => 0 and the vector's start in *uio; -EFAULT */
static int
check_vector(const struct iovec *iov, u64 count, struct uio *uio)
{
    *uio = (struct uio){.iov = iov};
    for (u64 i = 0; i < count; i++) {
        vaddr_t base = (vaddr_t)iov[i].iov_base;
        size_t size = iov[i].iov_len;
        if (size > USER_END || base > USER_END - size) {
            return -EFAULT;
        }
        uio->left += MIN(size, RW_MAX - uio->left);
    }
    return 0;
}

long
file_read(struct file *file, const struct iovec *iov, u64 count)
{
    struct uio uio;

    if (!may_read(file)) {
        return -EBADF;
    }
    if (file->ops->read == NULL) {
        return -EINVAL;
    }
    int error = check_vector(iov, count, &uio);
    return error != 0 ? error : file->ops->read(file, &uio);
}

long
file_write(struct file *file, const struct iovec *iov, u64 count)
{
    struct uio uio;

    if (!may_write(file)) {
        return -EBADF;
    }
    if (file->ops->write == NULL) {
        return -EINVAL;
    }
    int error = check_vector(iov, count, &uio);
    return error != 0 ? error : file->ops->write(file, &uio);
}

int
file_open_kernel(const char *path, int flags)
{
    struct file *file;
    int error = fs_open(NULL, path, flags, 0, &file);

    if (error != 0) {
        return error;
    }
    int fd = fd_install(file, 0, flags & O_CLOEXEC);
    if (fd < 0) {
        file_put(file);
    }
    return fd;
}

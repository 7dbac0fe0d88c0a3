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

#define RW_MAX 0x7ffff000UL /* Linux moves no more in one call */

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

bool
is_user_range(vaddr_t addr, size_t size)
{
    return size <= USER_END && addr <= USER_END - size;
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

long
file_read(struct file *file, vaddr_t buf, size_t size)
{
    if (!may_read(file)) {
        return -EBADF;
    }
    if (file->ops->read == NULL) {
        return -EINVAL;
    }
    if (!is_user_range(buf, size)) {
        return -EFAULT;
    }
    return file->ops->read(file, buf, MIN(size, RW_MAX));
}

long
file_write(struct file *file, vaddr_t buf, size_t size)
{
    if (!may_write(file)) {
        return -EBADF;
    }
    if (file->ops->write == NULL) {
        return -EINVAL;
    }
    if (!is_user_range(buf, size)) {
        return -EFAULT;
    }
    return file->ops->write(file, buf, MIN(size, RW_MAX));
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

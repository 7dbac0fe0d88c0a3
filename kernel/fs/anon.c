/*
 * Files without a name.
 */
#include "abi/errno.h"

#include "fs/anon.h"
#include "fs/file.h"
#include "fs/inode.h"
#include "fs/path.h"

struct inode *
anon_alloc(size_t size, const struct inode_ops *ops, const char *name)
{
    struct inode *inode = inode_alloc(size, ops, 0600);

    if (inode != NULL) {
        inode->dev = DEV_ANON;
        inode->nlink = 1;
        inode->data = (void *)name;
    }
    return inode;
}

int
anon_open(struct inode *inode, u32 flags)
{
    int fd = inode != NULL ? fd_reserve(0) : -ENOMEM;
    struct file *file = fd >= 0 ? file_alloc(inode, flags & ~(u32)O_CLOEXEC)
                                : NULL;

    if (file != NULL) {
        file->data = inode;
    }
    int error = fd_fill(&fd, &file, 1, flags & O_CLOEXEC,
                        fd < 0 ? fd : file == NULL ? -ENOMEM : 0);
    inode_put(inode);
    return error != 0 ? error : fd;
}

int
anon_refuse(struct file *file)
{
    (void)file;
    return -ENXIO;
}

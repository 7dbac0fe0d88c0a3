/*
 * Device nodes, and the devices that need no hardware.
 */
#include "abi/errno.h"
#include "abi/stat.h"

#include "mm/frame.h"

#include "fs/device.h"
#include "fs/file.h"
#include "fs/fs.h"
#include "fs/inode.h"

void
device_add(const char *path, u32 mode, u64 number, const struct inode_ops *ops,
           void *data)
{
    struct inode *inode = inode_alloc(sizeof(*inode), ops, mode);

    if (inode != NULL) {
        inode->rdev = number;
        inode->data = data;
    }
    fs_must_place(path, inode);
}

static long
null_write(struct file *file, struct uio *uio)
{
    (void)file;
    return (long)uio->left;
}

/* Read the inode's data, one page, again and again; without data, nothing. */
static long
memory_read(struct file *file, struct uio *uio)
{
    void *page = file->inode->data;
    size_t size = uio->left;
    size_t failed = 0;

    while (page != NULL && uio->left > 0 && failed == 0) {
        failed = uio_move(uio, page, MIN(uio->left, PAGE_SIZE));
    }
    return failed != 0 && size == uio->left ? -EFAULT
                                            : (long)(size - uio->left);
}

void
memory_devices_init(void)
{
    static const struct inode_ops ops = {
        .read = memory_read, .write = null_write, .seeks = true,
    };

    device_add("/dev/null", S_IFCHR | 0666, makedev(1, 3), &ops, NULL);
    device_add("/dev/zero", S_IFCHR | 0666, makedev(1, 5), &ops,
               frame_ptr(zero_frame));
}

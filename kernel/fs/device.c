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
null_read(struct file *file, struct uio *uio)
{
    (void)file, (void)uio;
    return 0;
}

static long
null_write(struct file *file, struct uio *uio)
{
    (void)file;
    return (long)uio->left;
}

static long
zero_read(struct file *file, struct uio *uio)
{
    size_t size = uio->left;
    size_t failed = 0;

    (void)file;
    while (uio->left > 0 && failed == 0) {
        failed = uio_move(uio, frame_ptr(zero_frame),
                          MIN(uio->left, PAGE_SIZE));
    }
    return size == uio->left && size > 0 ? -EFAULT : (long)(size - uio->left);
}

void
memory_devices_init(void)
{
    static const struct inode_ops null_ops = {
        .read = null_read, .write = null_write, .seeks = true,
    };
    static const struct inode_ops zero_ops = {
        .read = zero_read, .write = null_write, .seeks = true,
    };

    device_add("/dev/null", S_IFCHR | 0666, device_number(1, 3), &null_ops,
               NULL);
    device_add("/dev/zero", S_IFCHR | 0666, device_number(1, 5), &zero_ops,
               NULL);
}

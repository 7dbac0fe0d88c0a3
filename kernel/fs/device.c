/*
 * The device table, and the devices that need no hardware.
 */
#include "abi/errno.h"
#include "abi/stat.h"
#include "common/format.h"

#include "core/panic.h"

#include "mm/frame.h"

#include "fs/device.h"
#include "fs/file.h"
#include "fs/fs.h"
#include "fs/inode.h"
#include "fs/path.h"
#include "fs/uio.h"
#include "fs/walk.h"

#define DEVICES_MAX 16

static const struct device *devices[DEVICES_MAX]; /* immutable after boot */
static int device_count;

/* Make the node of a device, or panic: this is boot. */
static void
make_node(const struct device *device)
{
    char path[64];
    struct walk walk;
    struct inode *node;

    snprintf(path, sizeof(path), "/dev/%s", device->path);
    int error = walk_begin(&walk, NULL, path);
    if (error == 0) {
        error = walk.dir->ops->make(walk.dir, walk.name, device->mode,
                                    device->number, &node);
    }
    if (error != 0) {
        panic("%s: cannot make the device node, error %d", path, -error);
    }
    inode_put(node);
    walk_end(&walk);
}

void
device_add(const struct device *device)
{
    assert(device_count < DEVICES_MAX);
    devices[device_count++] = device;
    make_node(device);
}

int
device_open(u64 number, struct file *file)
{
    for (int i = 0; i < device_count; i++) {
        const struct device *device = devices[i];
        if (device->number == number) {
            file->ops = device->ops;
            return device->open != NULL ? device->open(file) : 0;
        }
    }
    return -ENXIO;
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
null_seek(struct file *file, i64 offset, int whence)
{
    (void)file, (void)offset, (void)whence;
    return 0;
}

static long
zero_read(struct file *file, struct uio *uio)
{
    size_t size = uio->left;
    size_t failed = 0;

    (void)file;
    while (uio->left > 0 && failed == 0) {
        failed = uio_put(uio, frame_ptr(zero_frame),
                         MIN(uio->left, PAGE_SIZE));
    }
    return size == uio->left && size > 0 ? -EFAULT : (long)(size - uio->left);
}

static long
full_write(struct file *file, struct uio *uio)
{
    (void)file, (void)uio;
    return -ENOSPC;
}

static const struct file_ops null_ops = {
    .read = null_read, .write = null_write, .seek = null_seek,
};
static const struct file_ops zero_ops = {
    .read = zero_read, .write = null_write, .seek = null_seek,
};
static const struct file_ops full_ops = {
    .read = zero_read, .write = full_write, .seek = null_seek,
};

void
memdev_init(void)
{
    static const struct device memory_devices[] = {
        {"null", S_IFCHR | 0666, device_number(1, 3), &null_ops, NULL},
        {"zero", S_IFCHR | 0666, device_number(1, 5), &zero_ops, NULL},
        {"full", S_IFCHR | 0666, device_number(1, 7), &full_ops, NULL},
    };

    for (size_t i = 0; i < ARRAY_SIZE(memory_devices); i++) {
        device_add(&memory_devices[i]);
    }
}

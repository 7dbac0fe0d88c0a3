/*
 * Device nodes; the devices that need no hardware; and /dev/run/stdout, stderr,
 * report, where each write is a record on COM2.
 */
#include "abi/errno.h"
#include "abi/stat.h"

#include "core/hostlink.h"

#include "arch/percpu.h"

#include "mm/frame.h"

#include "fs/device.h"
#include "fs/dir.h"
#include "fs/file.h"
#include "fs/fs.h"
#include "fs/inode.h"

#define PIECE 256 /* interrupts are off while a record goes out */

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

long
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
        if (cond_resched()) {
            break;
        }
    }
    return failed != 0 && size == uio->left ? -EFAULT
                                            : (long)(size - uio->left);
}

/* Nothing fits, not even nothing: as on Linux. */
static long
full_write(struct file *file, struct uio *uio)
{
    (void)file;
    (void)uio;
    return -ENOSPC;
}

void
memory_devices_init(void)
{
    static const struct inode_ops ops = {
        .read = memory_read, .write = null_write, .seeks = true,
    };
    static const struct inode_ops full_ops = {
        .read = memory_read, .write = full_write, .seeks = true,
    };

    device_add("/dev/null", S_IFCHR | 0666, makedev(1, 3), &ops, NULL);
    device_add("/dev/console", S_IFCHR | 0600, makedev(5, 1), &ops, NULL);
    device_add("/dev/zero", S_IFCHR | 0666, DEVICE_ZERO, &ops,
               frame_ptr(zero_frame));
    device_add("/dev/full", S_IFCHR | 0666, makedev(1, 7), &full_ops,
               frame_ptr(zero_frame));
    fs_must_place("/dev/shm", dir_alloc(01777)); /* shm_open(3) */
}

/* ---- Records to the host ---- */

static struct mutex record_lock; /* guards record */
static char record[HOST_RECORD_MAX];

/* Send a write as one piece, in as many records as needed: the host joins them
 * to one stream.  But each report is one record, without its newline. */
static long
record_write(struct file *file, struct uio *uio)
{
    enum host_record type = (enum host_record)(u64)file->inode->data;
    size_t most = type == HOST_REPORT ? sizeof(record) : PIECE;
    size_t size = uio->left;
    size_t failed = 0;

    mutex_lock(&record_lock);
    while (uio->left > 0 && failed == 0
           && ((size - uio->left) % PAGE_SIZE != 0 || !cond_resched())) {
        size_t n = MIN(uio->left, most);
        failed = uio_move(uio, record, n);
        n -= failed;
        if (type == HOST_REPORT && n > 0 && record[n - 1] == '\n') {
            n--;
        }
        if (n > 0) {
            host_send(type, record, n);
        }
    }
    mutex_unlock(&record_lock);
    return failed != 0 && size == uio->left ? -EFAULT
                                            : (long)(size - uio->left);
}

void
rundev_init(void)
{
    static const struct inode_ops ops = {.write = record_write};

    mutex_init(&record_lock, MUTEX_CONTENT);
    if (host_present) {
        device_add("/dev/run/stdout", S_IFIFO | 0600, makedev(RUN_MAJOR, 1),
                   &ops, (void *)HOST_OUT);
        device_add("/dev/run/stderr", S_IFIFO | 0600, makedev(RUN_MAJOR, 2),
                   &ops, (void *)HOST_ERR);
        device_add("/dev/run/report", S_IFIFO | 0600, makedev(RUN_MAJOR, 3),
                   &ops, (void *)HOST_REPORT);
    }
}

/*
 * /dev/run/stdout, stderr, report: each write to one is a record on COM2.
 */
#include "abi/errno.h"
#include "abi/stat.h"

#include "core/hostlink.h"

#include "proc/signal.h"

#include "fs/device.h"
#include "fs/file.h"
#include "fs/inode.h"

#define PIECE 256 /* interrupts are off while a record goes out */

static struct mutex record_lock; /* guards record */
static char record[HOST_RECORD_MAX];

/* A write goes out in one piece, in as many records as it needs: to the host
 * they are one stream.  But a report is a record, and loses its newline. */
static long
record_write(struct file *file, struct uio *uio)
{
    enum host_record type = (enum host_record)(u64)file->inode->data;
    size_t most = type == HOST_REPORT ? sizeof(record) : PIECE;
    size_t size = uio->left;
    size_t failed = 0;

    mutex_lock(&record_lock);
    while (uio->left > 0 && failed == 0 && !signal_fatal_pending()) {
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

static void
run_add(const char *path, u64 minor, const struct inode_ops *ops, void *data)
{
    device_add(path, S_IFIFO | 0600, makedev(RUN_MAJOR, minor), ops, data);
}

void
rundev_init(void)
{
    static const struct inode_ops ops = {.write = record_write};

    mutex_init(&record_lock, MUTEX_CONTENT);
    if (host_present) {
        run_add("/dev/run/stdout", 1, &ops, (void *)(u64)HOST_OUT);
        run_add("/dev/run/stderr", 2, &ops, (void *)(u64)HOST_ERR);
        run_add("/dev/run/report", 3, &ops, (void *)(u64)HOST_REPORT);
    }
}

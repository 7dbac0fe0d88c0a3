/*
 * /dev/random and /dev/urandom.  They are the same, as on Linux once it has
 * its seed; what is written to them is ignored.
 */
#include "abi/stat.h"

#include "arch/percpu.h"
#include "arch/random.h"

#include "fs/device.h"
#include "fs/file.h"
#include "fs/inode.h"

#define PIECE 256

long
random_read(struct file *file, struct uio *uio)
{
    size_t size = uio->left;
    size_t failed = 0;
    u8 piece[PIECE];

    (void)file;
    while (uio->left > 0 && failed == 0
           && (uio->left == size || !cond_resched())) {
        size_t n = MIN(uio->left, sizeof(piece));
        random_fill(piece, n);
        failed = uio_move(uio, piece, n);
    }
    return failed != 0 && size == uio->left ? -EFAULT
                                            : (long)(size - uio->left);
}

void
random_init(void)
{
    static const struct inode_ops ops = {
        .read = random_read, .write = null_write, .seeks = true,
    };

    device_add("/dev/random", S_IFCHR | 0666, makedev(1, 8), &ops, NULL);
    device_add("/dev/urandom", S_IFCHR | 0666, makedev(1, 9), &ops, NULL);
}

/*
 * ETXTBSY.
 *
 * Essential fact: fork must not count who runs a program, since that would cost
 * each fork something.  So who wants to write looks through all spaces, if the
 * file was ever executed.
 */
#include <stdatomic.h>

#include "abi/errno.h"

#include "core/optional.h"

#include "mm/object.h"

#include "proc/template.h"

#include "fs/busy.h"
#include "fs/file.h"
#include "fs/inode.h"

OPTIONAL(object_runs) OPTIONAL(object_uses) OPTIONAL(template_forget)

/* Two counts in inode->busy, so that they change as one.  In the lower half:
 * who writes, or below 0, who is about to execute.  In the upper half: how
 * often that has begun. */
#define EXEC_BEGUN (1UL << 32)

static int
writers(u64 busy)
{
    return (int)(u32)busy;
}

static u64
with_writers(u64 busy, int change)
{
    return (busy & ~0xffffffffUL) | (u32)(writers(busy) + change);
}

static void
add(struct inode *inode, int change)
{
    u64 busy = inode->busy;

    while (!atomic_compare_exchange_weak(&inode->busy, &busy,
                                         with_writers(busy, change))) {
    }
}

long
busy_exec(struct inode *inode)
{
    u64 busy = inode->busy;
    /* A mapping keeps its file open for writing (mmap(2)); but Linux does not
     * count who writes to a memfd. */
    bool mapped = __atomic_load_n(&inode->object.written, __ATOMIC_RELAXED)
                  && inode->dev != DEV_MEMFD
                  && object_uses(&inode->object, true) > 0;

    do {
        if (writers(busy) > 0 || mapped) {
            return -ETXTBSY;
        }
    } while (!atomic_compare_exchange_weak(&inode->busy, &busy,
                                           with_writers(busy, -1)
                                               + EXEC_BEGUN));
    return 0;
}

void
busy_exec_end(struct inode *inode)
{
    add(inode, 1);
}

/* If an exec begins after the look, the count of these has changed. */
long
busy_write(struct inode *inode)
{
    u64 busy = inode->busy;

    do {
        if (writers(busy) < 0
            || (busy >= EXEC_BEGUN && object_runs(&inode->object))) {
            return -ETXTBSY;
        }
        if (busy >= EXEC_BEGUN) {
            template_forget(&inode->object);
        }
    } while (!atomic_compare_exchange_weak(&inode->busy, &busy,
                                           with_writers(busy, 1)));
    return 0;
}

void
busy_write_end(struct inode *inode)
{
    add(inode, -1);
}

int
busy_open(struct file *file)
{
    if (!(file_access(file) & FILE_WRITES)) {
        return 0;
    }
    int error = (int)busy_write(file->inode);
    file->data = error == 0 ? file->inode : NULL; /* it is counted */
    return error;
}

void
busy_close(struct file *file)
{
    if (file->data != NULL) {
        busy_write_end(file->inode);
    }
}

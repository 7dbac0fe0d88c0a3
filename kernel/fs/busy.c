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

#include "fs/busy.h"
#include "fs/file.h"
#include "fs/inode.h"

OPTIONAL(object_runs)

/* Two counts in inode->busy, so that they change as one.  In the lower half:
 * who writes, or below 0, who is about to execute.  In the upper half: how
 * often that has begun. */
#define EXEC_BEGUN (1UL << 32)

static int
writers(u64 busy)
{
    return (int)(u32)busy;
}

/* Add to the lower half, and to the upper one.
 * => false: others have changed *busy, which is now what they have made of it */
static inline bool
try_add(struct inode *inode, u64 *busy, int change, u64 begun)
{
    u64 new = (*busy & ~0xffffffffUL) | (u32)(writers(*busy) + change);

    return atomic_compare_exchange_weak(&inode->busy, busy, new + begun);
}

long
busy_exec(struct inode *inode)
{
    u64 busy = inode->busy;

    while (writers(busy) <= 0) {
        if (try_add(inode, &busy, -1, EXEC_BEGUN)) {
            return 0;
        }
    }
    return -ETXTBSY;
}

/* If an exec begins after the look, the count of these has changed. */
long
busy_write(struct inode *inode)
{
    u64 busy = inode->busy;

    while (writers(busy) >= 0
           && (busy < EXEC_BEGUN || !object_runs(&inode->object))) {
        if (try_add(inode, &busy, 1, 0)) {
            return 0;
        }
    }
    return -ETXTBSY;
}

void
busy_exec_end(struct inode *inode)
{
    u64 busy = inode->busy;

    while (!try_add(inode, &busy, 1, 0)) {
    }
}

void
busy_write_end(struct inode *inode)
{
    u64 busy = inode->busy;

    while (!try_add(inode, &busy, -1, 0)) {
    }
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

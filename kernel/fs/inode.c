/*
 * What all inodes share: references, stat.
 *
 * Essential fact: a directory holds a reference to its parent, so the last put
 * of a removed directory may free a chain of removed parents; the loop in
 * inode_put does it without recursion.
 */
#include <stdatomic.h>

#include "abi/stat.h"
#include "common/string.h"

#include "core/panic.h"

#include "arch/clock.h"

#include "fs/inode.h"
#include "fs/path.h"

struct spinlock fstree_lock = SPINLOCK_INIT(RANK_FSTREE);
struct inode *root_inode;

static _Atomic u64 last_ino;

u64
inode_now(void)
{
    return clock_boot_realtime_ns + clock_ns();
}

void
inode_init(struct inode *inode, const struct inode_ops *ops, u32 mode)
{
    memset(inode, 0, sizeof(*inode));
    inode->refs = 1;
    inode->mode = mode;
    inode->ino = atomic_fetch_add(&last_ino, 1) + 1;
    inode->ops = ops;
    inode->nlink = 1;
    inode->mtime_ns = inode->ctime_ns = inode_now();
    spin_init(&inode->lock, RANK_INODE, "inode");
}

void
inode_get(struct inode *inode)
{
    u32 before = atomic_fetch_add(&inode->refs, 1);

    assert(before != 0);
}

void
inode_put(struct inode *inode)
{
    while (inode != NULL) {
        u32 before = atomic_fetch_sub(&inode->refs, 1);

        assert(before != 0);
        if (before > 1) {
            return;
        }
        struct inode *parent = inode->parent;
        inode->ops->free(inode);
        inode = parent;
    }
}

struct object *
inode_object(struct inode *inode)
{
    return inode->object.ops != NULL ? &inode->object : NULL;
}

u64
inode_size(struct inode *inode)
{
    spin_lock(&inode->lock);
    u64 size = inode->size;
    spin_unlock(&inode->lock);
    return size;
}

static struct timespec
timespec_of(u64 ns)
{
    return (struct timespec){
        .tv_sec = (i64)(ns / 1000000000),
        .tv_nsec = (i64)(ns % 1000000000),
    };
}

void
inode_stat(struct inode *inode, struct stat *stat)
{
    memset(stat, 0, sizeof(*stat));
    stat->st_dev = inode->dev;
    stat->st_ino = inode->ino;
    stat->st_nlink = inode->nlink;
    stat->st_mode = inode->mode;
    stat->st_blksize = PAGE_SIZE;
    if (S_ISCHR(inode->mode)) {
        stat->st_rdev = inode->rdev;
    }
    if (inode->ops->blocks != NULL) {
        stat->st_blocks = (i64)(inode->ops->blocks(inode) * (PAGE_SIZE / 512));
    }
    spin_lock(&inode->lock);
    stat->st_size = (i64)inode->size;
    stat->st_mtim = timespec_of(inode->mtime_ns);
    stat->st_ctim = timespec_of(inode->ctime_ns);
    spin_unlock(&inode->lock);
    stat->st_atim = stat->st_mtim; /* reads do not count: as if noatime */
}

/*
 * Inodes: references, symbolic links, attributes.
 */
#include <stdatomic.h>

#include "abi/stat.h"
#include "common/string.h"

#include "core/panic.h"

#include "arch/clock.h"

#include "mm/heap.h"

#include "fs/dir.h"
#include "fs/inode.h"
#include "fs/path.h"

#define NS_PER_SEC 1000000000L
#define NS_PER_DAY (86400 * NS_PER_SEC)

u64
inode_now(void)
{
    return clock_boot_realtime_ns + clock_ns();
}

void
inode_touch(struct inode *inode)
{
    inode->mtime_ns = inode->ctime_ns = inode_now();
}

struct inode *
inode_alloc(size_t size, const struct inode_ops *ops, u32 mode)
{
    static _Atomic u64 last_ino;
    struct inode *inode = kzalloc(size);

    if (inode == NULL) {
        return NULL;
    }
    inode->refs = 1;
    inode->mode = mode;
    inode->ino = atomic_fetch_add(&last_ino, 1) + 1;
    inode->dev = DEV_TREE;
    inode->ops = ops;
    inode_touch(inode);
    inode->atime_ns = inode->mtime_ns;
    list_init(&inode->names);
    inode->buckets = &inode->only;
    spin_init(&inode->lock, RANK_INODE, "inode");
    return inode;
}

struct inode *
link_alloc(const char *text, size_t length)
{
    static const struct inode_ops ops;
    struct inode *link = inode_alloc(sizeof(*link) + length + 1, &ops,
                                     S_IFLNK | 0777);

    if (link != NULL) {
        link->data = memcpy(link + 1, text, length);
        link->size = length;
    }
    return link;
}

struct inode *
inode_get(struct inode *inode)
{
    u32 before = atomic_fetch_add(&inode->refs, 1);

    assert(before != 0);
    return inode;
}

/* The last put of a removed directory may free a chain of removed parents. */
void
inode_put(struct inode *inode)
{
    while (inode != NULL) {
        u32 before = atomic_fetch_sub(&inode->refs, 1);

        assert(before != 0);
        if (before > 1) {
            return;
        }
        assert(inode->entries == 0);
        struct entry *last = entry_of(inode);
        struct inode *dir = last != NULL ? last->dir : NULL;
        kfree(last);
        if (inode->ops->free != NULL) {
            inode->ops->free(inode);
        }
        kfree(inode);
        inode = dir;
    }
}

struct object *
inode_object(struct inode *inode)
{
    return inode->object.ops != NULL ? &inode->object : NULL;
}

static struct timespec
time_of(u64 ns)
{
    i64 rest = (i64)ns % NS_PER_SEC; /* before 1970: negative */

    rest += rest < 0 ? NS_PER_SEC : 0;
    return (struct timespec){((i64)ns - rest) / NS_PER_SEC, rest};
}

void
inode_stat(struct inode *inode, struct stat *stat)
{
    spin_lock(&inode->lock);
    u64 pages = inode->ops->pages != NULL ? inode->ops->pages(inode) : 0;
    *stat = (struct stat){
        .st_dev = inode->dev, .st_ino = inode->ino, .st_nlink = inode->nlink,
        .st_mode = inode->mode, .st_uid = inode->uid, .st_gid = inode->gid,
        .st_rdev = inode->rdev,
        .st_size = (i64)inode->size, .st_blksize = PAGE_SIZE,
        .st_blocks = (i64)(pages * (PAGE_SIZE / 512)),
        .st_atim = time_of(inode->atime_ns),
        .st_mtim = time_of(inode->mtime_ns),
        .st_ctim = time_of(inode->ctime_ns),
    };
    spin_unlock(&inode->lock);
}

void
inode_accessed(struct inode *inode)
{
    i64 now = (i64)inode_now();
    i64 atime = (i64)inode->atime_ns;

    if (atime <= (i64)inode->mtime_ns || atime <= (i64)inode->ctime_ns
        || now - atime >= NS_PER_DAY) {
        inode->atime_ns = (u64)now;
    }
}

/*
 * Inodes: references, symbolic links, attributes.
 */
#include <stdatomic.h>

#include "abi/stat.h"
#include "common/string.h"

#include "core/panic.h"

#include "arch/clock.h"

#include "mm/heap.h"

#include "proc/cred.h"

#include "fs/dir.h"
#include "fs/inode.h"
#include "fs/path.h"

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
    inode->uid = cred_current()->euid;
    inode->gid = cred_current()->egid;
    inode->ops = ops;
    inode_touch(inode);
    inode->atime_ns = inode->mtime_ns;
    list_init(&inode->names);
    list_init(&inode->locks);
    waitq_init(&inode->unlocked);
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

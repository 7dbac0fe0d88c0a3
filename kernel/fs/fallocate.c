/*
 * fallocate: pages for a range of a file, or holes.
 */
#include "abi/errno.h"
#include "abi/fcntl.h"

#include "core/optional.h"

#include "proc/limits.h"

#include "fs/permit.h"
#include "fs/tmpfs.h"

OPTIONAL(inode_drop_ids)

/* Fill holes from index *at up to `end`, one portion.  => the lock is held */
static int
fill_some(struct inode *inode, u64 *at, u64 end, u64 *room)
{
    struct pagetree *tree = &tmpfs_file_of(inode)->tree;

    end = MIN(end, *at + PAGETREE_PORTION);
    for (; *at < end; ++*at) {
        paddr_t *slot = pagetree_slot(tree, *at, true);
        if (slot != NULL && *slot != 0) {
            continue;
        }
        if (*room == 0) {
            return -ENOSPC;
        }
        if (slot == NULL || tmpfs_page(inode, *at) == 0) {
            return -ENOMEM;
        }
        *slot |= PAGETREE_NEW;
        --*room;
    }
    return 0;
}

/* Take the marks off [*at, end), one portion, or drop what has one.
 * => the lock is held */
static void
settle_some(struct pagetree *tree, u64 *at, u64 end, bool drop)
{
    end = MIN(end, *at + PAGETREE_PORTION);
    for (; *at < end; ++*at) {
        paddr_t *slot = pagetree_slot(tree, *at, false);
        u64 first = *at;
        if (slot == NULL || (*slot & PAGETREE_NEW) == 0) {
            continue;
        }
        *slot &= ~PAGETREE_NEW;
        if (drop && frame_of(*slot)->refs == 1) { /* nobody has mapped it */
            (void)pagetree_drop(tree, &first, first + 1, false);
        }
    }
}

/* Fill all holes from index `first` up to `end`.  `writing` is held; the lock
 * only for a portion at a time.
 * => 0; -ENOSPC, -ENOMEM, -EINTR (the process is to end) with none made */
static int
fill_holes(struct inode *inode, u64 first, u64 end)
{
    struct pagetree *tree = &tmpfs_file_of(inode)->tree;
    u64 room = tmpfs_room();
    int error = end - first > room + tree->pages ? -ENOSPC : 0;
    u64 at = first, settled = first;

    while (error == 0 && at < end) {
        spin_lock(&inode->lock);
        error = fill_some(inode, &at, end, &room);
        spin_unlock(&inode->lock);
        error = cond_resched() && error == 0 ? -EINTR : error;
    }
    while (settled < at) {
        spin_lock(&inode->lock);
        settle_some(tree, &settled, at, error != 0);
        spin_unlock(&inode->lock);
        (void)cond_resched();
    }
    return error;
}

/* Make holes of [start, end).  `writing` is held. */
static void
punch(struct inode *inode, u64 start, u64 end)
{
    struct tmpfs_file *file = tmpfs_file_of(inode);
    u64 first = MIN(align_up(start, PAGE_SIZE), end);
    u64 last = MAX(align_down(end, PAGE_SIZE), first);

    spin_lock(&inode->lock);
    tmpfs_clear(file, start, first);
    tmpfs_clear(file, last, end);
    spin_unlock(&inode->lock);
    tmpfs_drop(inode, tmpfs_pages_of(first), last / PAGE_SIZE, true);
}

int
tmpfs_allocate(struct inode *inode, u32 mode, u64 start, u64 end)
{
    struct tmpfs_file *file = tmpfs_file_of(inode);
    bool grows = end > inode->size && !(mode & FALLOC_FL_KEEP_SIZE);
    int error = 0;

    if (grows && end > file_size_limit()) {
        return (int)limits_file_too_long();
    }
    mutex_lock(&file->writing);
    inode_drop_ids(inode);
    bool holes = (mode & FALLOC_FL_PUNCH_HOLE) != 0;
    spin_lock(&inode->lock);
    if (tmpfs_refuse(file, holes ? SEALS_WRITE : 0, holes ? 0 : end) != 0) {
        error = -EPERM;
    }
    spin_unlock(&inode->lock);
    if (error == 0 && holes) {
        punch(inode, start, end);
    } else if (error == 0) {
        error = fill_holes(inode, start / PAGE_SIZE, tmpfs_pages_of(end));
    }
    spin_lock(&inode->lock);
    if (error == 0 && end > inode->size && !(mode & FALLOC_FL_KEEP_SIZE)) {
        tmpfs_clear_tail(inode);
        inode->size = end;
    }
    if (error == 0) {
        inode_touch(inode);
    }
    spin_unlock(&inode->lock);
    mutex_unlock(&file->writing);
    return error;
}

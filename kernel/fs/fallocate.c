/*
 * fallocate: pages for a range of a file, or holes.
 */
#include "abi/errno.h"
#include "abi/fcntl.h"

#include "proc/limits.h"

#include "fs/permit.h"
#include "fs/tmpfs.h"

OPTIONAL(inode_drop_ids)

#define NEW 1UL /* marks a slot that fill_holes has filled */

/* Fill all holes from index `first` up to `end`, at most `room` of them.
 * => 0; -ENOSPC, -ENOMEM with none made */
static int
fill_holes(struct pagetree *tree, u64 first, u64 end, u64 room)
{
    int error = end - first > room + tree->pages ? -ENOSPC : 0;
    u64 at = first;

    for (; error == 0 && at < end; at++) {
        paddr_t *slot = pagetree_slot(tree, at, true);
        if (slot != NULL && *slot != 0) {
            continue;
        }
        if (room-- == 0) {
            error = -ENOSPC;
        } else if (slot == NULL || pagetree_at(tree, at, true) == 0) {
            error = -ENOMEM;
        } else {
            *slot |= NEW;
        }
    }
    while (at-- > first) {
        paddr_t *slot = pagetree_slot(tree, at, false);
        if (slot != NULL && *slot & NEW) {
            *slot &= ~NEW;
            if (error != 0) {
                pagetree_drop(tree, at, at + 1, false);
            }
        }
    }
    return error;
}

/* Make holes of [start, end).  => the inode's lock held */
static void
punch(struct tmpfs_file *file, u64 start, u64 end)
{
    u64 first = MIN(align_up(start, PAGE_SIZE), end);
    u64 last = MAX(align_down(end, PAGE_SIZE), first);

    tmpfs_clear(file, start, first);
    tmpfs_clear(file, last, end);
    pagetree_drop(&file->tree, tmpfs_pages_of(first), last / PAGE_SIZE, true);
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
    spin_lock(&inode->lock);
    bool holes = (mode & FALLOC_FL_PUNCH_HOLE) != 0;
    if (tmpfs_refuse(file, holes ? SEALS_WRITE : 0, holes ? 0 : end) != 0) {
        error = -EPERM;
    } else if (holes) {
        punch(file, start, end);
    } else {
        error = fill_holes(&file->tree, start / PAGE_SIZE, tmpfs_pages_of(end),
                           tmpfs_room());
    }
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

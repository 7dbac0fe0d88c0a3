/*
 * Holes of mapped files: to read one maps the frame of zeros; no page is made.
 * The essential fact: a page that is made where zeros may be mapped is hidden
 * until they are unmapped everywhere.  Whoever is to write to a hidden page, or
 * to map it where it may be written, sees to that first; so nobody reads zeros
 * after a write.
 */
#include "fs/tmpfs.h"

bool
holes_lend(struct inode *inode)
{
    struct tmpfs_file *file = tmpfs_file_of(inode);
    bool lends = file->tree.kind == FRAME_CACHE;

    file->lent += lends;
    return lends;
}

int
holes_show(struct inode *inode, u64 index)
{
    struct tmpfs_file *file = tmpfs_file_of(inode);
    struct hold hold;
    bool mapped;

    spin_lock(&inode->lock);
    paddr_t frame = pagetree_at(&file->tree, index, false);
    u64 lent = file->lent;
    if (frame == 0 || !holes_hide(frame)) {
        spin_unlock(&inode->lock);
        return 0;
    }
    tmpfs_hold(&hold, frame); /* it must not be made anew, and hidden again */
    spin_unlock(&inode->lock);
    /* A space that was lent zeros before has them in its tables when we get its
     * lock; nobody is lent more, as the page is there. */
    int error = object_unmap_zeros(&inode->object, index, &mapped);
    spin_lock(&inode->lock);
    if (error == 0) {
        frame_of(frame)->flags &= (u8)~FRAME_HIDDEN;
        file->lent = mapped || file->lent != lent ? file->lent : 0;
    }
    spin_unlock(&inode->lock);
    tmpfs_let_go(&hold);
    return error;
}

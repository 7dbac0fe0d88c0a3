/*
 * A regular file as an object that is mapped: what faults and exec ask for.
 */
#include "abi/errno.h"

#include "core/optional.h"

#include "mm/object.h"

#include "fs/path.h"
#include "fs/tmpfs.h"

OPTIONAL(holes_lend) OPTIONAL(holes_show)

static struct inode *
inode_of(struct object *object)
{
    return container_of(object, struct inode, object);
}

static int
object_page(struct object *object, u64 index, enum object_use use,
            paddr_t *frame)
{
    struct inode *inode = inode_of(object);
    int error = -ERANGE;

    spin_lock(&inode->lock);
    if (index < tmpfs_pages_of(inode->size)) {
        struct pagetree *tree = &tmpfs_file_of(inode)->tree;
        *frame = pagetree_at(tree, index, false);
        if (*frame == 0 && use != OBJECT_WRITE && holes_lend(inode)) {
            *frame = zero_frame;
        }
        bool full = *frame == 0 && tree->kind == FRAME_CACHE
                    && tmpfs_room() == 0;
        if (*frame == 0 && !full) {
            *frame = tmpfs_page(inode, index);
        }
        error = *frame == 0 ? (full ? -ENOSPC : -ENOMEM)
                : use != OBJECT_LOOK && holes_hide(*frame) ? -EAGAIN : 0;
    }
    if (error == 0) {
        frame_get(*frame);
    }
    spin_unlock(&inode->lock);
    return error;
}

static void
leave_out_hidden(u64 count, paddr_t *found)
{
    for (u64 i = 0; i < count; i++) {
        if (found[i] != 0 && holes_hide(found[i])) {
            frame_put(found[i]);
            found[i] = 0;
        }
    }
}

static u64
object_present(struct object *object, u64 index, u64 count, paddr_t *found)
{
    struct inode *inode = inode_of(object);
    struct tmpfs_file *file = tmpfs_file_of(inode);

    spin_lock(&inode->lock);
    u64 pages = tmpfs_pages_of(inode->size);
    count = index < pages ? MIN(count, pages - index) : 0;
    pagetree_present(&file->tree, index, count, found);
    if (file->lent != 0) {
        leave_out_hidden(count, found);
    }
    spin_unlock(&inode->lock);
    return count;
}

static int
object_show(struct object *object, u64 index)
{
    return holes_show(inode_of(object), index);
}

static int
object_adopt(struct object *object, u64 index, paddr_t frame)
{
    struct inode *inode = inode_of(object);
    struct pagetree *tree = &tmpfs_file_of(inode)->tree;

    spin_lock(&inode->lock);
    paddr_t *slot = pagetree_slot(tree, index, true);
    if (slot != NULL && frame != 0) {
        *slot = frame;
        tree->pages++;
        frame_adopt(frame, tree->kind);
    }
    spin_unlock(&inode->lock);
    return slot != NULL ? 0 : -ENOMEM;
}

static void
object_get(struct object *object)
{
    inode_get(inode_of(object));
}

static void
object_put(struct object *object)
{
    inode_put(inode_of(object));
}

static u64
object_size(struct object *object)
{
    return inode_of(object)->size;
}

const struct object_ops tmpfs_object_ops = {
    .page = object_page, .show = object_show, .present = object_present,
    .adopt = object_adopt, .size = object_size,
    .get = object_get, .put = object_put,
};

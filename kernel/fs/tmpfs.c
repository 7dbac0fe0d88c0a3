/*
 * Regular files: pages in memory.
 *
 * Essential fact: a copy to or from the user takes a reference to the page's
 * frame under the inode's lock, then copies without the lock.  A concurrent
 * truncation only takes the frame out of the tree.
 */
#include "abi/errno.h"
#include "abi/stat.h"
#include "common/string.h"

#include "core/optional.h"

#include "mm/heap.h"

#include "proc/limits.h"

#include "fs/busy.h"
#include "fs/file.h"
#include "fs/inode.h"
#include "fs/pagetree.h"
#include "fs/permit.h"
#include "fs/tmpfs.h"

OPTIONAL_ENOSYS(object_unmap) OPTIONAL(tmpfs_allocate)
OPTIONAL(inode_drop_ids) OPTIONAL(inode_accessed)
OPTIONAL(busy_open) OPTIONAL(busy_close)
OPTIONAL(busy_write) OPTIONAL(busy_write_end)
OPTIONAL(holes_show)

static u64 page_limit = ~0UL; /* of FRAME_CACHE frames */

void
tmpfs_limit(void)
{
    page_limit = frame_count(FRAME_CACHE) + frame_count(FRAME_FREE) / 2;
}

u64
tmpfs_room(void)
{
    u64 used = frame_count(FRAME_CACHE);

    return page_limit - MIN(used, page_limit);
}

/* ---- Reading and writing ---- */

paddr_t
tmpfs_page(struct inode *inode, u64 index)
{
    struct tmpfs_file *file = tmpfs_file_of(inode);
    paddr_t frame = pagetree_at(&file->tree, index, false);

    if (frame == 0) {
        frame = pagetree_at(&file->tree, index, true);
        /* Behind the end, nobody can have zeros. */
        if (frame != 0 && file->lent != 0
            && index < tmpfs_pages_of(inode->size)) {
            frame_of(frame)->flags |= FRAME_HIDDEN;
        }
    }
    return frame;
}

void
tmpfs_clear(struct tmpfs_file *file, u64 start, u64 end)
{
    paddr_t frame = pagetree_at(&file->tree, start / PAGE_SIZE, false);

    if (frame != 0) {
        memset((char *)frame_ptr(frame) + start % PAGE_SIZE, 0, end - start);
    }
}

void
tmpfs_clear_tail(struct inode *inode)
{
    tmpfs_clear(tmpfs_file_of(inode), inode->size,
                align_up(inode->size, PAGE_SIZE));
}

/* Move the bytes that lie in one page; a write makes the page.
 * => bytes, 0 at the end; -EFAULT, -ENOMEM, -ENOSPC if none were moved */
static long
move_page(struct inode *inode, u64 offset, struct uio *uio)
{
    u64 index = offset / PAGE_SIZE;
    size_t n = MIN(uio->left, PAGE_SIZE - offset % PAGE_SIZE);
    struct hold hold;
    int error = 0;

    spin_lock(&inode->lock);
    if (uio->write && offset > inode->size) {
        tmpfs_clear_tail(inode);
    }
    paddr_t frame = pagetree_at(&tmpfs_file_of(inode)->tree, index, false);
    if (!uio->write) {
        n = offset < inode->size ? MIN(n, inode->size - offset) : 0;
    } else if (frame == 0 && tmpfs_room() == 0) {
        error = -ENOSPC;
    } else if (frame == 0) {
        frame = tmpfs_page(inode, index);
        error = frame == 0 ? -ENOMEM : 0;
    }
    frame = frame != 0 ? frame : zero_frame;
    bool hidden = uio->write && holes_hide(frame);
    tmpfs_hold(&hold, frame);
    spin_unlock(&inode->lock);
    if (hidden) {
        error = holes_show(inode, index);
    }
    char *page = frame_ptr(frame);
    size_t done = error == 0
                      ? n - uio_move(uio, page + offset % PAGE_SIZE, n) : 0;
    tmpfs_let_go(&hold);
    if (error != 0) {
        return error;
    }
    if (uio->write && done > 0) {
        spin_lock(&inode->lock);
        inode->size = MAX(inode->size, offset + done);
        inode_touch(inode);
        spin_unlock(&inode->lock);
    }
    return done == 0 && n > 0 ? -EFAULT : (long)done;
}

/* Move page by page.  => bytes; an errno if none were moved */
static long
tmpfs_transfer(struct file *file, struct uio *uio)
{
    u64 start = file->offset;
    long n = (i64)(start + uio->left) < 0 ? -EINVAL : 1;

    while (n > 0 && uio->left > 0) {
        n = move_page(file->inode, file->offset, uio);
        file->offset += (u64)MAX(n, 0);
        if (cond_resched()) {
            break;
        }
    }
    return file->offset > start ? (long)(file->offset - start) : MIN(n, 0);
}

static long
tmpfs_read(struct file *file, struct uio *uio)
{
    mutex_lock(&file->lock);
    long result = tmpfs_transfer(file, uio);
    mutex_unlock(&file->lock);
    inode_accessed(file->inode);
    return result;
}

static long
tmpfs_write(struct file *file, struct uio *uio)
{
    struct tmpfs_file *target = tmpfs_file_of(file->inode);

    mutex_lock(&file->lock);
    mutex_lock(&target->writing);
    if (uio->left > 0) {
        inode_drop_ids(file->inode);
    }
    if ((file->flags & O_APPEND) && uio->left > 0) {
        file->offset = file->inode->size;
    }
    u64 most = file_size_limit();
    long result;
    if (uio->left > 0
        && tmpfs_refuse(target, SEALS_WRITE, file->offset + uio->left) != 0) {
        result = -EPERM;
    } else if (uio->left > 0 && file->offset >= most) {
        result = limits_file_too_long();
    } else {
        uio->left = MIN(uio->left, most - file->offset);
        result = tmpfs_transfer(file, uio);
    }
    mutex_unlock(&target->writing);
    mutex_unlock(&file->lock);
    return result;
}

/* ---- Changes of size ---- */

void
tmpfs_drop(struct inode *inode, u64 first, u64 end, bool punch)
{
    bool more = true;

    while (more) {
        spin_lock(&inode->lock);
        more = pagetree_drop(&tmpfs_file_of(inode)->tree, &first, end, punch);
        spin_unlock(&inode->lock);
        (void)cond_resched();
    }
}

static int
tmpfs_truncate(struct inode *inode, u64 size)
{
    struct tmpfs_file *file = tmpfs_file_of(inode);
    int error = (int)busy_write(inode);

    if (error != 0) {
        return error;
    }
    mutex_lock(&file->writing);
    inode_drop_ids(inode);
    u64 old = inode->size;
    if (tmpfs_refuse(file, size < old ? F_SEAL_SHRINK : 0, size) != 0) {
        error = -EPERM;
    } else if (size > old && size > file_size_limit()) {
        error = (int)limits_file_too_long();
    }
    if (error == 0 && size < old) {
        /* First the size: no fault may get a page after it. */
        inode->size = size;
        struct object *object = &inode->object;
        error = __atomic_load_n(&object->mapped, __ATOMIC_SEQ_CST)
                    ? object_unmap(object, tmpfs_pages_of(size), ~0UL) : 0;
    }
    spin_lock(&inode->lock);
    if (error == 0) {
        tmpfs_clear_tail(inode);
        inode_touch(inode);
    }
    inode->size = error == 0 ? size : old;
    spin_unlock(&inode->lock);
    if (error == 0 && size <= old) { /* nobody finds these pages now */
        tmpfs_drop(inode, tmpfs_pages_of(size), ~0UL, false);
    }
    mutex_unlock(&file->writing);
    busy_write_end(inode);
    return error;
}

static u64
tmpfs_pages(struct inode *inode)
{
    return tmpfs_file_of(inode)->tree.pages;
}

/* A file that has a name stays. */
static u64
tmpfs_holds(const struct inode *inode)
{
    const struct tmpfs_file *file = container_of(inode, struct tmpfs_file,
                                                 inode);

    return inode->nlink == 0 ? file->tree.pages : 0;
}

/* ---- Birth and end ---- */

/* Trees of files that ended under a lock: freed on the way to user mode.  If
 * there are more, a tree is dropped at once, however long that takes. */
static struct spinlock late_lock = SPINLOCK_INIT(RANK_INODE);
static struct pagetree late[16];

static bool
drop_late(const struct pagetree *tree)
{
    size_t i = 0;

    spin_lock(&late_lock);
    while (i < ARRAY_SIZE(late) && late[i].root != 0) {
        i++;
    }
    if (i < ARRAY_SIZE(late)) {
        late[i] = *tree;
        cpu_add_work(WORK_REAP);
    }
    spin_unlock(&late_lock);
    return i < ARRAY_SIZE(late);
}

static void
drop_all(struct pagetree *tree)
{
    u64 first = 0;

    while (pagetree_drop(tree, &first, ~0UL, false)) {
        if (cpu_rank() == 0) {
            (void)cond_resched();
        }
    }
}

void
on_reap(void)
{
    struct pagetree tree;

    for (size_t i = 0; i < ARRAY_SIZE(late); i++) {
        spin_lock(&late_lock);
        tree = late[i];
        late[i].root = 0;
        spin_unlock(&late_lock);
        drop_all(&tree);
    }
}

static void
tmpfs_free(struct inode *inode)
{
    struct pagetree *tree = &tmpfs_file_of(inode)->tree;

    if (cpu_rank() == 0 || tree->pages < PAGETREE_PORTION
        || !drop_late(tree)) {
        drop_all(tree);
    }
    kfree(inode->data);
}

struct inode *
tmpfs_file(u32 mode)
{
    static const struct inode_ops ops = {
        .open = busy_open, .close = busy_close,
        .read = tmpfs_read, .write = tmpfs_write, .seeks = true,
        .truncate = tmpfs_truncate, .allocate = tmpfs_allocate,
        .pages = tmpfs_pages, .holds = tmpfs_holds, .free = tmpfs_free,
    };
    struct inode *inode = inode_alloc(sizeof(struct tmpfs_file), &ops,
                                      S_IFREG | mode);

    if (inode != NULL) {
        inode->object.ops = &tmpfs_object_ops;
        tmpfs_file_of(inode)->tree.kind = FRAME_CACHE;
        tmpfs_file_of(inode)->seals = F_SEAL_SEAL;
        mutex_init(&tmpfs_file_of(inode)->writing, MUTEX_CONTENT);
    }
    return inode;
}

struct inode *
tmpfs_anonymous(u64 size)
{
    struct inode *inode = tmpfs_file(S_IRUSR | S_IWUSR);

    if (inode != NULL) {
        tmpfs_file_of(inode)->tree.kind = FRAME_SHARED; /* no limit */
        inode->size = size;
    }
    return inode;
}

int
tmpfs_fill(struct inode *inode, const void *data, size_t size)
{
    for (size_t at = 0; at < size; at += PAGE_SIZE) {
        paddr_t frame = pagetree_at(&tmpfs_file_of(inode)->tree, at / PAGE_SIZE,
                                    true);
        if (frame == 0) {
            return -ENOMEM;
        }
        memcpy(frame_ptr(frame), (const char *)data + at,
               MIN(size - at, PAGE_SIZE));
    }
    inode->size = size;
    return 0;
}

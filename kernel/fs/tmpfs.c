/*
 * Regular files: pages in memory.
 *
 * The pages hang in a tree, of nodes with 512 slots each:
 *
 *   height 2:          root node               index = 18 bits
 *                    /     |     \
 *               node     hole     node         upper 9 bits choose here
 *             / | \                 |
 *         frame frame ...         frame        lower 9 bits choose here
 *
 * At height 0 the root is the frame of page 0 itself.  A slot of 0 is a hole.
 * The tree has one hold on each data frame; nodes are frames of kind
 * FRAME_KERNEL.
 *
 * Essential fact: user memory may be touched only with no spinlock held, so a
 * copy first takes a reference to the page's frame under the inode's lock, then
 * copies without it.  A truncation meanwhile only takes the frame out of the
 * tree.
 *
 * Locks, in order: file->lock (the position), writing (one writer), inode.lock.
 */
#include "abi/errno.h"
#include "abi/stat.h"
#include "common/string.h"

#include "mm/frame.h"

#include "fs/file.h"
#include "fs/inode.h"
#include "fs/path.h"
#include "fs/tmpfs.h"

#define SLOT_BITS 9
#define SLOTS     512

struct tmpfs_file {
    struct inode inode;
    paddr_t root;         /* l (the inode's lock)  0: no page at all */
    int height;           /* l */
    enum frame_kind kind; /* i  of the data frames: cache, or shared */
    struct mutex writing; /*   one write or truncate at a time */
};

static u64 page_limit = ~0UL; /* of FRAME_CACHE frames, for write(2) */

void
tmpfs_limit(void)
{
    page_limit = frame_count(FRAME_CACHE) + frame_count(FRAME_FREE) / 2;
}

static struct tmpfs_file *
file_of(struct inode *inode)
{
    return container_of(inode, struct tmpfs_file, inode);
}

/* ---- The tree of pages; all with the inode's lock ---- */

/* The slot of page `index`.  => NULL: there is no node for it */
static paddr_t *
find_slot(struct tmpfs_file *file, u64 index)
{
    int bits = SLOT_BITS * file->height;
    paddr_t *slot = &file->root;

    if (index >> bits != 0) {
        return NULL;
    }
    while (bits > 0 && *slot != 0) {
        bits -= SLOT_BITS;
        slot = (paddr_t *)frame_ptr(*slot) + (index >> bits & (SLOTS - 1));
    }
    return bits == 0 ? slot : NULL;
}

/* The same, with what nodes are missing made, which stay.
 * => NULL: no memory */
static paddr_t *
make_slot(struct tmpfs_file *file, u64 index)
{
    while (index >> (SLOT_BITS * file->height) != 0) {
        paddr_t node = 0;
        if (file->root != 0) { /* what there is becomes the first child */
            node = frame_alloc_zero(FRAME_KERNEL);
            if (node == 0) {
                return NULL;
            }
            *(paddr_t *)frame_ptr(node) = file->root;
        }
        file->root = node;
        file->height++;
    }
    paddr_t *slot = &file->root;
    for (int level = file->height - 1; level >= 0; level--) {
        if (*slot == 0) {
            *slot = frame_alloc_zero(FRAME_KERNEL);
        }
        if (*slot == 0) {
            return NULL;
        }
        slot = (paddr_t *)frame_ptr(*slot)
               + (index >> (SLOT_BITS * level) & (SLOTS - 1));
    }
    return slot;
}

/* The frame of a page; make: of zeros if there is a hole.
 * => 0: a hole or, if it was to be made, no memory */
static inline paddr_t
page_at(struct tmpfs_file *file, u64 index, bool make)
{
    paddr_t *slot = make ? make_slot(file, index) : find_slot(file, index);

    if (make && slot != NULL && *slot == 0) {
        *slot = frame_alloc_zero(file->kind);
    }
    return slot != NULL ? *slot : 0;
}

static void
drop_pages(paddr_t node, int level)
{
    if (node == 0) {
        return;
    }
    if (level == 0) {
        frame_disown(node);
        return;
    }
    for (int i = 0; i < SLOTS; i++) {
        drop_pages(((const paddr_t *)frame_ptr(node))[i], level - 1);
    }
    frame_put(node);
}

static void
drop_all_pages(struct inode *inode)
{
    struct tmpfs_file *file = file_of(inode);

    drop_pages(file->root, file->height);
    file->root = 0;
    file->height = 0;
}

/* ---- As something to map ---- */

static struct inode *
inode_of(struct object *object)
{
    return container_of(object, struct inode, object);
}

static int
object_page(struct object *object, u64 index, paddr_t *frame)
{
    struct inode *inode = inode_of(object);
    int error = -ERANGE;

    spin_lock(&inode->lock);
    if (index < align_up(inode->size, PAGE_SIZE) / PAGE_SIZE) {
        *frame = page_at(file_of(inode), index, true);
        error = *frame == 0 ? -ENOMEM : 0;
    }
    if (error == 0) {
        frame_get(*frame);
    }
    spin_unlock(&inode->lock);
    return error;
}

static u64
object_present(struct object *object, u64 index, u64 count, paddr_t *found)
{
    struct inode *inode = inode_of(object);
    struct tmpfs_file *file = file_of(inode);
    u64 done = 0;

    spin_lock(&inode->lock);
    u64 pages = align_up(inode->size, PAGE_SIZE) / PAGE_SIZE;
    count = index < pages ? MIN(count, pages - index) : 0;
    while (done < count) {
        /* In a node, the slots of neighbours lie side by side. */
        const paddr_t *slot = find_slot(file, index + done);
        u64 run = file->height > 0 ? SLOTS - (index + done) % SLOTS : 1;
        for (run = MIN(run, count - done); run > 0; run--, done++) {
            found[done] = slot != NULL ? *slot++ : 0;
            if (found[done] != 0) {
                frame_get(found[done]);
            }
        }
    }
    spin_unlock(&inode->lock);
    return count;
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
    return inode_size(inode_of(object));
}

/* ---- Reading ---- */

/* => bytes read, 0 at the end; -EFAULT if not even one */
static long
read_page(struct inode *inode, u64 offset, struct uio *uio)
{
    size_t n = MIN(uio->left, PAGE_SIZE - offset % PAGE_SIZE);
    paddr_t frame = 0;

    spin_lock(&inode->lock);
    if (offset < inode->size) {
        n = MIN(n, inode->size - offset);
        frame = page_at(file_of(inode), offset / PAGE_SIZE, false);
    } else {
        n = 0;
    }
    if (frame != 0) {
        frame_get(frame);
    }
    spin_unlock(&inode->lock);

    char *page = frame_ptr(frame != 0 ? frame : zero_frame);
    size_t failed = uio_move(uio, page + offset % PAGE_SIZE, n);
    if (frame != 0) {
        frame_put(frame);
    }
    return failed == n && n > 0 ? -EFAULT : (long)(n - failed);
}

/* ---- Writing ---- */

/* => bytes written, at least one; -EFAULT, -ENOMEM, -ENOSPC */
static long
write_page(struct inode *inode, u64 offset, struct uio *uio)
{
    size_t n = MIN(uio->left, PAGE_SIZE - offset % PAGE_SIZE);
    int error = -ENOMEM;

    spin_lock(&inode->lock);
    paddr_t frame = page_at(file_of(inode), offset / PAGE_SIZE, false);
    if (frame == 0 && frame_count(FRAME_CACHE) >= page_limit) {
        error = -ENOSPC;
    } else if (frame == 0) {
        frame = page_at(file_of(inode), offset / PAGE_SIZE, true);
    }
    if (frame != 0) {
        frame_get(frame);
    }
    spin_unlock(&inode->lock);
    if (frame == 0) {
        return error;
    }
    char *page = frame_ptr(frame);
    size_t failed = uio_move(uio, page + offset % PAGE_SIZE, n);
    frame_put(frame);
    if (failed == n) {
        return -EFAULT;
    }
    spin_lock(&inode->lock);
    inode->size = MAX(inode->size, offset + n - failed);
    inode_touch(inode);
    spin_unlock(&inode->lock);
    return (long)(n - failed);
}

/* A read or write, page by page.  => bytes; an errno if there was none */
static long
move(struct file *file, struct uio *uio,
     long (*move_page)(struct inode *, u64, struct uio *))
{
    size_t done = 0;
    long n = (i64)(file->offset + uio->left) < 0 ? -EINVAL : 1;

    while (n > 0 && uio->left > 0) {
        n = move_page(file->inode, file->offset, uio);
        if (n > 0) {
            file->offset += (size_t)n;
            done += (size_t)n;
        }
    }
    return done > 0 ? (long)done : MIN(n, 0);
}

static long
tmpfs_read(struct file *file, struct uio *uio)
{
    mutex_lock(&file->lock);
    long result = move(file, uio, read_page);
    mutex_unlock(&file->lock);
    return result;
}

static long
tmpfs_write(struct file *file, struct uio *uio)
{
    struct tmpfs_file *target = file_of(file->inode);

    mutex_lock(&file->lock);
    mutex_lock(&target->writing);
    if (file->flags & O_APPEND) {
        file->offset = inode_size(file->inode);
    }
    long result = move(file, uio, write_page);
    mutex_unlock(&target->writing);
    mutex_unlock(&file->lock);
    return result;
}

static void
tmpfs_truncate(struct inode *inode)
{
    struct tmpfs_file *file = file_of(inode);

    mutex_lock(&file->writing);
    spin_lock(&inode->lock);
    drop_all_pages(inode);
    inode->size = 0;
    inode_touch(inode);
    spin_unlock(&inode->lock);
    mutex_unlock(&file->writing);
}

/* ---- Birth and end ---- */

struct inode *
tmpfs_file(u32 mode)
{
    static const struct object_ops object_ops = {
        .page = object_page, .present = object_present, .size = object_size,
        .get = object_get, .put = object_put,
    };
    static const struct inode_ops ops = {
        .read = tmpfs_read, .write = tmpfs_write, .seeks = true,
        .truncate = tmpfs_truncate, .free = drop_all_pages,
    };
    struct inode *inode = inode_alloc(sizeof(struct tmpfs_file), &ops,
                                      S_IFREG | mode);

    if (inode != NULL) {
        inode->object.ops = &object_ops;
        file_of(inode)->kind = FRAME_CACHE;
        mutex_init(&file_of(inode)->writing, MUTEX_CONTENT);
    }
    return inode;
}

struct inode *
tmpfs_anonymous(u64 size)
{
    struct inode *inode = tmpfs_file(S_IRUSR | S_IWUSR);

    if (inode != NULL) {
        file_of(inode)->kind = FRAME_SHARED; /* not under the limit */
        inode->size = size;
    }
    return inode;
}

int
tmpfs_fill(struct inode *inode, const void *data, size_t size)
{
    int error = 0;

    spin_lock(&inode->lock);
    for (size_t at = 0; at < size && error == 0; at += PAGE_SIZE) {
        paddr_t frame = page_at(file_of(inode), at / PAGE_SIZE, true);
        if (frame != 0) {
            memcpy(frame_ptr(frame), (const char *)data + at,
                   MIN(size - at, PAGE_SIZE));
        }
        error = frame == 0 ? -ENOMEM : 0;
    }
    inode->size = error == 0 ? size : 0;
    spin_unlock(&inode->lock);
    return error;
}

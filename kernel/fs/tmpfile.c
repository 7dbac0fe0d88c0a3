/*
 * The contents of tmpfs's files.
 *
 * Essential fact: user memory may be touched only with no spinlock held, so a
 * copy first takes a reference to the page's frame under the inode's lock, then
 * copies without it.  A truncation meanwhile only takes the frame out of the
 * tree.
 *
 * Locks, in order: file->lock (the position), file.writing (one writer),
 * inode->lock (size and tree).
 */
#include "abi/errno.h"
#include "abi/fcntl.h"
#include "abi/stat.h"
#include "common/string.h"

#include "mm/frame.h"

#include "fs/file.h"
#include "fs/path.h"
#include "fs/tmpfs.h"
#include "fs/uio.h"

static u64 page_limit = ~0UL; /* of FRAME_CACHE frames, for write(2) */

void
tmpfs_limit(void)
{
    page_limit = frame_count(FRAME_CACHE) + frame_count(FRAME_FREE) / 2;
}

void
tmpfile_init(struct tmpfs_inode *file)
{
    file->inode.object.ops = &tmpfile_object_ops;
    mutex_init(&file->file.writing);
}

u64
tmpfile_blocks(struct inode *inode)
{
    if (!S_ISREG(inode->mode)) {
        return 0;
    }
    spin_lock(&inode->lock);
    u64 count = tmpfs_of(inode)->file.pages.count;
    spin_unlock(&inode->lock);
    return count;
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
        error = pages_make(&tmpfs_of(inode)->file.pages, index, frame);
    }
    if (error == 0) {
        frame_get(*frame);
    }
    spin_unlock(&inode->lock);
    return error;
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

const struct object_ops tmpfile_object_ops = {
    .page = object_page,
    .size = object_size,
    .get = object_get,
    .put = object_put,
};

/* ---- Reading ---- */

/* Take a reference to the frame that has offset, if there is one.
 * => how many bytes may be read there at once: 0 at the end of the file
 * => *frame is 0 in a hole */
static size_t
pin_for_read(struct inode *inode, u64 offset, paddr_t *frame)
{
    size_t size = 0;

    *frame = 0;
    spin_lock(&inode->lock);
    if (offset < inode->size) {
        size = MIN(inode->size - offset, PAGE_SIZE - offset % PAGE_SIZE);
        *frame = pages_find(&tmpfs_of(inode)->file.pages, offset / PAGE_SIZE);
        if (*frame != 0) {
            frame_get(*frame);
        }
    }
    spin_unlock(&inode->lock);
    return size;
}

/* => bytes read, 0 at the end; -EFAULT if not even one */
static long
read_page(struct inode *inode, u64 offset, struct uio *uio)
{
    paddr_t frame;
    size_t n = MIN(uio->left, pin_for_read(inode, offset, &frame));

    if (n == 0) {
        return 0;
    }
    paddr_t from = frame != 0 ? frame : zero_frame;
    const char *page = frame_ptr(from);
    size_t failed = uio_put(uio, page + offset % PAGE_SIZE, n);
    if (frame != 0) {
        frame_put(frame);
    }
    return failed == n ? -EFAULT : (long)(n - failed);
}

static long
tmpfile_read(struct file *file, struct uio *uio)
{
    size_t done = 0;
    long n = 0;

    mutex_lock(&file->lock);
    if ((i64)(file->offset + uio->left) < 0) {
        n = -EINVAL;
    }
    while (n >= 0 && uio->left > 0) {
        n = read_page(file->inode, file->offset, uio);
        if (n <= 0) {
            break;
        }
        file->offset += n;
        done += n;
    }
    mutex_unlock(&file->lock);
    return done > 0 ? (long)done : n;
}

/* ---- Writing ---- */

static int
pin_for_write(struct inode *inode, u64 offset, paddr_t *frame)
{
    struct pages *pages = &tmpfs_of(inode)->file.pages;
    u64 index = offset / PAGE_SIZE;
    int error = 0;

    spin_lock(&inode->lock);
    *frame = pages_find(pages, index);
    if (*frame == 0) {
        error = frame_count(FRAME_CACHE) >= page_limit
                    ? -ENOSPC
                    : pages_make(pages, index, frame);
    }
    if (error == 0) {
        frame_get(*frame);
    }
    spin_unlock(&inode->lock);
    return error;
}

/* => bytes written, at least one; -EFAULT, -ENOMEM, -ENOSPC */
static long
write_page(struct inode *inode, u64 offset, struct uio *uio)
{
    size_t n = MIN(uio->left, PAGE_SIZE - offset % PAGE_SIZE);
    paddr_t frame;
    int error = pin_for_write(inode, offset, &frame);

    if (error != 0) {
        return error;
    }
    char *page = frame_ptr(frame);
    size_t failed = uio_take(uio, page + offset % PAGE_SIZE, n);
    spin_lock(&inode->lock);
    u64 end = offset + n - failed;
    if (failed < n && end > inode->size) {
        inode->size = end;
    }
    if (offset >= inode->size) { /* nothing came: leave no page behind */
        pages_trim(&tmpfs_of(inode)->file.pages,
                   align_up(inode->size, PAGE_SIZE) / PAGE_SIZE);
    }
    inode->mtime_ns = inode->ctime_ns = inode_now();
    spin_unlock(&inode->lock);
    frame_put(frame);
    return failed == n ? -EFAULT : (long)(n - failed);
}

static long
tmpfile_write(struct file *file, struct uio *uio)
{
    struct inode *inode = file->inode;
    size_t done = 0;
    long n = 0;

    mutex_lock(&file->lock);
    mutex_lock(&tmpfs_of(inode)->file.writing);
    if (file->flags & O_APPEND) {
        file->offset = inode_size(inode);
    }
    if ((i64)(file->offset + uio->left) < 0) {
        n = -EINVAL;
    }
    while (n >= 0 && uio->left > 0) {
        n = write_page(inode, file->offset, uio);
        if (n < 0) {
            break;
        }
        file->offset += n;
        done += n;
    }
    mutex_unlock(&tmpfs_of(inode)->file.writing);
    mutex_unlock(&file->lock);
    return done > 0 ? (long)done : n;
}

int
tmpfile_truncate(struct inode *inode, u64 size)
{
    struct tmpfs_inode *file = tmpfs_of(inode);

    if (!S_ISREG(inode->mode)) {
        return -EINVAL;
    }
    mutex_lock(&file->file.writing);
    spin_lock(&inode->lock);
    pages_trim(&file->file.pages, align_up(size, PAGE_SIZE) / PAGE_SIZE);
    if (size % PAGE_SIZE != 0) { /* who reads past the end later sees zeros */
        paddr_t last = pages_find(&file->file.pages, size / PAGE_SIZE);
        if (last != 0) {
            memset((char *)frame_ptr(last) + size % PAGE_SIZE, 0,
                   PAGE_SIZE - size % PAGE_SIZE);
        }
    }
    inode->size = size;
    inode->mtime_ns = inode->ctime_ns = inode_now();
    spin_unlock(&inode->lock);
    mutex_unlock(&file->file.writing);
    return 0;
}

int
tmpfs_fill(struct inode *inode, const void *data, size_t size)
{
    int error = 0;

    spin_lock(&inode->lock);
    for (size_t at = 0; at < size && error == 0; at += PAGE_SIZE) {
        paddr_t frame;
        error = pages_make(&tmpfs_of(inode)->file.pages, at / PAGE_SIZE,
                           &frame);
        if (error == 0) {
            memcpy(frame_ptr(frame), (const char *)data + at,
                   MIN(size - at, PAGE_SIZE));
        }
    }
    if (error == 0) {
        inode->size = size;
    }
    spin_unlock(&inode->lock);
    return error;
}

/* ---- The position ---- */

static long
tmpfile_seek(struct file *file, i64 offset, int whence)
{
    long result = -EINVAL;

    mutex_lock(&file->lock);
    u64 base = whence == SEEK_CUR ? file->offset
               : whence == SEEK_END ? inode_size(file->inode) : 0;
    u64 target = base + (u64)offset;
    if (whence >= SEEK_SET && whence <= SEEK_END && (i64)target >= 0) {
        file->offset = target;
        result = (long)target;
    }
    mutex_unlock(&file->lock);
    return result;
}

const struct file_ops tmpfile_ops = {
    .read = tmpfile_read,
    .write = tmpfile_write,
    .seek = tmpfile_seek,
};

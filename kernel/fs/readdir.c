/*
 * Reading directories of any file system.
 *
 * Essential fact: entries are gathered in a kernel page, under the file
 * system's locks, and copied to the user when those are released.
 */
#include "abi/dirent.h"
#include "abi/errno.h"
#include "abi/fcntl.h"
#include "common/string.h"

#include "mm/heap.h"
#include "mm/usercopy.h"

#include "fs/file.h"
#include "fs/inode.h"

#define BATCH_SIZE PAGE_SIZE /* more than one largest record */

struct batch {
    struct dir_sink sink;
    char *buf;
    size_t size, used;
};

static bool
emit(struct dir_sink *sink, const char *name, u64 ino, u32 mode, u64 next)
{
    struct batch *batch = (struct batch *)sink;
    struct linux_dirent64 *entry = (void *)(batch->buf + batch->used);
    size_t length = strlen(name);
    size_t size = align_up(offsetof(struct linux_dirent64, d_name) + length + 1,
                           8);

    if (size > batch->size - batch->used) {
        return false;
    }
    memset(entry, 0, size);
    entry->d_ino = ino;
    entry->d_off = (i64)next;
    entry->d_reclen = (unsigned short)size;
    entry->d_type = mode >> 12; /* DT_* are S_IF* shifted */
    memcpy(entry->d_name, name, length);
    batch->used += size;
    return true;
}

/* Fill the batch from position *pos on.  => 0, -ENOENT: dir was removed */
static int
gather(struct inode *dir, u64 *pos, struct batch *batch)
{
    struct inode *parent = dir->parent != NULL ? dir->parent : dir;

    if (dir->nlink == 0) {
        return -ENOENT;
    }
    if (*pos == 0 && emit(&batch->sink, ".", dir->ino, dir->mode, 1)) {
        *pos = 1;
    }
    if (*pos == 1 && emit(&batch->sink, "..", parent->ino, parent->mode, 2)) {
        *pos = 2;
    }
    return *pos >= 2 ? dir->ops->iterate(dir, pos, &batch->sink) : 0;
}

static long
dir_readdir(struct file *file, vaddr_t user, size_t size)
{
    struct batch batch = {.sink.emit = emit, .size = MIN(size, BATCH_SIZE)};

    batch.buf = kmalloc(BATCH_SIZE);
    if (batch.buf == NULL) {
        return -ENOMEM;
    }
    mutex_lock(&file->lock);
    u64 pos = file->offset;
    long result = gather(file->inode, &pos, &batch);
    if (result == 0 && batch.used == 0) {
        /* At the end, or there is no room for even one? */
        batch.size = BATCH_SIZE;
        result = gather(file->inode, &pos, &batch);
        result = result == 0 && batch.used != 0 ? -EINVAL : result;
    } else if (result == 0) {
        result = copy_to_user(user, batch.buf, batch.used);
        if (result == 0) {
            file->offset = pos;
            result = (long)batch.used;
        }
    }
    mutex_unlock(&file->lock);
    kfree(batch.buf);
    return result;
}

static long
dir_read(struct file *file, struct uio *uio)
{
    (void)file, (void)uio;
    return -EISDIR;
}

static long
dir_seek(struct file *file, i64 offset, int whence)
{
    long result = -EINVAL;

    mutex_lock(&file->lock);
    if (whence == SEEK_CUR) {
        offset += (i64)file->offset;
    }
    if (whence <= SEEK_CUR && offset >= 0) {
        file->offset = (u64)offset;
        result = offset;
    }
    mutex_unlock(&file->lock);
    return result;
}

const struct file_ops dir_file_ops = {
    .read = dir_read,
    .seek = dir_seek,
    .readdir = dir_readdir,
};

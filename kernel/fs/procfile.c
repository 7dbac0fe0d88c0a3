/*
 * Reading and writing the files of /proc.
 *
 * Essential fact: a reader sees the text that was made at its first read, so
 * that reading in small pieces gives one consistent picture.
 */
#include "abi/errno.h"
#include "abi/fcntl.h"

#include "mm/heap.h"

#include "proc/process.h"

#include "fs/openfile.h"
#include "fs/procfs.h"
#include "fs/procnode.h"
#include "fs/uio.h"

#define STORE_MAX 4096

/* Make the text of a file.  => 0, or a negative errno */
static int
show(const struct proc_inode *inode, struct text *out)
{
    int error = 0;

    if (inode->node != PROC_NODE_PID) {
        error = proc_nodes[inode->node].show(out);
    } else {
        spin_lock(&family_lock);
        struct process *process = proc_find(inode->pid);
        if (process != NULL) {
            procpid_files[inode->file].show(process, out);
        } else {
            error = -ESRCH;
        }
        spin_unlock(&family_lock);
    }
    return error == 0 && out->failed ? -ENOMEM : error;
}

static long
proc_read(struct file *file, struct uio *uio)
{
    struct text *text = file->data;
    long result = 0;

    mutex_lock(&file->lock);
    if (file->offset == 0) {
        text_clear(text);
        result = show(proc_of(file->inode), text);
    }
    if (result == 0 && file->offset < text->size) {
        size_t n = MIN(uio->left, text->size - file->offset);
        size_t failed = uio_put(uio, text->buf + file->offset, n);
        file->offset += n - failed;
        result = failed == n && n > 0 ? -EFAULT : (long)(n - failed);
    }
    mutex_unlock(&file->lock);
    return result;
}

static long
proc_write(struct file *file, struct uio *uio)
{
    size_t size = uio->left;
    int node = proc_of(file->inode)->node;

    if (node < 0 || proc_nodes[node].store == NULL) {
        return -EIO; /* as Linux: the root user may open it, but no more */
    }
    if (size >= STORE_MAX) {
        return -EINVAL;
    }
    char *text = kmalloc(size + 1);
    if (text == NULL) {
        return -ENOMEM;
    }
    long result = uio_take(uio, text, size) == 0 ? 0 : -EFAULT;
    if (result == 0) {
        text[size] = '\0';
        result = proc_nodes[node].store(text, size);
    }
    kfree(text);
    return result < 0 ? result : (long)size;
}

static long
proc_seek(struct file *file, i64 offset, int whence)
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

static void
proc_release(struct file *file)
{
    text_clear(file->data);
    kfree(file->data);
}

const struct file_ops proc_file_ops = {
    .read = proc_read,
    .write = proc_write,
    .seek = proc_seek,
    .release = proc_release,
};

/*
 * /proc.
 *
 * Files that rooms register are ordinary inodes in the tree; those of processes
 * are made when they are looked at (procpid.c).
 */
#include "abi/errno.h"
#include "abi/stat.h"
#include "common/format.h"
#include "common/string.h"

#include "mm/heap.h"

#include "fs/dir.h"
#include "fs/file.h"
#include "fs/fs.h"
#include "fs/path.h"
#include "fs/procfs.h"
#include "fs/procpid.h"

#define STORE_MAX 64

/* ---- What a file shows ---- */

/* Make the text of a file.  => 0, or a negative errno */
static int
make_text(const struct proc_inode *proc, struct text *out)
{
    int error = proc->show != NULL ? proc->show(out)
                                   : pid_show(proc->pid, out);

    return error == 0 && out->failed ? -ENOMEM : error;
}

static int
proc_open(struct file *file)
{
    file->data = kzalloc(sizeof(struct text));
    return file->data != NULL ? 0 : -ENOMEM;
}

static long
proc_read(struct file *file, struct uio *uio)
{
    struct text *text = file->data;
    long result = 0;

    mutex_lock(&file->lock);
    if (file->offset == 0 || text->buf == NULL) {
        text_clear(text);
        result = make_text(proc_of(file->inode), text);
    }
    if (result == 0 && file->offset < text->size) {
        size_t n = MIN(uio->left, text->size - file->offset);
        size_t failed = uio_move(uio, text->buf + file->offset, n);
        file->offset += n - failed;
        result = failed == n && n > 0 ? -EFAULT : (long)(n - failed);
    }
    mutex_unlock(&file->lock);
    return result;
}

static long
proc_write(struct file *file, struct uio *uio)
{
    const struct proc_inode *proc = proc_of(file->inode);
    size_t size = uio->left;
    char text[STORE_MAX]; /* not of the heap: tine/nomem must hear `off` */

    if (proc->store == NULL) {
        return -EIO; /* as Linux: the root user may open it, but no more */
    }
    if (size >= STORE_MAX) {
        return -EINVAL;
    }
    if (uio_move(uio, text, size) != 0) {
        return -EFAULT;
    }
    text[size] = '\0';
    if (strlen(text) != size) {
        return -EINVAL;
    }
    if (size > 0 && text[size - 1] == '\n') {
        text[size - 1] = '\0';
    }
    long result = proc->store(text);
    return result < 0 ? result : (long)size;
}

static void
proc_close(struct file *file)
{
    if (file->data != NULL) {
        text_clear(file->data);
        kfree(file->data);
    }
}

const struct inode_ops proc_file_ops = {
    .open = proc_open, .read = proc_read, .write = proc_write,
    .close = proc_close, .seeks = true,
};

void
procfs_register(const char *path, int (*show)(struct text *out),
                int (*store)(const char *line))
{
    u32 mode = S_IFREG | (store != NULL ? 0644 : 0444);
    struct inode *inode = inode_alloc(sizeof(struct proc_inode), &proc_file_ops,
                                      mode);
    char full[64];

    snprintf(full, sizeof(full), "/proc/%s", path);
    if (inode != NULL) {
        inode->dev = DEV_PROC;
        proc_of(inode)->show = show;
        proc_of(inode)->store = store;
    }
    fs_must_place(full, inode);
}

void
procfs_init(void)
{
    static const struct inode_ops root_ops = {
        .read = dir_read, .seeks = true,
        .lookup = pid_lookup, .next = pid_name,
    };
    struct inode *root = inode_alloc(sizeof(struct proc_inode), &root_ops,
                                     S_IFDIR | 0555);

    fs_remove(NULL, "/proc", true); /* an empty one of the initrd */
    if (root != NULL) {
        root->dev = DEV_PROC;
    }
    fs_must_place("/proc", root);
}

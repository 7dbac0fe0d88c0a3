/*
 * tmpfs's directories and names; the contents of files are in tmpfile.c.
 *
 * Essential fact: an entry is a reference to its inode, and an inode is freed
 * with its last reference; so unlink only takes the entry away, and whoever
 * still has the file open or mapped keeps it.
 *
 * All names are guarded by fstree_lock.  A directory counts in st_size 20 bytes
 * an entry, `.` and `..` included, as Linux's does.
 */
#include <stdatomic.h>

#include "abi/errno.h"
#include "abi/stat.h"
#include "common/string.h"

#include "core/panic.h"

#include "mm/heap.h"

#include "fs/device.h"
#include "fs/file.h"
#include "fs/path.h"
#include "fs/tmpfs.h"

#define ENTRY_SIZE 20 /* in a directory's st_size */
#define FIRST_AT   2  /* positions 0 and 1 are `.` and `..` */

struct tmpfs_entry {
    struct list link;
    struct inode *inode;
    u64 at;              /* its position for getdents64; grows with age */
    size_t length;
    char name[];
};

static const struct inode_ops tmpfs_ops;

static struct tmpfs_entry *
find_entry(struct inode *dir, const char *name)
{
    size_t length = strlen(name);

    list_for_each(pos, &tmpfs_of(dir)->dir.entries) {
        struct tmpfs_entry *entry = list_entry(pos, struct tmpfs_entry, link);
        if (entry->length == length && memcmp(entry->name, name, length) == 0) {
            return entry;
        }
    }
    return NULL;
}

static struct inode *
new_inode(u32 mode, u64 rdev)
{
    struct tmpfs_inode *new = kzalloc(sizeof(*new));

    if (new == NULL) {
        return NULL;
    }
    inode_init(&new->inode, &tmpfs_ops, mode);
    new->inode.dev = DEV_TMPFS;
    new->inode.rdev = rdev;
    if (S_ISDIR(mode)) {
        list_init(&new->dir.entries);
        new->dir.next_at = FIRST_AT;
        new->inode.nlink = 2;
        new->inode.size = 2 * ENTRY_SIZE;
    } else if (S_ISREG(mode)) {
        tmpfile_init(new);
    }
    return &new->inode;
}

struct inode *
tmpfs_anonymous(u64 size)
{
    struct inode *inode = new_inode(S_IFREG | S_IRUSR | S_IWUSR, 0);

    if (inode != NULL) {
        inode->nlink = 0;
        inode->size = size;
    }
    return inode;
}

static void
tmpfs_free(struct inode *inode)
{
    struct tmpfs_inode *old = tmpfs_of(inode);

    if (S_ISDIR(inode->mode)) {
        assert(list_empty(&old->dir.entries));
    } else if (S_ISREG(inode->mode)) {
        pages_trim(&old->file.pages, 0);
    } else if (S_ISLNK(inode->mode)) {
        kfree(old->target);
    }
    kfree(old);
}

struct inode *
tmpfs_root(void)
{
    return new_inode(S_IFDIR | 0755, 0);
}

/* Put a name for inode into dir; the entry takes over a reference.
 * => 0; -EEXIST, -ENOENT (dir was removed), -ENOMEM */
static int
add_entry(struct inode *dir, const char *name, struct inode *inode)
{
    size_t length = strlen(name);
    struct tmpfs_entry *entry = kmalloc(sizeof(*entry) + length + 1);
    int error = 0;

    if (entry == NULL) {
        return -ENOMEM;
    }
    memcpy(entry->name, name, length + 1);
    entry->length = length;
    entry->inode = inode;
    spin_lock(&fstree_lock);
    if (dir->nlink == 0) {
        error = -ENOENT;
    } else if (find_entry(dir, name) != NULL) {
        error = -EEXIST;
    } else {
        entry->at = tmpfs_of(dir)->dir.next_at++;
        list_add_tail(&tmpfs_of(dir)->dir.entries, &entry->link);
        dir->size += ENTRY_SIZE;
        dir->mtime_ns = dir->ctime_ns = inode_now();
        if (S_ISDIR(inode->mode)) {
            dir->nlink++;
        }
    }
    spin_unlock(&fstree_lock);
    if (error != 0) {
        kfree(entry);
    }
    return error;
}

/* Add an inode that nobody else has yet; the caller keeps a reference too. */
static int
add_new(struct inode *dir, const char *name, struct inode *inode)
{
    if (inode == NULL) {
        return -ENOMEM;
    }
    if (S_ISDIR(inode->mode)) {
        inode_get(dir);
        inode->parent = dir;
    }
    inode_get(inode);
    int error = add_entry(dir, name, inode);
    if (error != 0) {
        inode_put(inode);
        inode_put(inode);
    }
    return error;
}

static int
tmpfs_make(struct inode *dir, const char *name, u32 mode, u64 rdev,
           struct inode **child)
{
    *child = new_inode(mode, rdev);
    return add_new(dir, name, *child);
}

int
tmpfs_symlink(struct inode *dir, const char *name, const char *target)
{
    size_t size = strlen(target) + 1;
    struct inode *link = new_inode(S_IFLNK | 0777, 0);

    if (link == NULL) {
        return -ENOMEM;
    }
    tmpfs_of(link)->target = kmalloc(size);
    if (tmpfs_of(link)->target == NULL) {
        inode_put(link);
        return -ENOMEM;
    }
    memcpy(tmpfs_of(link)->target, target, size);
    link->size = size - 1;
    int error = add_new(dir, name, link);
    if (error == 0) {
        inode_put(link);
    }
    return error;
}

int
tmpfs_mount(struct inode *dir, const char *name, struct inode *inode)
{
    int error = add_new(dir, name, inode);

    if (error == 0) {
        inode_put(inode);
    }
    return error;
}

static int
tmpfs_lookup(struct inode *dir, const char *name, struct inode **child)
{
    int error = -ENOENT;

    spin_lock(&fstree_lock);
    struct tmpfs_entry *entry = find_entry(dir, name);
    if (entry != NULL) {
        inode_get(entry->inode);
        *child = entry->inode;
        error = 0;
    }
    spin_unlock(&fstree_lock);
    return error;
}

/* Whether this inode may be removed from its directory; the lock is held. */
static int
ask_remove(struct inode *inode, bool directory)
{
    if (S_ISDIR(inode->mode) != directory) {
        return directory ? -ENOTDIR : -EISDIR;
    }
    if (inode->ops != &tmpfs_ops) {
        return -EBUSY; /* something is mounted here */
    }
    if (directory && !list_empty(&tmpfs_of(inode)->dir.entries)) {
        return -ENOTEMPTY;
    }
    return 0;
}

static int
tmpfs_remove(struct inode *dir, const char *name, bool directory)
{
    spin_lock(&fstree_lock);
    struct tmpfs_entry *entry = find_entry(dir, name);
    int error = entry == NULL ? -ENOENT : ask_remove(entry->inode, directory);
    if (error != 0) {
        spin_unlock(&fstree_lock);
        return error;
    }
    struct inode *inode = entry->inode;
    list_del(&entry->link);
    dir->size -= ENTRY_SIZE;
    dir->mtime_ns = dir->ctime_ns = inode_now();
    if (directory) {
        inode->nlink = 0;
        dir->nlink--;
    } else {
        inode->nlink--;
    }
    spin_unlock(&fstree_lock);
    kfree(entry);
    inode_put(inode);
    return 0;
}

static int
tmpfs_iterate(struct inode *dir, u64 *pos, struct dir_sink *sink)
{
    spin_lock(&fstree_lock);
    list_for_each(link, &tmpfs_of(dir)->dir.entries) {
        struct tmpfs_entry *entry = list_entry(link, struct tmpfs_entry, link);
        if (entry->at < *pos) {
            continue;
        }
        if (!sink->emit(sink, entry->name, entry->inode->ino,
                        entry->inode->mode, entry->at + 1)) {
            break;
        }
        *pos = entry->at + 1;
    }
    spin_unlock(&fstree_lock);
    return 0;
}

static long
tmpfs_readlink(struct inode *inode, char *buf, size_t size)
{
    size_t length = strlcpy(buf, tmpfs_of(inode)->target, size);

    return length < size ? (long)length : -ENAMETOOLONG;
}

static int
tmpfs_open(struct inode *inode, struct file *file)
{
    if (S_ISREG(inode->mode)) {
        file->ops = &tmpfile_ops;
    } else if (S_ISDIR(inode->mode)) {
        file->ops = &dir_file_ops;
    } else {
        return device_open(inode->rdev, file);
    }
    return 0;
}

static const struct inode_ops tmpfs_ops = {
    .lookup = tmpfs_lookup,
    .make = tmpfs_make,
    .remove = tmpfs_remove,
    .iterate = tmpfs_iterate,
    .readlink = tmpfs_readlink,
    .open = tmpfs_open,
    .truncate = tmpfile_truncate,
    .blocks = tmpfile_blocks,
    .free = tmpfs_free,
};

/*
 * Directories: finding, adding and removing names.
 *
 * Essential fact: fstree_lock guards all names at once.  So all others see a
 * rename as one step, and never look up `..` or a path in the middle of one.
 */
#include "abi/errno.h"
#include "abi/stat.h"
#include "common/string.h"

#include "core/optional.h"

#include "fs/dir.h"
#include "fs/file.h"
#include "fs/path.h"
#include "fs/permit.h"

struct spinlock fstree_lock = SPINLOCK_INIT(RANK_FSTREE);
struct inode *root_inode;

OPTIONAL(dir_lookup_made) OPTIONAL(mount_covers)
OPTIONAL(dir_refuse_add) OPTIONAL(entry_refuse)

static const struct inode_ops dir_ops = {.read = dir_read, .seeks = true};

struct inode *
dir_alloc(u32 mode)
{
    return inode_alloc(sizeof(struct inode), &dir_ops, S_IFDIR | mode);
}

/* ---- Finding, making and removing names ---- */

struct inode *
dir_parent(const struct inode *dir)
{
    const struct entry *entry = entry_of(dir);

    return entry != NULL ? entry->dir : root_inode;
}

/* Find a name that is in the tree.  => fstree_lock held; NULL: not found */
static struct inode *
find_kept(struct inode *dir, const char *name)
{
    u64 key;

    if (name[0] == '\0' || (name[0] == '.' && name[1] == '\0')) {
        return dir;
    }
    if (name[0] == '.' && strcmp(name, "..") == 0) {
        return dir_parent(dir);
    }
    const struct entry *entry = entry_find(dir, name, &key);
    return entry != NULL ? entry->inode : NULL;
}

int
dir_lookup(struct inode *dir, const char *name, struct inode **child)
{
    spin_lock(&fstree_lock);
    struct inode *found = find_kept(dir, name);
    if (found != NULL) {
        *child = inode_get(found);
    }
    spin_unlock(&fstree_lock);
    if (found != NULL) {
        return 0;
    }
    return dir->ops->lookup != NULL ? dir_lookup_made(dir, name, child)
                                    : -ENOENT;
}

int
dir_may_insert(struct inode *dir, const struct entry *old, u64 key)
{
    int error = dir->nlink == 0 ? -ENOENT
                : old != NULL   ? -EEXIST
                : key == 0      ? -ENOSPC : dir_refuse_add(dir);

    return error != 0 ? error : entry_make_room(dir);
}

/* Whether the inode may get one more name in dir (a new inode always may).
 * => fstree_lock held; 0 if so */
static int
may_link(const struct inode *dir, const struct inode *inode)
{
    if (inode->nlink == 0 && entry_of(inode) == NULL
        && inode->dev != DEV_MEMFD) {
        return 0;
    }
    return inode->dev != dir->dev   ? -EXDEV
           : S_ISDIR(inode->mode)   ? -EPERM
           : inode->nlink == 0      ? -ENOENT : 0;
}

int
dir_add(struct inode *dir, const char *name, struct inode *inode)
{
    struct entry *entry = entry_alloc(dir, name);
    u64 key;

    if (entry == NULL) {
        return -ENOMEM;
    }
    spin_lock(&fstree_lock);
    const struct entry *old = entry_find(dir, name, &key);
    int error = dir_may_insert(dir, old, key);
    error = error == 0 ? may_link(dir, inode) : error;
    if (error == 0) {
        entry_insert(entry, key, inode);
    }
    spin_unlock(&fstree_lock);
    if (error != 0) {
        entry_free(entry);
    }
    return error;
}

bool
dir_is_below(const struct inode *inode, const struct inode *top)
{
    while (inode != top && inode != root_inode) {
        inode = dir_parent(inode);
    }
    return inode == top;
}

bool
dir_is_busy(const struct lookup *lookup, const struct inode *inode)
{
    return inode->dev != lookup->dir->dev
           || (lookup->space != NULL && mount_covers(lookup, inode));
}

int
dir_may_remove(const struct lookup *lookup, const struct entry *entry,
               bool directory)
{
    const struct inode *inode = entry->inode;
    int error = entry_refuse(entry);

    if (error != 0) {
        return error;
    }
    if (S_ISDIR(inode->mode) != directory) {
        return directory ? -ENOTDIR : -EISDIR;
    }
    return dir_is_busy(lookup, inode) ? -EBUSY
           : inode->entries > 0       ? -ENOTEMPTY
                                      : 0;
}

int
dir_remove(const struct lookup *lookup, bool directory)
{
    u64 key;

    spin_lock(&fstree_lock);
    struct entry *entry = entry_find(lookup->dir, lookup->name, &key);
    int error = entry != NULL ? dir_may_remove(lookup, entry, directory)
                              : -ENOENT;
    if (error == 0 && !directory && lookup->slash) {
        error = -ENOTDIR;
    }
    if (error == 0) {
        entry_remove(entry);
    }
    spin_unlock(&fstree_lock);
    if (error == 0) {
        entry_end(entry);
    }
    return error;
}

long
dir_read(struct file *file, struct uio *uio)
{
    (void)file, (void)uio;
    return -EISDIR;
}

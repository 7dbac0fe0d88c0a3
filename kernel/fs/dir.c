/*
 * Directories: finding, making, removing, renaming and listing names; paths.
 *
 * Essential fact: fstree_lock guards all names at once.  So all others see a
 * rename as one step, and never look up `..` or a path in the middle of one.
 */
#include "abi/dirent.h"
#include "abi/errno.h"
#include "abi/stat.h"
#include "common/string.h"

#include "fs/dir.h"
#include "fs/file.h"
#include "fs/path.h"

struct spinlock fstree_lock = SPINLOCK_INIT(RANK_FSTREE);
struct inode *root_inode;

static const struct inode_ops dir_ops = {.read = dir_read, .seeks = true};

struct inode *
dir_alloc(u32 mode)
{
    return inode_alloc(sizeof(struct inode), &dir_ops, S_IFDIR | mode);
}

/* ---- Finding, making and removing names ---- */

/* Make an entry for an inode from the ops, so that it has a path. */
static int
name_made(struct inode *dir, const char *name, struct inode *made)
{
    struct entry *entry = made != NULL ? entry_alloc(dir, name) : NULL;

    if (entry == NULL) {
        inode_put(made);
        return -ENOMEM;
    }
    made->dev = dir->dev;
    made->nlink = S_ISDIR(made->mode) ? 2 : 1;
    list_add(&made->names, &entry->also);
    return 0;
}

/* The inode of `..` in dir; the root's is itself.  => fstree_lock held */
static struct inode *
parent_of(const struct inode *dir)
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
    if (strcmp(name, "..") == 0) {
        return parent_of(dir);
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
    int error = dir->ops->lookup != NULL ? dir->ops->lookup(dir, name, child)
                                         : -ENOENT;
    return error == 0 ? name_made(dir, name, *child) : error;
}

/* Whether an entry may be added.  => fstree_lock held; 0 if so */
static int
may_insert(struct inode *dir, const struct entry *old, u64 key)
{
    return dir->nlink == 0 ? -ENOENT : old != NULL ? -EEXIST
           : key == 0 ? -ENOSPC : entry_make_room(dir);
}

/* Whether the inode may get one more name in dir (a new inode always may).
 * => fstree_lock held; 0 if so */
static int
may_link(const struct inode *dir, const struct inode *inode)
{
    if (inode->nlink == 0 && entry_of(inode) == NULL) {
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
    int error = may_insert(dir, old, key);
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

/* Whether rmdir(2) or unlink(2) may remove it.  => fstree_lock held; 0 if so */
static int
may_remove(const struct entry *entry, bool directory)
{
    const struct inode *inode = entry->inode;

    if (S_ISDIR(inode->mode) != directory) {
        return directory ? -ENOTDIR : -EISDIR;
    }
    return inode->dev != entry->dir->dev ? -EBUSY
           : inode->entries > 0          ? -ENOTEMPTY
                                         : 0;
}

int
dir_remove(const struct lookup *lookup, bool directory)
{
    u64 key;

    spin_lock(&fstree_lock);
    struct entry *entry = entry_find(lookup->dir, lookup->name, &key);
    int error = entry != NULL ? may_remove(entry, directory) : -ENOENT;
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

/* ---- Renaming ---- */

/* Whether dir is the inode or below it.  => fstree_lock held */
static bool
is_below(const struct inode *dir, const struct inode *inode)
{
    while (dir != inode && dir != root_inode) {
        dir = parent_of(dir);
    }
    return dir == inode;
}

/* Check for rename(2)'s errors, in Linux's order.  => fstree_lock held */
static int
may_rename(const struct lookup *from, const struct lookup *to,
           const struct entry *old, const struct entry *target, u64 key,
           u32 flags)
{
    bool exchange = flags & RENAME_EXCHANGE;

    if (old == NULL || (exchange && target == NULL)) {
        return -ENOENT;
    }
    if (target != NULL && (flags & RENAME_NOREPLACE)) {
        return -EEXIST;
    }
    bool directory = S_ISDIR(old->inode->mode);
    if ((!directory && (from->slash || (to->slash && !exchange)))
        || (exchange && to->slash && !S_ISDIR(target->inode->mode))) {
        return -ENOTDIR;
    }
    if (directory && is_below(to->dir, old->inode)) {
        return -EINVAL;
    }
    if (target != NULL && S_ISDIR(target->inode->mode)
        && is_below(from->dir, target->inode)) {
        return exchange ? -EINVAL : -ENOTEMPTY;
    }
    if (old->inode->dev != from->dir->dev
        || (exchange && target->inode->dev != to->dir->dev)) {
        return -EBUSY;
    }
    if (target == NULL) {
        return may_insert(to->dir, NULL, key);
    }
    return exchange || target->inode == old->inode
               ? 0 : may_remove(target, directory);
}

int
dir_rename(const struct lookup *from, const struct lookup *to, u32 flags)
{
    struct entry *new = entry_alloc(to->dir, to->name);
    struct entry *old, *target;
    bool moves = false;
    u64 key;

    if (new == NULL) {
        return -ENOMEM;
    }
    spin_lock(&fstree_lock);
    old = entry_find(from->dir, from->name, &key);
    target = entry_find(to->dir, to->name, &key);
    int error = may_rename(from, to, old, target, key, flags);
    if (error == 0 && (target == NULL || target->inode != old->inode)) {
        if (flags & RENAME_EXCHANGE) {
            entry_exchange(old, target);
        } else {
            moves = true;
            if (target != NULL) {
                key = target->key;
                entry_remove(target);
            }
            entry_insert(new, key, old->inode);
            entry_remove(old);
        }
    }
    spin_unlock(&fstree_lock);
    if (!moves) {
        entry_free(new);
        return error;
    }
    entry_end(old);
    if (target != NULL) {
        entry_end(target);
    }
    return 0;
}

/* ---- Paths ---- */

/* Put part in front of the text at *start.  => false: there is no room */
static bool
put_before(char **start, const char *buf, const char *part)
{
    size_t length = strlen(part);

    if ((size_t)(*start - buf) < length) {
        return false;
    }
    *start -= length;
    memcpy(*start, part, length);
    return true;
}

long
dir_path(const struct inode *inode, char *buf, size_t size)
{
    char *start = buf + size - 1;
    const struct entry *entry;

    *start = '\0';
    spin_lock(&fstree_lock);
    bool fits = inode->nlink > 0 || put_before(&start, buf, " (deleted)");
    for (; fits && (entry = entry_of(inode)) != NULL; inode = entry->dir) {
        fits = put_before(&start, buf, entry->name)
               && put_before(&start, buf, "/");
    }
    spin_unlock(&fstree_lock);
    if (fits && *start == '\0') {
        fits = put_before(&start, buf, "/");
    }
    if (!fits) {
        return -ENAMETOOLONG;
    }
    long length = buf + size - start;
    memmove(buf, start, (size_t)length);
    return length;
}

/* ---- Reading a directory ---- */

#define NAME_AT     offsetof(struct linux_dirent64, d_name)
#define RECORD_SIZE (NAME_AT + NAME_MAX + 8) /* the longest, aligned to 8 */

/* Fill a record; `next` is the key to go on from.  => its bytes */
static size_t
fill_record(struct linux_dirent64 *record, const char *name, u64 ino, u32 mode,
            u64 next)
{
    size_t length = strlen(name);
    size_t size = align_up(NAME_AT + length + 1, 8);

    memset((char *)record + size - 8, 0, 8); /* zeros after the name */
    memcpy(record->d_name, name, length);
    record->d_ino = ino;
    record->d_type = (u8)((mode & S_IFMT) >> 12); /* DT_*: S_IF* shifted */
    record->d_off = (i64)next;
    record->d_reclen = (u16)size;
    return size;
}

/* Give the first name with this key or a higher one: first the names in the
 * tree, then those that the ops make.
 * => bytes of the record; 0: there is none */
static size_t
next_record(struct inode *dir, u64 key, struct linux_dirent64 *record)
{
    size_t size = 0;

    spin_lock(&fstree_lock);
    const struct entry *entry = entry_from(dir, key);
    if (key == 0) {
        size = fill_record(record, ".", dir->ino, S_IFDIR, 1);
    } else if (key == 1) {
        size = fill_record(record, "..", parent_of(dir)->ino, S_IFDIR, 2);
    } else if (entry != NULL) {
        size = fill_record(record, entry->name, entry->inode->ino,
                           entry->inode->mode, entry->key + 1);
    }
    spin_unlock(&fstree_lock);
    if (size > 0 || dir->ops->next == NULL) {
        return size;
    }
    char name[MADE_NAME];
    key = MAX(key, ENTRY_MADE) - ENTRY_MADE;
    u32 mode = dir->ops->next(dir, &key, name);
    key += ENTRY_MADE;
    return mode != 0 ? fill_record(record, name, key, mode, key + 1) : 0;
}

long
dir_getdents(struct file *file, vaddr_t user, size_t size)
{
    _Alignas(8) char buf[RECORD_SIZE];
    struct linux_dirent64 *record = (void *)buf;
    struct inode *dir = file->inode;
    size_t length, used = 0;

    if (!S_ISDIR(dir->mode)) {
        return -ENOTDIR;
    }
    mutex_lock(&file->lock);
    long error = dir->nlink == 0 ? -ENOENT : 0;
    while (error == 0
           && (length = next_record(dir, file->offset, record)) > 0) {
        if (length > size - used) {
            error = -EINVAL;
        } else if (copy_to_user_some(user + used, record, length) != 0) {
            error = -EFAULT;
        } else {
            used += length;
            file->offset = (u64)record->d_off;
        }
    }
    mutex_unlock(&file->lock);
    inode_accessed(dir);
    return used > 0 ? (long)used : error;
}

long
dir_read(struct file *file, struct uio *uio)
{
    (void)file, (void)uio;
    return -EISDIR;
}

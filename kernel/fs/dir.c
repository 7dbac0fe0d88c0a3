/*
 * Directories: finding, making, removing, renaming and listing names; paths.
 *
 * Essential fact: fstree_lock guards all names at once.  So rename is one step
 * to everybody, and `..` and a path, read under it, are never between two.  A
 * place in a listing is a key: the reader finds his again in O(log n), once for
 * each piece.
 */
#include "abi/dirent.h"
#include "abi/errno.h"
#include "abi/fcntl.h"
#include "abi/stat.h"
#include "common/string.h"

#include "mm/usercopy.h"

#include "fs/attr.h"
#include "fs/dir.h"
#include "fs/entry.h"
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

/* Name what the ops have made: its path is known, though no tree has it. */
static int
name_made(struct inode *dir, const char *name, struct inode *made)
{
    struct entry *entry = entry_alloc(dir, name);

    if (entry == NULL) {
        inode_put(made);
        return -ENOMEM;
    }
    made->dev = dir->dev;
    made->nlink = S_ISDIR(made->mode) ? 2 : 1;
    list_add(&made->names, &entry->also);
    return 0;
}

int
dir_lookup(struct inode *dir, const char *name, struct inode **child)
{
    u64 key;

    spin_lock(&fstree_lock);
    const struct entry *entry = entry_find(dir, name, &key);
    if (entry != NULL) {
        *child = entry->inode;
        inode_get(*child);
    }
    spin_unlock(&fstree_lock);
    if (entry != NULL) {
        return 0;
    }
    int error = dir->ops->lookup != NULL ? dir->ops->lookup(dir, name, child)
                                         : -ENOENT;
    return error == 0 ? name_made(dir, name, *child) : error;
}

struct inode *
dir_parent(const struct inode *dir)
{
    spin_lock(&fstree_lock);
    struct inode *parent = entry_parent(dir);
    inode_get(parent);
    spin_unlock(&fstree_lock);
    return parent;
}

/* Whether a name may be put there.  => fstree_lock held */
static int
may_insert(const struct inode *dir, const struct entry *old, u64 key)
{
    return dir->nlink == 0 ? -ENOENT : old != NULL ? -EEXIST
           : key == 0 ? -ENOSPC : 0;
}

/* Whether an inode that has names, or had, may get one there; if it never had
 * one, it may.  => fstree_lock held */
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

/* Whether this name may go, as one of a directory or of something else.
 * => fstree_lock held */
static int
may_remove(const struct entry *entry, bool directory)
{
    const struct inode *inode = entry->inode;

    if (S_ISDIR(inode->mode) != directory) {
        return directory ? -ENOTDIR : -EISDIR;
    }
    return inode->dev != entry->dir->dev ? -EBUSY
           : inode->tree != NULL         ? -ENOTEMPTY
                                         : 0;
}

int
dir_remove(const struct place *place, bool directory)
{
    u64 key;

    spin_lock(&fstree_lock);
    struct entry *entry = entry_find(place->dir, place->name, &key);
    int error = entry != NULL ? may_remove(entry, directory) : -ENOENT;
    if (error == 0 && !directory && place->slash) {
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
        dir = entry_parent(dir);
    }
    return dir == inode;
}

/* What of rename(2) may go wrong, in Linux's order.  => fstree_lock held */
static int
may_rename(const struct place *from, const struct place *to,
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
dir_rename(const struct place *from, const struct place *to, u32 flags)
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

/* Put a part before what starts at *start.  => false: there is no room */
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
dir_path(const struct inode *inode, bool removed, char *buf, size_t size)
{
    char *start = buf + size - 1;
    const struct entry *entry;

    *start = '\0';
    spin_lock(&fstree_lock);
    bool there = inode->nlink > 0;
    bool fits = there || put_before(&start, buf, " (deleted)");
    for (; fits && (entry = entry_of(inode)) != NULL; inode = entry->dir) {
        fits = put_before(&start, buf, entry->name)
               && put_before(&start, buf, "/");
    }
    spin_unlock(&fstree_lock);
    if (fits && *start == '\0') {
        fits = put_before(&start, buf, "/");
    }
    if (!fits || !(there || removed)) {
        return there || removed ? -ENAMETOOLONG : -ENOENT;
    }
    long length = buf + size - start;
    memmove(buf, start, (size_t)length);
    return length;
}

/* ---- Reading a directory ---- */

#define NAME_AT offsetof(struct linux_dirent64, d_name)
#define PIECE   512 /* bytes that are told under one lock; the longest fits */

/* Records that are to be copied to the user in one piece. */
struct piece {
    u64 at;      /* key of the next one */
    size_t room; /* of buf, what is left of the user's */
    size_t used;
    bool full;   /* the next did not fit */
    _Alignas(8) char buf[PIECE];
};

/* Add a record; the next has this key or a higher one. */
static bool
add_record(struct piece *piece, const char *name, u64 ino, u32 mode, u64 next)
{
    size_t length = strlen(name);
    size_t size = align_up(NAME_AT + length + 1, 8);
    char *at = piece->buf + piece->used;
    struct linux_dirent64 *record = (void *)at;

    if (size > piece->room - piece->used) {
        piece->full = true;
        return false;
    }
    memset(at + size - 8, 0, 8); /* what lies behind the name, as Linux */
    memcpy(record->d_name, name, length);
    record->d_ino = ino;
    record->d_type = (u8)((mode & S_IFMT) >> 12); /* DT_*: S_IF* shifted */
    record->d_off = (i64)next;
    record->d_reclen = (u16)size;
    piece->used += size;
    piece->at = next;
    return true;
}

/* => false: all that are kept in the tree have been told */
static bool
add_entries(struct piece *piece, const struct inode *dir)
{
    spin_lock(&fstree_lock);
    bool more = (piece->at != 0 || add_record(piece, ".", dir->ino, S_IFDIR, 1))
                && (piece->at != 1
                    || add_record(piece, "..", entry_parent(dir)->ino,
                                  S_IFDIR, 2));
    const struct entry *entry = more ? entry_from(dir, piece->at) : NULL;
    while (entry != NULL
           && add_record(piece, entry->name, entry->inode->ino,
                         entry->inode->mode, entry->key + 1)) {
        entry = entry_after(dir, entry);
    }
    spin_unlock(&fstree_lock);
    return piece->full;
}

static void
add_made(struct piece *piece, struct inode *dir)
{
    u64 key = MAX(piece->at, ENTRY_MADE) - ENTRY_MADE;
    char name[MADE_NAME];
    u32 mode;

    do {
        mode = dir->ops->next(dir, &key, name);
        key++;
    } while (mode != 0 && add_record(piece, name, ENTRY_MADE + key - 1, mode,
                                     ENTRY_MADE + key));
}

/* Copy a piece out, and go on behind the last record that came whole.
 * => bytes of these */
static size_t
copy_piece(struct file *file, vaddr_t user, struct piece *piece)
{
    size_t copied = piece->used
                    - copy_to_user_some(user, piece->buf, piece->used);
    size_t done = 0;

    while (done < copied) {
        const struct linux_dirent64 *record = (void *)(piece->buf + done);
        if (done + record->d_reclen > copied) {
            break;
        }
        done += record->d_reclen;
        file->offset = (u64)record->d_off;
    }
    return done;
}

long
dir_getdents(struct file *file, vaddr_t user, size_t size)
{
    struct inode *dir = file->inode;
    struct piece piece;
    size_t used = 0;
    long error = 0;

    if (!S_ISDIR(dir->mode)) {
        return -ENOTDIR;
    }
    mutex_lock(&file->lock);
    do {
        piece.at = file->offset;
        piece.room = MIN(size - used, PIECE);
        piece.used = 0;
        piece.full = false;
        if (dir->nlink == 0) {
            error = -ENOENT;
        } else if (!add_entries(&piece, dir) && dir->ops->next != NULL) {
            add_made(&piece, dir);
        }
        size_t done = copy_piece(file, user + used, &piece);
        used += done;
        if (piece.used == 0 && piece.full) {
            error = -EINVAL;
        } else if (done < piece.used) {
            error = -EFAULT;
        }
    } while (piece.full && error == 0);
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

/*
 * Directories: names of inodes.
 *
 *    directory --table-> struct entry {key, name} --> inode
 *        ^------------------- dir  ^                    |
 *                                  +------ names -------+
 *
 * An entry's key is a hash of its name, made unique: its position in a listing.
 */
#pragma once

#include "fs/fs.h"
#include "fs/inode.h"

/* A new directory.  => NULL: no memory */
struct inode *dir_alloc(u32 mode);

/* Find a name in dir.  `.` and "" are dir itself; so is `..` in the root.
 * => 0 and *child with one reference; -ENOENT, -ENOMEM */
int dir_lookup(struct inode *dir, const char *name, struct inode **child)
    __must_check;

/* The same for names that exist only when looked at, by ops->lookup: so that
 * such an inode has a path, it gets an entry (procstat.c). */
int dir_lookup_made(struct inode *dir, const char *name, struct inode **child)
    __must_check;

/* Give an inode a name, which holds a reference: the first name, or one more.
 * => 0; -EEXIST, -ENOENT (the directory was removed, or the inode's last name
 *    was), -ENOSPC (65,536 names with one hash), -ENOMEM; if it has a name:
 *    -EXDEV (another file system), -EPERM (a directory) */
int dir_add(struct inode *dir, const char *name, struct inode *inode)
    __must_check;

/* Remove the name of an empty directory, or of anything else.
 * => 0; -ENOENT, -ENOTDIR, -EISDIR, -ENOTEMPTY, -EBUSY (/proc) */
int dir_remove(const struct lookup *lookup, bool directory);

/* getdents64(2).  => bytes, 0 at the end; a negative errno */
long dir_getdents(struct file *file, vaddr_t user, size_t size);

/* read(2) of a directory: -EISDIR. */
long dir_read(struct file *file, struct uio *uio);

/* ---- Entries: all functions with fstree_lock held ---- */

/* The last name of an inode stays with it after removal: so an open file keeps
 * a path, and an open directory its `..`. */
struct entry {
    struct inode *dir;       /* i  one reference */
    struct inode *inode;     /* N  one reference, until it is removed */
    struct entry *next;      /* N  in its bucket, by key */
    struct list also;        /* N  in inode->names */
    u64 key;                 /* N */
    u32 payer;               /* N  whose name it counts as (cred_place) */
    char name[];             /* i */
};

/* A new entry, not in its directory yet.  => any context; NULL: no memory */
struct entry *entry_alloc(struct inode *dir, const char *name);

/* Free an entry that no directory and no inode has.  => no lock held */
void entry_free(struct entry *entry);

/* Find a name.
 * => NULL: not found; *key is then the key for a new entry of this name, or 0
 *    if 65,536 others have this hash */
struct entry *entry_find(const struct inode *dir, const char *name, u64 *key);

/* Make the table larger, if one more entry needs it.
 * => 0; -ENOMEM; -ENOSPC: the user, or all, may have no more names */
int entry_make_room(struct inode *dir) __must_check;

/* The first entry with this key or a higher one; NULL: none. */
struct entry *entry_from(const struct inode *dir, u64 key);

/* An entry that names the inode, or was its last.  => NULL: there never was */
struct entry *entry_of(const struct inode *inode);

/* Add the entry to its directory, as a name of inode (one more reference). */
void entry_insert(struct entry *entry, u64 key, struct inode *inode);

/* Take the entry out of its directory.  => then entry_end, without the lock */
void entry_remove(struct entry *entry);
void entry_end(struct entry *entry);

/* Swap the inodes of two entries. */
void entry_exchange(struct entry *a, struct entry *b);

#define ENTRY_MADE (1UL << 62) /* above all keys: for names from ops->next */

/* The inode of `..` in dir; the root's is itself. */
struct inode *dir_parent(const struct inode *dir);

/* Whether an entry may be added (old: the one with this name, or NULL), and
 * whether rmdir(2) or unlink(2) may remove it.  => 0 if so */
int dir_may_insert(struct inode *dir, const struct entry *old, u64 key);
int dir_may_remove(const struct lookup *lookup, const struct entry *entry,
                   bool directory);

/* Whether a name in lookup->dir cannot go: of another file system, or with a
 * mount on it. */
bool dir_is_busy(const struct lookup *lookup, const struct inode *inode);

/* Whether an inode is `top` or below it. */
bool dir_is_below(const struct inode *inode, const struct inode *top);

/* Of mount.c, where lookup->space is not NULL.  dir_lookup: `..` leads out of a
 * mount, and a name that is covered into one; lookup->mount is then the one of
 * *next.  Whether a name in lookup->dir leads to a mount, not to this inode.
 * => for the second, fstree_lock held */
int mount_step(struct lookup *lookup, struct inode **next) __must_check;
bool mount_covers(const struct lookup *lookup, const struct inode *inode);

/* Look up the last component, or one on the way: through mounts, if there are
 * any.  => as dir_lookup */
static inline int __must_check
lookup_step(struct lookup *lookup, struct inode **next)
{
    return lookup->space == NULL
               ? dir_lookup(lookup->dir, lookup->name, next)
               : mount_step(lookup, next);
}

/*
 * Directories: names of inodes.
 *
 *    directory --table-> struct entry {key, name} --> inode
 *        ^------------------- dir  ^                    |
 *                                  +------ names -------+
 *
 * An entry's key, a hash of its name made unique, is its place in a listing.
 */
#pragma once

#include "fs/fs.h"
#include "fs/inode.h"

/* A new directory.  => NULL: no memory */
struct inode *dir_alloc(u32 mode);

/* Find a name in a directory; `..` of the root is itself, as `.` and "" are.
 * => 0 and *child with one reference; -ENOENT, -ENOMEM */
int dir_lookup(struct inode *dir, const char *name, struct inode **child)
    __must_check;

/* Give an inode a name, and the name a reference: its first, or one more.
 * => 0; -EEXIST, -ENOENT (the directory was removed, or the inode's last name
 *    was), -ENOSPC (65,536 names with one hash), -ENOMEM; if it has a name:
 *    -EXDEV (another file system), -EPERM (a directory) */
int dir_add(struct inode *dir, const char *name, struct inode *inode)
    __must_check;

/* Remove the name of an empty directory, or of anything else.
 * => 0; -ENOENT, -ENOTDIR, -EISDIR, -ENOTEMPTY, -EBUSY (/proc) */
int dir_remove(const struct lookup *lookup, bool directory);

/* rename(2), all in one step: give what `from` names the name `to`, whose
 * inode loses it; RENAME_EXCHANGE: they change places.
 * => both last components are names, and in one file system
 * => 0; as Linux says: -ENOENT, -EEXIST, -ENOTDIR, -EISDIR, -EINVAL (below
 *    itself), -ENOTEMPTY, -EBUSY, -ENOSPC, -ENOMEM */
int dir_rename(const struct lookup *from, const struct lookup *to, u32 flags);

/* The path of a name that the inode has, or had, with ` (deleted)` behind it,
 * at the start of buf, with a NUL.
 * => the bytes, the NUL included; -ENAMETOOLONG */
long dir_path(const struct inode *inode, char *buf, size_t size);

/* getdents64(2).  => bytes, 0 at the end; a negative errno */
long dir_getdents(struct file *file, vaddr_t user, size_t size);

/* What directories do when they are read. */
long dir_read(struct file *file, struct uio *uio);

/* ---- Entries, only for dir.c and inode.c: all with fstree_lock ---- */

/* Removed, it stays with its inode if it was the last that named it:
 * what is still open has a path, and a directory its `..`. */
struct entry {
    struct inode *dir;       /* i  one reference */
    struct inode *inode;     /* N  one reference, until it is removed */
    struct entry *next;      /* N  in its bucket, by key */
    struct list also;        /* N  in inode->names */
    u64 key;                 /* N */
    char name[];             /* i */
};

/* A new one, not in its directory yet.  => any context; NULL: no memory */
struct entry *entry_alloc(struct inode *dir, const char *name);

/* Free one that no directory has and no inode.  => no lock held */
void entry_free(struct entry *entry);

/* Find a name.
 * => NULL: there is none; *key is then the one that it would get, or 0 if
 *    65,536 others have this hash */
struct entry *entry_find(const struct inode *dir, const char *name, u64 *key);

/* Make the table larger if one more entry asks for that.  => 0, -ENOMEM */
int entry_make_room(struct inode *dir) __must_check;

/* The first with this key or a higher one; NULL: none. */
struct entry *entry_from(const struct inode *dir, u64 key);

/* One that names the inode, or did so last.  => NULL: none ever did */
struct entry *entry_of(const struct inode *inode);

/* Have the entry name the inode (one more reference), in its directory. */
void entry_insert(struct entry *entry, u64 key, struct inode *inode);

/* Take it out of its directory.  => entry_end must follow without the lock */
void entry_remove(struct entry *entry);
void entry_end(struct entry *entry);

/* Have two entries change their inodes. */
void entry_exchange(struct entry *a, struct entry *b);

#define ENTRY_MADE (1UL << 62) /* behind all keys: names that ops->next makes */

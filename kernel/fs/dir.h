/*
 * Directories: names of inodes.  What they are made of: entry.h.
 */
#pragma once

#include "fs/fs.h"
#include "fs/inode.h"

/* A new directory.  => NULL: no memory */
struct inode *dir_alloc(u32 mode);

/* Find a name in a directory.
 * => 0 and *child with one reference; -ENOENT, -ENOMEM */
int dir_lookup(struct inode *dir, const char *name, struct inode **child)
    __must_check;

/* What `..` is there: the root's is itself.  => with one reference */
struct inode *dir_parent(const struct inode *dir);

/* Give an inode a name, and the name a reference: its first, or one more.
 * => 0; -EEXIST, -ENOENT (the directory was removed, or the inode's last name
 *    was), -ENOSPC (65,536 names with one hash), -ENOMEM; if it has a name:
 *    -EXDEV (another file system), -EPERM (a directory) */
int dir_add(struct inode *dir, const char *name, struct inode *inode)
    __must_check;

/* Remove the name of an empty directory, or of anything else.
 * => 0; -ENOENT, -ENOTDIR, -EISDIR, -ENOTEMPTY, -EBUSY (/proc) */
int dir_remove(const struct place *place, bool directory);

/* rename(2), all in one step: give what `from` names the name `to`, whose
 * inode loses it; RENAME_EXCHANGE: they change places.
 * => both last components are names, and in one file system
 * => 0; as Linux says: -ENOENT, -EEXIST, -ENOTDIR, -EISDIR, -EINVAL (below
 *    itself), -ENOTEMPTY, -EBUSY, -ENOSPC, -ENOMEM */
int dir_rename(const struct place *from, const struct place *to, u32 flags);

/* The path of a name that the inode has, or had, with ` (deleted)` behind it,
 * at the start of buf, with a NUL.
 * => the bytes, the NUL included; -ENAMETOOLONG */
long dir_path(const struct inode *inode, char *buf, size_t size);

/* getdents64(2).  => bytes, 0 at the end; a negative errno */
long dir_getdents(struct file *file, vaddr_t user, size_t size);

/* What directories do when they are read. */
long dir_read(struct file *file, struct uio *uio);

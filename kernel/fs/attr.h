/*
 * What is known about an inode and may be changed: mode, owner, times, size.
 * The functions named fs_ are each the work of one call on what it has found.
 * They use up the caller's reference in any case, and give 0 or a negative
 * errno; -EPERM: the kernel's own (/proc) stays as it is.
 */
#pragma once

#include "core/types.h"

struct inode;
struct statfs;
struct timespec;

/* chmod(2); chown(2), -1 for what stays. */
int fs_chmod(struct inode *inode, u32 mode);
int fs_chown(struct inode *inode, u32 uid, u32 gid);

/* utimensat(2): atime and mtime; NULL: now.  => -EINVAL: tv_nsec */
int fs_utimes(struct inode *inode, const struct timespec *times);

/* truncate(2).  => -EISDIR, -EINVAL: not a regular file; -ENOMEM */
int fs_truncate(struct inode *inode, u64 size);

/* access(2).  => -EACCES: nobody may execute it */
int fs_access(struct inode *inode, u32 mode);

/* statfs(2). */
int fs_statfs(struct inode *inode, struct statfs *status);

/* It was read now: note that, but not again and again (Linux's relatime). */
void inode_accessed(struct inode *inode);

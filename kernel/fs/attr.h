/*
 * Attributes of an inode that calls change: mode, owner, times.
 */
#pragma once

#include "abi/time.h"

#include "core/types.h"

struct inode;

struct attr {
    enum { ATTR_MODE, ATTR_OWNER, ATTR_TIMES } what;
    u32 mode;             /* permissions */
    u32 uid, gid;         /* -1: it stays */
    struct timespec time[2]; /* atime, mtime; tv_nsec may be UTIME_NOW, ... */
};

/* Change it, which is what ctime tells.
 * => 0; -EPERM: the kernel's own (/proc) stays as it is; -EINVAL: tv_nsec */
int inode_set_attr(struct inode *inode, const struct attr *attr);

/* It was read now: note that, but not again and again (Linux's relatime). */
void inode_accessed(struct inode *inode);

/*
 * What is known about an inode, and changing it.
 */
#pragma once

#include "abi/time.h"
#include "core/types.h"

struct inode;
struct stat;

/* Fill in what stat(2) returns. */
void inode_stat(struct inode *inode, struct stat *stat);

/* An attribute to change, with its new value. */
struct attr {
    enum { ATTR_MODE, ATTR_OWNER, ATTR_TIMES } what;
    u32 mode;             /* permissions */
    u32 uid, gid;         /* -1: unchanged */
    struct timespec time[2]; /* atime, mtime; tv_nsec may be UTIME_NOW, ... */
};

/* Change an attribute, and ctime.
 * => 0; -EPERM: not the owner, or an inode of /proc; -EACCES: the times, and
 *    not to be written; -EINVAL: bad tv_nsec */
int inode_set_attr(struct inode *inode, struct attr *attr);

/* Whether the current process may do that (permit.c).  Takes S_ISGID out of a
 * new mode if the process is not in the file's group.  => 0, or the error */
int attr_refuse(const struct inode *inode, struct attr *attr);

/*
 * Attributes of inodes.  Everybody is the superuser: nobody is refused, and
 * set-id bits go only where Linux takes them from root's files, too.
 */
#include "abi/errno.h"
#include "abi/stat.h"

#include "fs/attr.h"
#include "fs/inode.h"

#define NS_PER_SEC 1000000000L
#define NS_PER_DAY (86400 * NS_PER_SEC)
#define SEC_MAX    (INT64_MAX / NS_PER_SEC - 1)

static bool
is_time(const struct timespec *time)
{
    return (u64)time->tv_nsec < NS_PER_SEC || time->tv_nsec == UTIME_NOW
           || time->tv_nsec == UTIME_OMIT;
}

static void
set_time(u64 *at, const struct timespec *time, u64 now)
{
    i64 sec = MAX(MIN(time->tv_sec, SEC_MAX), -SEC_MAX);

    if (time->tv_nsec == UTIME_NOW) {
        *at = now;
    } else if (time->tv_nsec != UTIME_OMIT) {
        *at = (u64)(sec * NS_PER_SEC + time->tv_nsec);
    }
}

int
inode_set_attr(struct inode *inode, const struct attr *attr)
{
    if (attr->what == ATTR_TIMES
        && !(is_time(&attr->time[0]) && is_time(&attr->time[1]))) {
        return -EINVAL;
    }
    if (inode->dev == DEV_PROC) {
        return -EPERM;
    }
    spin_lock(&inode->lock);
    u64 now = inode->ctime_ns = inode_now();
    switch (attr->what) {
    case ATTR_MODE:
        inode->mode = (inode->mode & S_IFMT) | (attr->mode & 07777);
        break;
    case ATTR_OWNER:
        inode->uid = attr->uid != ~0U ? attr->uid : inode->uid;
        inode->gid = attr->gid != ~0U ? attr->gid : inode->gid;
        if (!S_ISDIR(inode->mode)) {
            u32 group = inode->mode & S_IXGRP ? S_ISGID : 0;
            inode->mode &= ~(S_ISUID | group);
        }
        break;
    case ATTR_TIMES:
        set_time(&inode->atime_ns, &attr->time[0], now);
        set_time(&inode->mtime_ns, &attr->time[1], now);
        break;
    }
    spin_unlock(&inode->lock);
    return 0;
}

void
inode_accessed(struct inode *inode)
{
    i64 now = (i64)inode_now();

    spin_lock(&inode->lock);
    i64 atime = (i64)inode->atime_ns;
    if (atime <= (i64)inode->mtime_ns || atime <= (i64)inode->ctime_ns
        || now - atime >= NS_PER_DAY) {
        inode->atime_ns = (u64)now;
    }
    spin_unlock(&inode->lock);
}

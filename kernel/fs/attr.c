/*
 * Attributes of inodes.
 */
#include "abi/errno.h"
#include "abi/stat.h"

#include "core/optional.h"

#include "fs/attr.h"
#include "fs/inode.h"
#include "fs/permit.h"

#define NS_PER_SEC 1000000000L
#define NS_PER_DAY (86400 * NS_PER_SEC)
#define SEC_MAX    (INT64_MAX / NS_PER_SEC - 1)

OPTIONAL(attr_refuse) OPTIONAL(cred_refuse_group)

static struct timespec
time_of(u64 ns)
{
    i64 rest = (i64)ns % NS_PER_SEC; /* before 1970: negative */

    rest += rest < 0 ? NS_PER_SEC : 0;
    return (struct timespec){((i64)ns - rest) / NS_PER_SEC, rest};
}

void
inode_stat(struct inode *inode, struct stat *stat)
{
    spin_lock(&inode->lock);
    u64 pages = inode->ops->pages != NULL ? inode->ops->pages(inode) : 0;
    *stat = (struct stat){
        .st_dev = inode->dev, .st_ino = inode->ino, .st_nlink = inode->nlink,
        .st_mode = inode->mode, .st_uid = inode->uid, .st_gid = inode->gid,
        .st_rdev = inode->rdev,
        .st_size = (i64)inode->size, .st_blksize = PAGE_SIZE,
        .st_blocks = (i64)(pages * (PAGE_SIZE / 512)),
        .st_atim = time_of(inode->atime_ns),
        .st_mtim = time_of(inode->mtime_ns),
        .st_ctim = time_of(inode->ctime_ns),
    };
    spin_unlock(&inode->lock);
}

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

/* => the inode's lock held */
static void
change(struct inode *inode, const struct attr *attr)
{
    u64 now = inode->ctime_ns = inode_now();

    switch (attr->what) {
    case ATTR_MODE:
        inode->mode = (inode->mode & S_IFMT) | (attr->mode & 07777);
        break;
    case ATTR_OWNER:
        if (!S_ISDIR(inode->mode)) { /* as Linux does for root's files */
            bool loses = (inode->mode & S_IXGRP)
                         || cred_refuse_group(cred_current(), inode->gid) != 0;
            inode->mode &= ~(S_ISUID | (loses ? S_ISGID : 0U));
        }
        inode->uid = attr->uid != ~0U ? attr->uid : inode->uid;
        inode->gid = attr->gid != ~0U ? attr->gid : inode->gid;
        break;
    case ATTR_TIMES:
        set_time(&inode->atime_ns, &attr->time[0], now);
        set_time(&inode->mtime_ns, &attr->time[1], now);
        break;
    }
}

int
inode_set_attr(struct inode *inode, struct attr *attr)
{
    if (attr->what == ATTR_TIMES
        && !(is_time(&attr->time[0]) && is_time(&attr->time[1]))) {
        return -EINVAL;
    }
    if (inode->dev == DEV_PROC) {
        return -EPERM;
    }
    spin_lock(&inode->lock);
    int error = attr_refuse(inode, attr);
    if (error == 0) {
        change(inode, attr);
    }
    spin_unlock(&inode->lock);
    return error;
}

void
inode_accessed(struct inode *inode)
{
    i64 now = (i64)inode_now();
    i64 atime = (i64)inode->atime_ns;

    if (atime <= (i64)inode->mtime_ns || atime <= (i64)inode->ctime_ns
        || now - atime >= NS_PER_DAY) {
        inode->atime_ns = (u64)now;
    }
}

/*
 * Attributes of inodes.
 *
 * Essential fact: everybody is the superuser, so nobody is refused; what Linux
 * does to set-id bits is done here only where it does it to root, too.
 */
#include "abi/errno.h"
#include "abi/fcntl.h"
#include "abi/stat.h"
#include "abi/statfs.h"

#include "core/config.h"

#include "fs/attr.h"
#include "fs/inode.h"
#include "fs/path.h"
#include "fs/tmpfs.h"

#define NS_PER_SEC 1000000000L
#define NS_PER_DAY (86400 * NS_PER_SEC)
#define SEC_MAX    (INT64_MAX / NS_PER_SEC - 1)

/* Begin a change of attributes, which is at ctime.
 * => 0 with the inode's lock held; -EPERM */
static int
begin(struct inode *inode)
{
    if (inode->ops->magic == PROC_SUPER_MAGIC) {
        return -EPERM;
    }
    spin_lock(&inode->lock);
    inode->ctime_ns = inode_now();
    return 0;
}

/* End it; what the call has found is done with.  => error */
static int
end(struct inode *inode, int error)
{
    if (error == 0) {
        spin_unlock(&inode->lock);
    }
    inode_put(inode);
    return error;
}

int
fs_chmod(struct inode *inode, u32 mode)
{
    int error = begin(inode);

    if (error == 0) {
        inode->mode = (inode->mode & S_IFMT) | (mode & 07777);
    }
    return end(inode, error);
}

int
fs_chown(struct inode *inode, u32 uid, u32 gid)
{
    int error = begin(inode);

    if (error == 0) {
        inode->uid = uid != ~0U ? uid : inode->uid;
        inode->gid = gid != ~0U ? gid : inode->gid;
        if (!S_ISDIR(inode->mode)) {
            bool group = inode->mode & S_IXGRP; /* else it means locks */
            inode->mode &= ~(u32)(S_ISUID | (group ? S_ISGID : 0));
        }
    }
    return end(inode, error);
}

static bool
is_time(const struct timespec *time)
{
    return (time->tv_nsec >= 0 && time->tv_nsec < NS_PER_SEC)
           || time->tv_nsec == UTIME_NOW || time->tv_nsec == UTIME_OMIT;
}

static u64
ns_of(const struct timespec *time, u64 old, u64 now)
{
    if (time == NULL || time->tv_nsec == UTIME_NOW) {
        return now;
    }
    if (time->tv_nsec == UTIME_OMIT) {
        return old;
    }
    i64 sec = MAX(MIN(time->tv_sec, SEC_MAX), -SEC_MAX);
    return (u64)(sec * NS_PER_SEC + time->tv_nsec);
}

int
fs_utimes(struct inode *inode, const struct timespec *times)
{
    const struct timespec *mtime = times != NULL ? &times[1] : NULL;
    int error = -EINVAL;

    if (times == NULL || (is_time(times) && is_time(mtime))) {
        error = begin(inode);
    }
    if (error == 0) {
        inode->atime_ns = ns_of(times, inode->atime_ns, inode->ctime_ns);
        inode->mtime_ns = ns_of(mtime, inode->mtime_ns, inode->ctime_ns);
    }
    return end(inode, error);
}

int
fs_truncate(struct inode *inode, u64 size)
{
    int error = S_ISDIR(inode->mode)           ? -EISDIR
                : !S_ISREG(inode->mode)        ? -EINVAL
                : inode->ops->truncate == NULL ? -EPERM
                : inode->ops->truncate(inode, size);

    inode_put(inode);
    return error;
}

int
fs_access(struct inode *inode, u32 mode)
{
    bool refused = (mode & X_OK) && !S_ISDIR(inode->mode)
                   && !(inode->mode & 0111);

    inode_put(inode);
    return refused ? -EACCES : 0;
}

int
fs_statfs(struct inode *inode, struct statfs *status)
{
    u32 magic = inode->ops->magic;

    *status = (struct statfs){
        .f_type = magic != 0 ? magic : TMPFS_MAGIC, .f_bsize = PAGE_SIZE,
        .f_namelen = NAME_MAX, .f_frsize = PAGE_SIZE, .f_flags = ST_VALID,
    };
    if (magic == 0) {
        tmpfs_statfs(status);
    }
    inode_put(inode);
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

/*
 * System calls on attributes: what is known about a file, and changing it.
 */
#include "abi/device.h"
#include "abi/errno.h"
#include "abi/fcntl.h"
#include "abi/stat.h"
#include "abi/statfs.h"

#include "core/config.h"

#include "mm/frame.h"
#include "mm/usercopy.h"

#include "proc/thread.h"

#include "fs/attr.h"
#include "fs/file.h"
#include "fs/fs.h"
#include "fs/inode.h"
#include "fs/path.h"
#include "fs/pipe.h"
#include "fs/tmpfs.h"

#include "sys/sys.h"

#define CHANGE_FLAGS (AT_SYMLINK_NOFOLLOW | AT_EMPTY_PATH)

/* ---- Mode, owner, times ---- */

static long
change(u64 dirfd, u64 path, u64 flags, const struct attr *attr)
{
    struct inode *inode;
    int error = find_at(dirfd, path, flags, &inode);

    if (error == 0) {
        error = inode_set_attr(inode, attr);
        inode_put(inode);
    }
    return error;
}

static long
chmod_of(u64 dirfd, u64 path, u64 flags, u64 mode)
{
    const struct attr attr = {ATTR_MODE, .mode = (u32)mode};

    return change(dirfd, path, flags, &attr);
}

/* int fchmodat(int dirfd, const char *path, mode_t mode)
 * int chmod(const char *path, mode_t mode)
 * int fchmod(int fd, mode_t mode)
 * Errors: a path's, EBADF, EPERM (in /proc). */
SYS_FORWARD(sys_fchmodat, (u64 dirfd, u64 path, u64 mode),
            chmod_of(dirfd, path, 0, mode))
SYS_FORWARD(sys_chmod, (u64 path, u64 mode), chmod_of(HERE, path, 0, mode))
SYS_FORWARD(sys_fchmod, (u64 fd, u64 mode), chmod_of(fd, 0, FIND_OPEN, mode))

/* int fchownat(int dirfd, const char *path, uid_t uid, gid_t gid, int flags)
 * int chown(const char *path, uid_t uid, gid_t gid)
 * int lchown(const char *path, uid_t uid, gid_t gid): of a link itself
 * int fchown(int fd, uid_t uid, gid_t gid)
 * => 0; what is -1 stays.  A file loses its set-user-ID bit, and its
 *    set-group-ID bit if its group may execute it
 * Errors: EINVAL (flags), a path's, EBADF, EPERM (in /proc). */
static long
chown_of(u64 dirfd, u64 path, u64 flags, u64 uid, u64 gid)
{
    const struct attr attr = {ATTR_OWNER, .uid = (u32)uid, .gid = (u32)gid};

    return change(dirfd, path, flags, &attr);
}

long
sys_fchownat(u64 dirfd, u64 path, u64 uid, u64 gid, u64 flags)
{
    return (u32)flags & ~(u32)CHANGE_FLAGS
               ? -EINVAL : chown_of(dirfd, path, (u32)flags, uid, gid);
}

SYS_FORWARD(sys_chown, (u64 path, u64 uid, u64 gid),
            chown_of(HERE, path, 0, uid, gid))
SYS_FORWARD(sys_lchown, (u64 path, u64 uid, u64 gid),
            chown_of(HERE, path, AT_SYMLINK_NOFOLLOW, uid, gid))
SYS_FORWARD(sys_fchown, (u64 fd, u64 uid, u64 gid),
            chown_of(fd, 0, FIND_OPEN, uid, gid))

/* int utimensat(int dirfd, const char *path, const struct timespec times[2],
 *               int flags)
 * => 0; path NULL: of the open file dirfd; times NULL: both are now
 * Errors: EINVAL (flags, tv_nsec), a path's, EBADF, EPERM (in /proc).
 * Differences from Linux: times are kept from the year 1678 to 2262. */
long
sys_utimensat(u64 dirfd, u64 path, u64 times, u64 flags)
{
    struct attr attr = {ATTR_TIMES, .time = {{0, UTIME_NOW}, {0, UTIME_NOW}}};
    bool open = path == 0 && (int)dirfd != AT_FDCWD;

    if (times != 0 && copy_from_user(attr.time, times, sizeof(attr.time))) {
        return -EFAULT;
    }
    if (attr.time[0].tv_nsec == UTIME_OMIT
        && attr.time[1].tv_nsec == UTIME_OMIT) {
        return 0; /* as on Linux, whatever else is wrong */
    }
    if ((u32)flags & ~(open ? 0U : CHANGE_FLAGS)) {
        return -EINVAL;
    }
    return change(dirfd, path, open ? FIND_OPEN : (u32)flags, &attr);
}

/* ---- Size ---- */

/* int truncate(const char *path, off_t size)
 * => 0; what is cut off is gone, from mappings too (SIGBUS); what is new is
 *    zero
 * Errors: EINVAL (size, no regular file), EISDIR, EPERM (/proc), a path's. */
long
sys_truncate(u64 path, u64 size)
{
    struct inode *inode;
    int error = (i64)size < 0 ? -EINVAL : find_at(HERE, path, 0, &inode);

    if (error == 0) {
        error = S_ISDIR(inode->mode)           ? -EISDIR
                : !S_ISREG(inode->mode)        ? -EINVAL
                : inode->ops->truncate == NULL ? -EPERM
                : inode->ops->truncate(inode, size);
        inode_put(inode);
    }
    return error;
}

/* A descriptor's file that can be cut and is open to be written.
 * => file_done in any case; 0; -EBADF (none), or these: no such file, mode */
static int
find_written(u64 fd, struct file_use *use, int kind, int mode)
{
    *use = file_use_fd((int)fd);
    return use->file == NULL                                ? -EBADF
           : !((use->file->flags + 1) & 2)                  ? mode
           : use->file->inode->ops->truncate == NULL ? kind : 0;
}

/* int ftruncate(int fd, off_t size)
 * => as truncate
 * Errors: EBADF, ENOMEM, EINVAL (size, no regular file, not open to write). */
long
sys_ftruncate(u64 fd, u64 size)
{
    struct file_use use = {NULL, false};
    int error = (i64)size < 0 ? -EINVAL
                              : find_written(fd, &use, -EINVAL, -EINVAL);

    if (error == 0) {
        error = use.file->inode->ops->truncate(use.file->inode, size);
    }
    file_done(use);
    return error;
}

/* int fallocate(int fd, int mode, off_t offset, off_t size)
 * => 0; mode 0 or FALLOC_FL_KEEP_SIZE: there are pages for that range;
 *    FALLOC_FL_PUNCH_HOLE | FALLOC_FL_KEEP_SIZE: it is a hole
 * Errors: EBADF, EINVAL (offset, size), EOPNOTSUPP (mode), ESPIPE, ENODEV,
 *   EFBIG, ENOSPC, ENOMEM.
 * Differences from Linux: a page in a hole that is mapped somewhere becomes
 *   zero, but stays. */
long
sys_fallocate(u64 fd, u64 mode, u64 offset, u64 size)
{
    u32 hole = FALLOC_FL_PUNCH_HOLE | FALLOC_FL_KEEP_SIZE;
    struct file_use use;
    int error = find_written(fd, &use, -ENODEV, -EBADF);

    if (use.file != NULL && ((i64)offset < 0 || (i64)size <= 0)) {
        error = -EINVAL;
    } else if (use.file != NULL && (u32)mode != 0 && (u32)mode != hole
               && (u32)mode != FALLOC_FL_KEEP_SIZE) {
        error = -EOPNOTSUPP;
    } else if (error == -ENODEV && S_ISFIFO(use.file->inode->mode)) {
        error = -ESPIPE;
    } else if (error == 0 && (i64)(offset + size) < 0) {
        error = -EFBIG;
    } else if (error == 0) {
        error = use.file->inode->ops->allocate(use.file->inode, (u32)mode,
                                               offset, offset + size);
    }
    file_done(use);
    return error;
}

/* int fsync(int fd)
 * int fdatasync(int fd)
 * int syncfs(int fd)
 * void sync(void)
 * => 0: all is in memory already
 * Errors: EBADF; but for syncfs EINVAL (neither file nor directory, /proc). */
long
sys_fsync(u64 fd)
{
    struct stat stat;
    int error = stat_at(fd, 0, FIND_OPEN, &stat);

    if (error == 0) {
        bool kept = S_ISREG(stat.st_mode) || S_ISDIR(stat.st_mode);
        error = kept && stat.st_dev == DEV_TREE ? 0 : -EINVAL;
    }
    return error;
}

long sys_fdatasync(u64 fd) __attribute__((alias("sys_fsync")));

long
sys_syncfs(u64 fd)
{
    return sys_fsync(fd) == -EBADF ? -EBADF : 0;
}

SYS_FORWARD(sys_sync, (void), 0)

/* ---- Telling ---- */

/* int faccessat2(int dirfd, const char *path, int mode, int flags)
 * int faccessat(int dirfd, const char *path, int mode)
 * int access(const char *path, int mode)
 * Errors: EINVAL (mode, flags), EACCES (X_OK: nobody may execute it), a path's.
 * Differences from Linux: everyone is the superuser. */
long
sys_faccessat2(u64 dirfd, u64 path, u64 mode, u64 flags)
{
    u32 known = AT_EACCESS | AT_SYMLINK_NOFOLLOW | AT_EMPTY_PATH;
    struct stat stat;

    if ((u32)mode & ~(u32)(R_OK | W_OK | X_OK) || (u32)flags & ~known) {
        return -EINVAL;
    }
    int error = stat_at(dirfd, path, (u32)flags, &stat);
    if (error == 0 && (mode & X_OK) && !S_ISDIR(stat.st_mode)
        && !(stat.st_mode & 0111)) {
        error = -EACCES;
    }
    return error;
}

SYS_FORWARD(sys_faccessat, (u64 dirfd, u64 path, u64 mode),
            sys_faccessat2(dirfd, path, mode, 0))
SYS_FORWARD(sys_access, (u64 path, u64 mode),
            sys_faccessat2(HERE, path, mode, 0))

static struct statx_timestamp
statx_time(struct timespec time)
{
    return (struct statx_timestamp){time.tv_sec, (u32)time.tv_nsec, 0};
}

/* int statx(int dirfd, const char *path, int flags, unsigned mask,
 *           struct statx *buf)
 * => 0; all of STATX_BASIC_STATS is filled in, whatever mask wants
 * Errors: EINVAL (flags, mask), and a path's.
 * Differences from Linux: no time of birth, no attributes, no mount. */
long
sys_statx(u64 dirfd, u64 path, u64 flags, u64 mask, u64 buf)
{
    u32 known = AT_SYMLINK_NOFOLLOW | AT_NO_AUTOMOUNT | AT_EMPTY_PATH
                | AT_STATX_SYNC_TYPE;
    struct stat stat;

    if ((u32)mask & STATX_RESERVED || (u32)flags & ~known
        || (flags & AT_STATX_SYNC_TYPE) == AT_STATX_SYNC_TYPE) {
        return -EINVAL;
    }
    int error = stat_at(dirfd, path, (u32)flags, &stat);
    if (error != 0) {
        return error;
    }
    struct statx statx = {
        .stx_mask = STATX_BASIC_STATS, .stx_blksize = (u32)stat.st_blksize,
        .stx_nlink = (u32)stat.st_nlink, .stx_uid = stat.st_uid,
        .stx_gid = stat.st_gid, .stx_mode = (u16)stat.st_mode,
        .stx_ino = stat.st_ino, .stx_size = (u64)stat.st_size,
        .stx_blocks = (u64)stat.st_blocks,
        .stx_atime = statx_time(stat.st_atim),
        .stx_ctime = statx_time(stat.st_ctim),
        .stx_mtime = statx_time(stat.st_mtim),
        .stx_rdev_major = major(stat.st_rdev),
        .stx_rdev_minor = minor(stat.st_rdev),
        .stx_dev_major = major(stat.st_dev),
        .stx_dev_minor = minor(stat.st_dev),
    };
    return copy_to_user(buf, &statx, sizeof(statx));
}

/* int statfs(const char *path, struct statfs *buf)
 * int fstatfs(int fd, struct statfs *buf)
 * => 0; blocks are pages, which files may take up to a limit
 * Errors: a path's, EBADF.
 * Differences from Linux: inodes are not counted; file systems lack numbers. */
static long
statfs_of(u64 dirfd, u64 path, u64 flags, u64 buf)
{
    struct inode *inode;
    int error = find_at(dirfd, path, flags, &inode);

    if (error != 0) {
        return error;
    }
    struct statfs status = {
        .f_type = inode->dev == DEV_PROC   ? PROC_SUPER_MAGIC
                  : inode->dev == DEV_PIPE ? PIPEFS_MAGIC
                                           : TMPFS_MAGIC,
        .f_bsize = PAGE_SIZE, .f_namelen = NAME_MAX, .f_frsize = PAGE_SIZE,
        .f_flags = ST_VALID,
    };
    if (inode->dev == DEV_TREE) {
        status.f_bfree = status.f_bavail = tmpfs_room();
        status.f_blocks = status.f_bfree + frame_count(FRAME_CACHE);
    }
    inode_put(inode);
    return copy_to_user(buf, &status, sizeof(status));
}

SYS_FORWARD(sys_statfs, (u64 path, u64 buf), statfs_of(HERE, path, 0, buf))
SYS_FORWARD(sys_fstatfs, (u64 fd, u64 buf), statfs_of(fd, 0, FIND_OPEN, buf))

/* ---- Making ---- */

/* int mknodat(int dirfd, const char *path, mode_t mode, dev_t device)
 * int mknod(const char *path, mode_t mode, dev_t device)
 * => 0: there is a regular file (type S_IFREG or 0) or a FIFO
 * Errors: EINVAL (type), EPERM (a directory, a device, a socket), EEXIST, and a
 *   path's.
 * Differences from Linux: no devices and no sockets, as without CAP_MKNOD. */
long
sys_mknodat(u64 dirfd, u64 path, u64 mode, u64 device)
{
    u32 type = (u32)mode & S_IFMT;
    u32 may = (u32)mode & 07777 & ~current->fs->umask;
    struct path_arg arg;

    (void)device;
    if (type != 0 && type != S_IFREG && type != S_IFIFO) {
        return type == S_IFDIR || type == S_IFCHR || type == S_IFBLK
               || type == S_IFSOCK ? -EPERM : -EINVAL;
    }
    int error = path_arg_get(&arg, dirfd, path);
    if (error == 0) {
        error = fs_make(arg.at, arg.path,
                        type == S_IFIFO ? fifo_alloc(may) : tmpfs_file(may));
        path_arg_put(&arg);
    }
    return error;
}

SYS_FORWARD(sys_mknod, (u64 path, u64 mode, u64 device),
            sys_mknodat(HERE, path, mode, device))

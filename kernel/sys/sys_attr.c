/*
 * System calls on attributes: what is known about a file, and changing it.  Each
 * finds an inode, by path or descriptor, and leaves it to one function of fs.
 */
#include "abi/device.h"
#include "abi/errno.h"
#include "abi/fcntl.h"
#include "abi/stat.h"
#include "abi/statfs.h"

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

/* Find what a descriptor is open for.
 * => 0 and *inode with one reference; -EBADF */
static int
find_open(u64 fd, struct inode **inode)
{
    struct file *file = file_get_fd((int)fd);

    if (file == NULL) {
        return -EBADF;
    }
    *inode = file->inode;
    inode_get(*inode);
    file_put(file);
    return 0;
}

/* ---- Mode, owner, times ---- */

/* int fchmodat(int dirfd, const char *path, mode_t mode)
 * int chmod(const char *path, mode_t mode)
 * int fchmod(int fd, mode_t mode)
 * => 0
 * Errors: as stat; EBADF; EPERM (in /proc). */
long
sys_fchmodat(u64 dirfd, u64 path, u64 mode)
{
    struct inode *inode;
    int error = find_at(dirfd, path, 0, &inode);

    return error != 0 ? error : fs_chmod(inode, (u32)mode);
}

long
sys_chmod(u64 path, u64 mode)
{
    return sys_fchmodat(HERE, path, mode);
}

long
sys_fchmod(u64 fd, u64 mode)
{
    struct inode *inode;
    int error = find_open(fd, &inode);

    return error != 0 ? error : fs_chmod(inode, (u32)mode);
}

/* int fchownat(int dirfd, const char *path, uid_t uid, gid_t gid, int flags)
 * int chown(const char *path, uid_t uid, gid_t gid)
 * int lchown(const char *path, uid_t uid, gid_t gid): of a link itself
 * int fchown(int fd, uid_t uid, gid_t gid)
 * => 0; an owner of -1 stays.  A file loses its set-user-ID bit, and if its
 *    group may execute it, its set-group-ID bit
 * Errors: EINVAL (flags); as stat; EBADF; EPERM (in /proc). */
long
sys_fchownat(u64 dirfd, u64 path, u64 uid, u64 gid, u64 flags)
{
    struct inode *inode;

    if ((u32)flags & ~(u32)(AT_SYMLINK_NOFOLLOW | AT_EMPTY_PATH)) {
        return -EINVAL;
    }
    int error = find_at(dirfd, path, flags, &inode);
    return error != 0 ? error : fs_chown(inode, (u32)uid, (u32)gid);
}

long
sys_chown(u64 path, u64 uid, u64 gid)
{
    return sys_fchownat(HERE, path, uid, gid, 0);
}

long
sys_lchown(u64 path, u64 uid, u64 gid)
{
    return sys_fchownat(HERE, path, uid, gid, AT_SYMLINK_NOFOLLOW);
}

long
sys_fchown(u64 fd, u64 uid, u64 gid)
{
    struct inode *inode;
    int error = find_open(fd, &inode);

    return error != 0 ? error : fs_chown(inode, (u32)uid, (u32)gid);
}

/* int utimensat(int dirfd, const char *path, const struct timespec times[2],
 *               int flags)
 * => 0; path NULL: of the open file dirfd; times NULL: both are now
 * Errors: EFAULT, EINVAL (flags, tv_nsec); as stat; EBADF; EPERM (in /proc).
 * Differences from Linux: times are kept from the year 1678 to 2262. */
long
sys_utimensat(u64 dirfd, u64 path, u64 times, u64 flags)
{
    u32 known = AT_SYMLINK_NOFOLLOW | AT_EMPTY_PATH;
    bool open = path == 0 && (int)dirfd != AT_FDCWD;
    struct timespec time[2] = {{0}};
    struct inode *inode;

    if (times != 0 && copy_from_user(time, times, sizeof(time)) != 0) {
        return -EFAULT;
    }
    if (time[0].tv_nsec == UTIME_OMIT && time[1].tv_nsec == UTIME_OMIT) {
        return 0; /* as on Linux, whatever else is wrong */
    }
    if ((u32)flags & ~(open ? 0 : known)) {
        return -EINVAL;
    }
    int error = open ? find_open(dirfd, &inode)
                     : find_at(dirfd, path, flags, &inode);
    return error != 0 ? error : fs_utimes(inode, times != 0 ? time : NULL);
}

/* ---- Size ---- */

/* int truncate(const char *path, off_t size)
 * => 0; what is cut off is gone, from mappings too (SIGBUS); what is new is zero
 * Errors: EINVAL (size, not a regular file), EISDIR, ENOMEM, EPERM (in /proc);
 *   as stat. */
long
sys_truncate(u64 path, u64 size)
{
    struct inode *inode;
    int error = (i64)size < 0 ? -EINVAL : find_at(HERE, path, 0, &inode);

    return error != 0 ? error : fs_truncate(inode, size);
}

/* A file that is open to be written, and more than a pipe or a device.
 * => file_done when done, in any case
 * => 0; -EBADF (none), mode: it is not open for that; kind: it is no file */
static int
find_written(u64 fd, struct file_use *use, int mode, int kind)
{
    *use = file_use_fd((int)fd);
    if (use->file == NULL) {
        return -EBADF;
    }
    if (!((use->file->flags + 1) & 2)) {
        return mode;
    }
    return use->file->inode->ops->truncate != NULL ? 0 : kind;
}

/* int ftruncate(int fd, off_t size)
 * => as truncate
 * Errors: EBADF, EINVAL (size, not a regular file, not open for writing),
 *   ENOMEM. */
long
sys_ftruncate(u64 fd, u64 size)
{
    struct file_use use;

    if ((i64)size < 0) {
        return -EINVAL;
    }
    int error = find_written(fd, &use, -EINVAL, -EINVAL);
    if (error == 0) {
        error = use.file->inode->ops->truncate(use.file->inode, size);
    }
    file_done(use);
    return error;
}

/* int fallocate(int fd, int mode, off_t offset, off_t size)
 * => 0; mode 0 or FALLOC_FL_KEEP_SIZE: there are pages for that range;
 *    FALLOC_FL_PUNCH_HOLE | FALLOC_FL_KEEP_SIZE: it is a hole
 * Errors: EBADF, EINVAL (offset, size), EOPNOTSUPP (mode), ESPIPE, ENODEV, EFBIG,
 *   ENOSPC, ENOMEM.
 * Differences from Linux: a page in a hole that is mapped somewhere becomes zero,
 *   but stays. */
long
sys_fallocate(u64 fd, u64 mode, u64 offset, u64 size)
{
    struct file_use use;
    int error = find_written(fd, &use, -EBADF, -ENODEV);

    if (use.file == NULL) {
        return -EBADF;
    }
    if ((i64)offset < 0 || (i64)size <= 0) {
        error = -EINVAL;
    } else if ((u32)mode != 0 && (u32)mode != FALLOC_FL_KEEP_SIZE
               && (u32)mode != (FALLOC_FL_PUNCH_HOLE | FALLOC_FL_KEEP_SIZE)) {
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
 * => 0: all is in memory already
 * Errors: EBADF, EINVAL (neither file nor directory, or in /proc). */
long
sys_fsync(u64 fd)
{
    struct inode *inode;
    int error = find_open(fd, &inode);

    if (error == 0) {
        bool kept = S_ISREG(inode->mode) || S_ISDIR(inode->mode);
        error = kept && inode->ops->magic == 0 ? 0 : -EINVAL;
        inode_put(inode);
    }
    return error;
}

long sys_fdatasync(u64 fd) __attribute__((alias("sys_fsync")));

/* void sync(void)
 * int syncfs(int fd)
 * => 0
 * Errors: EBADF. */
long
sys_sync(void)
{
    return 0;
}

long
sys_syncfs(u64 fd)
{
    struct file_use use = file_use_fd((int)fd);
    bool open = use.file != NULL;

    file_done(use);
    return open ? 0 : -EBADF;
}

/* ---- Telling ---- */

/* int faccessat2(int dirfd, const char *path, int mode, int flags)
 * int faccessat(int dirfd, const char *path, int mode)
 * int access(const char *path, int mode)
 * => 0
 * Errors: EINVAL (mode, flags), EACCES (X_OK: nobody may execute it), and as
 *   stat.
 * Differences from Linux: everyone is the superuser. */
long
sys_faccessat2(u64 dirfd, u64 path, u64 mode, u64 flags)
{
    u32 known = AT_EACCESS | AT_SYMLINK_NOFOLLOW | AT_EMPTY_PATH;
    struct inode *inode;

    if ((u32)mode & ~(u32)(R_OK | W_OK | X_OK) || (u32)flags & ~known) {
        return -EINVAL;
    }
    int error = find_at(dirfd, path, flags, &inode);
    return error != 0 ? error : fs_access(inode, (u32)mode);
}

long
sys_faccessat(u64 dirfd, u64 path, u64 mode)
{
    return sys_faccessat2(dirfd, path, mode, 0);
}

long
sys_access(u64 path, u64 mode)
{
    return sys_faccessat2(HERE, path, mode, 0);
}

static struct statx_timestamp
statx_time(struct timespec time)
{
    return (struct statx_timestamp){time.tv_sec, (u32)time.tv_nsec, 0};
}

/* int statx(int dirfd, const char *path, int flags, unsigned mask,
 *           struct statx *buf)
 * => 0; all of STATX_BASIC_STATS is filled in, whatever mask wants
 * Errors: EINVAL (flags, mask), EFAULT, and as stat.
 * Differences from Linux: no time of birth, no attributes, no mount. */
long
sys_statx(u64 dirfd, u64 path, u64 flags, u64 mask, u64 buf)
{
    u32 known = AT_SYMLINK_NOFOLLOW | AT_NO_AUTOMOUNT | AT_EMPTY_PATH
                | AT_STATX_SYNC_TYPE;
    struct inode *inode;
    struct stat stat;

    if ((u32)mask & STATX_RESERVED || (u32)flags & ~known
        || (flags & AT_STATX_SYNC_TYPE) == AT_STATX_SYNC_TYPE) {
        return -EINVAL;
    }
    int error = find_at(dirfd, path, flags, &inode);
    if (error != 0) {
        return error;
    }
    inode_stat(inode, &stat);
    inode_put(inode);
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
 * Errors: as stat; EBADF; EFAULT.
 * Differences from Linux: inodes are not counted; no number of the file system.
 */
static int
statfs_to_user(int error, struct inode *inode, u64 buf)
{
    struct statfs status;

    if (error == 0) {
        error = fs_statfs(inode, &status);
    }
    return error != 0 ? error : copy_to_user(buf, &status, sizeof(status));
}

long
sys_statfs(u64 path, u64 buf)
{
    struct inode *inode = NULL;
    int error = find_at(HERE, path, 0, &inode);

    return statfs_to_user(error, inode, buf);
}

long
sys_fstatfs(u64 fd, u64 buf)
{
    struct inode *inode = NULL;
    int error = find_open(fd, &inode);

    return statfs_to_user(error, inode, buf);
}

/* ---- Making ---- */

/* int mknodat(int dirfd, const char *path, mode_t mode, dev_t device)
 * int mknod(const char *path, mode_t mode, dev_t device)
 * => 0: there is a regular file (type S_IFREG or 0) or a FIFO
 * Errors: EINVAL (type), EPERM (a directory, a device, a socket); EEXIST, ENOENT,
 *   ENOTDIR, ENAMETOOLONG, ELOOP, EFAULT, ENOMEM; EBADF.
 * Differences from Linux: no devices and no sockets, as without CAP_MKNOD. */
long
sys_mknodat(u64 dirfd, u64 path, u64 mode, u64 device)
{
    u32 type = (u32)mode & S_IFMT;
    u32 may = (u32)mode & 07777 & ~current->fs->umask;
    struct path_arg arg;

    (void)device;
    switch (type) {
    case 0:
    case S_IFREG:
    case S_IFIFO:
        break;
    case S_IFDIR:
    case S_IFCHR:
    case S_IFBLK:
    case S_IFSOCK:
        return -EPERM;
    default:
        return -EINVAL;
    }
    int error = path_arg_get(&arg, dirfd, path);
    if (error == 0) {
        error = fs_make(arg.at, arg.path,
                        type == S_IFIFO ? fifo_alloc(may) : tmpfs_file(may));
        path_arg_put(&arg);
    }
    return error;
}

long
sys_mknod(u64 path, u64 mode, u64 device)
{
    return sys_mknodat(HERE, path, mode, device);
}

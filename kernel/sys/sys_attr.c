/*
 * System calls that read or change the attributes of a file.
 */
#include "abi/device.h"
#include "abi/errno.h"
#include "abi/stat.h"
#include "abi/statfs.h"

#include "core/config.h"
#include "core/optional.h"

#include "mm/frame.h"

#include "proc/thread.h"
#include "proc/users.h"

#include "fs/attr.h"
#include "fs/file.h"
#include "fs/inode.h"
#include "fs/path.h"
#include "fs/permit.h"
#include "fs/tmpfs.h"

#include "sys/sys.h"

OPTIONAL(cred_use_real) OPTIONAL(cred_restore) OPTIONAL(inode_refuse_user)

#define CHANGE_FLAGS (AT_SYMLINK_NOFOLLOW | AT_EMPTY_PATH)
#define ACCESS_FLAGS (CHANGE_FLAGS | AT_EACCESS)
#define STAT_FLAGS   (CHANGE_FLAGS | AT_NO_AUTOMOUNT)

/* stat(2) of what find_at finds. */
static int
stat_at(u64 dirfd, u64 path, u64 flags, u32 known, struct stat *stat)
{
    struct inode *inode;
    int error = find_at(dirfd, path, flags, known, &inode);

    if (error == 0) {
        inode_stat(inode, stat);
        inode_put(inode);
    }
    return error;
}

static long
stat_of(u64 dirfd, u64 path, u64 flags, u64 user)
{
    struct stat stat;
    int error = stat_at(dirfd, path, flags, STAT_FLAGS, &stat);

    return error != 0 ? error : copy_to_user(user, &stat, sizeof(stat));
}

/* int fstat(int fd, struct stat *stat);
 * int newfstatat(int dirfd, const char *path, struct stat *stat, int flags);
 * stat, lstat.
 * With AT_EMPTY_PATH and "", it is about dirfd itself.  EINVAL: flags. */
SYS_FORWARD(sys_fstat, (u64 fd, u64 stat), stat_of(fd, 0, FIND_ANY, stat))
SYS_FORWARD(sys_newfstatat, (u64 dirfd, u64 path, u64 stat, u64 flags),
            stat_of(dirfd, path, (u32)flags, stat))
SYS_FORWARD(sys_stat, (u64 path, u64 stat), stat_of(HERE, path, 0, stat))
SYS_FORWARD(sys_lstat, (u64 path, u64 stat),
            stat_of(HERE, path, AT_SYMLINK_NOFOLLOW, stat))

static long
change(u64 dirfd, u64 path, u64 flags, struct attr attr)
{
    struct inode *inode;
    int error = find_at(dirfd, path, flags, CHANGE_FLAGS, &inode);

    if (error == 0) {
        error = inode_set_attr(inode, &attr);
        inode_put(inode);
    }
    return error;
}

#define MODE(new) (struct attr){ATTR_MODE, .mode = (u32)(new)}
#define OWNER(user, group)                                                 \
    (struct attr){ATTR_OWNER, .uid = (u32)(user), .gid = (u32)(group)}

/* int fchmodat(int dirfd, const char *path, mode_t mode); chmod, fchmod.
 * S_ISGID only takes effect if the caller is in the file's group.
 * EPERM: not the owner, or in /proc. */
SYS_FORWARD(sys_fchmodat, (u64 dirfd, u64 path, u64 mode),
            change(dirfd, path, 0, MODE(mode)))
SYS_FORWARD(sys_chmod, (u64 path, u64 mode), change(HERE, path, 0, MODE(mode)))
SYS_FORWARD(sys_fchmod, (u64 fd, u64 mode),
            change(fd, 0, FIND_OPEN, MODE(mode)))

/* int fchownat(int dirfd, const char *path, uid_t uid, gid_t gid, int flags);
 * chown, fchown; lchown, which does not follow a link at the path's end.
 * An id of -1 changes nothing.  A file loses its set-user-ID bit, and its
 * set-group-ID bit if its group may execute it.
 * EINVAL: flags.  EPERM: in /proc; not root, and not the owner who gives the
 * file to a group of his. */
SYS_FORWARD(sys_fchownat, (u64 dirfd, u64 path, u64 uid, u64 gid, u64 flags),
            change(dirfd, path, (u32)flags, OWNER(uid, gid)))
SYS_FORWARD(sys_chown, (u64 path, u64 uid, u64 gid),
            change(HERE, path, 0, OWNER(uid, gid)))
SYS_FORWARD(sys_lchown, (u64 path, u64 uid, u64 gid),
            change(HERE, path, AT_SYMLINK_NOFOLLOW, OWNER(uid, gid)))
SYS_FORWARD(sys_fchown, (u64 fd, u64 uid, u64 gid),
            change(fd, 0, FIND_OPEN, OWNER(uid, gid)))

/* mode_t umask(mode_t mask); returns the old mask. */
SYS_FORWARD(sys_umask, (u64 mask),
            __atomic_exchange_n(&current->fs->umask, (u32)mask & 0777,
                                __ATOMIC_RELAXED))

/* int utimensat(int dirfd, const char *path, const struct timespec times[2],
 *               int flags);
 * path NULL: the open file dirfd; times NULL: both become the present time.
 * EINVAL: flags, tv_nsec.  EPERM: not the owner, or in /proc.  EACCES: the same
 * for the present time, if the file may not be written either.
 * Differences from Linux: a file's times are from the year 1678 to 2262. */
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
        return 0; /* as Linux does, even if path or flags are wrong */
    }
    if (open && (u32)flags != 0) {
        return -EINVAL;
    }
    return change(dirfd, path, open ? FIND_OPEN : (u32)flags, attr);
}

/* int truncate(const char *path, off_t size);
 * A mapped page behind the new end causes SIGBUS; new bytes are zero.
 * EINVAL: size, not a regular file.  EISDIR.  EACCES.  EPERM: in /proc. */
long
sys_truncate(u64 path, u64 size)
{
    struct inode *inode;
    int error = (i64)size < 0 ? -EINVAL : find_at(HERE, path, 0, 0, &inode);

    if (error == 0) {
        error = S_ISDIR(inode->mode)           ? -EISDIR
                : !S_ISREG(inode->mode)        ? -EINVAL
                : inode->ops->truncate == NULL ? -EPERM
                                               : inode_refuse(inode, MAY_WRITE);
        error = error == 0 ? inode->ops->truncate(inode, size) : error;
        inode_put(inode);
    }
    return error;
}

/* Find the file of a descriptor, to truncate it.
 * => 0; -EBADF: no descriptor; mode: not open for writing; kind: it cannot be
 *    truncated; in each case file_done must follow */
static int
find_written(u64 fd, struct file_use *use, int kind, int mode)
{
    *use = file_use_fd((int)fd);
    return use->file == NULL                         ? -EBADF
           : !(file_access(use->file) & FILE_WRITES) ? mode
           : use->file->inode->ops->truncate == NULL ? kind : 0;
}

/* int ftruncate(int fd, off_t size);
 * As truncate.
 * ENOMEM.  EINVAL: size, not a regular file, not open for writing. */
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

/* int fallocate(int fd, int mode, off_t offset, off_t size);
 * Mode 0 or FALLOC_FL_KEEP_SIZE: allocate the pages of that range;
 * FALLOC_FL_PUNCH_HOLE | FALLOC_FL_KEEP_SIZE: make it a hole.
 * ESPIPE, ENODEV, EFBIG, ENOSPC, ENOMEM.  EINVAL: offset, size.  EOPNOTSUPP:
 * mode.
 * Differences from Linux: a mapped page in a hole is zeroed, but not freed. */
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

/* int faccessat2(int dirfd, const char *path, int mode, int flags);
 * access, faccessat.
 * Whether the real user may; with AT_EACCESS, the effective one.
 * EINVAL: mode, flags.  EACCES.  ENOMEM. */
long
sys_faccessat2(u64 dirfd, u64 path, u64 mode, u64 flags)
{
    struct cred *before = NULL;
    struct inode *inode;
    int error = (u32)mode & ~(u32)(R_OK | W_OK | X_OK) ? -EINVAL
                : flags & AT_EACCESS ? 0 : cred_use_real(&before);

    if (error == 0) {
        error = find_at(dirfd, path, (u32)flags, ACCESS_FLAGS, &inode);
    }
    if (error == 0) {
        error = inode_refuse(inode, (u32)mode);
        inode_put(inode);
    }
    cred_restore(before);
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
 *           struct statx *buf);
 * It fills in all of STATX_BASIC_STATS, whatever the mask asks for.
 * EINVAL: flags, mask.
 * Differences from Linux: no time of creation, no attributes, no mount. */
long
sys_statx(u64 dirfd, u64 path, u64 flags, u64 mask, u64 buf)
{
    struct stat stat;

    if ((u32)mask & STATX_RESERVED
        || (flags & AT_STATX_SYNC_TYPE) == AT_STATX_SYNC_TYPE) {
        return -EINVAL;
    }
    int error = stat_at(dirfd, path, (u32)flags,
                          STAT_FLAGS | AT_STATX_SYNC_TYPE, &stat);
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

static long
statfs_of(u64 dirfd, u64 path, u64 flags, u64 buf)
{
    struct stat stat;
    int error = stat_at(dirfd, path, flags, 0, &stat);

    if (error != 0) {
        return error;
    }
    struct statfs status = {
        .f_type = stat.st_dev == DEV_PROC   ? PROC_SUPER_MAGIC
                  : stat.st_dev == DEV_PIPE ? PIPEFS_MAGIC
                                            : TMPFS_MAGIC,
        .f_bsize = PAGE_SIZE, .f_namelen = NAME_MAX, .f_frsize = PAGE_SIZE,
        .f_flags = ST_VALID,
    };
    if (stat.st_dev == DEV_TREE) {
        status.f_bfree = status.f_bavail = tmpfs_room();
        status.f_blocks = status.f_bfree + frame_count(FRAME_CACHE);
    }
    return copy_to_user(buf, &status, sizeof(status));
}

/* int statfs(const char *path, struct statfs *buf); fstatfs.
 * A block is a page; all files together may take f_blocks of them.
 * Differences from Linux: no counts of inodes, no file system ID. */
SYS_FORWARD(sys_statfs, (u64 path, u64 buf), statfs_of(HERE, path, 0, buf))
SYS_FORWARD(sys_fstatfs, (u64 fd, u64 buf), statfs_of(fd, 0, FIND_ANY, buf))

/* int fsync(int fd), fdatasync(int fd), syncfs(int fd); void sync(void);
 * Nothing to do: files are only in memory.
 * EINVAL (not syncfs): neither a regular file nor a directory, or in /proc. */
long
sys_fsync(u64 fd)
{
    struct stat stat;
    int error = stat_at(fd, 0, FIND_OPEN, 0, &stat);
    bool tree = error == 0 && stat.st_dev == DEV_TREE;
    bool kept = (tree && (S_ISREG(stat.st_mode) || S_ISDIR(stat.st_mode)))
                || (error == 0 && stat.st_dev == DEV_MEMFD);

    return error == 0 && !kept ? -EINVAL : error;
}

long sys_fdatasync(u64 fd) __attribute__((alias("sys_fsync")));
SYS_FORWARD(sys_syncfs, (u64 fd), sys_fsync(fd) == -EBADF ? -EBADF : 0)
SYS_FORWARD(sys_sync, (void), 0)

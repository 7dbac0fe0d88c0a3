/*
 * System calls that take a path.  Everyone is the superuser, so no call fails
 * for want of permission, except to execute what nobody may.
 */
#include "abi/errno.h"
#include "abi/fcntl.h"
#include "abi/stat.h"

#include "core/config.h"

#include "mm/heap.h"
#include "mm/usercopy.h"

#include "proc/process.h"

#include "fs/fs.h"
#include "fs/inode.h"
#include "fs/openfile.h"
#include "fs/path.h"

#include "sys/args.h"
#include "sys/sys.h"

#define STAT_FLAGS                                                         \
    (AT_SYMLINK_NOFOLLOW | AT_NO_AUTOMOUNT | AT_EMPTY_PATH)

static int
stat_to_user(struct inode *inode, u64 user)
{
    struct stat stat;

    inode_stat(inode, &stat);
    return copy_to_user(user, &stat, sizeof(stat));
}

static int
stat_at(int dirfd, u64 path, u64 user, bool follow)
{
    struct inode *inode;
    struct path_arg arg;
    int error = path_arg_get(&arg, dirfd, path);

    if (error != 0) {
        return error;
    }
    error = fs_find(arg.at, arg.path, follow, &inode);
    path_arg_put(&arg);
    if (error == 0) {
        error = stat_to_user(inode, user);
        inode_put(inode);
    }
    return error;
}

/* int stat(const char *path, struct stat *stat)
 * => 0
 * Errors: EFAULT, ENOENT, ENOTDIR, ENAMETOOLONG, ELOOP, ENOMEM.
 * Differences from Linux: the access time is the modification time. */
long
sys_stat(u64 path, u64 stat)
{
    return stat_at(AT_FDCWD, path, stat, true);
}

/* int lstat(const char *path, struct stat *stat)
 * => 0; of a symbolic link itself
 * Errors: as stat.
 * Differences from Linux: as stat. */
long
sys_lstat(u64 path, u64 stat)
{
    return stat_at(AT_FDCWD, path, stat, false);
}

/* int fstat(int fd, struct stat *stat)
 * => 0
 * Errors: EBADF, EFAULT.
 * Differences from Linux: as stat. */
long
sys_fstat(u64 fd, u64 stat)
{
    struct file *file = file_get_fd((int)fd);

    if (file == NULL) {
        return -EBADF;
    }
    int error = stat_to_user(file->inode, stat);
    file_put(file);
    return error;
}

/* Whether the user's string is empty.  => 1, 0, -EFAULT */
static int
is_empty(u64 path)
{
    char first;

    return copy_from_user(&first, path, 1) != 0 ? -EFAULT : first == '\0';
}

/* int newfstatat(int dirfd, const char *path, struct stat *stat, int flags)
 * => 0; with AT_EMPTY_PATH and "", of dirfd itself
 * Errors: EINVAL (flags), EBADF, ENOTDIR (dirfd), and as stat.
 * Differences from Linux: as stat. */
long
sys_newfstatat(u64 dirfd, u64 path, u64 stat, u64 flags)
{
    if ((u32)flags & ~(u32)STAT_FLAGS) {
        return -EINVAL;
    }
    if (flags & AT_EMPTY_PATH) {
        int empty = is_empty(path);
        if (empty < 0) {
            return empty;
        }
        if (empty && (int)dirfd != AT_FDCWD) {
            return sys_fstat(dirfd, stat);
        }
        if (empty) {
            struct inode *cwd;
            int error = path_find(".", &cwd);
            if (error == 0) {
                error = stat_to_user(cwd, stat);
                inode_put(cwd);
            }
            return error;
        }
    }
    return stat_at((int)dirfd, path, stat, !(flags & AT_SYMLINK_NOFOLLOW));
}

/* int openat(int dirfd, const char *path, int flags, mode_t mode)
 * => the lowest free descriptor
 * Errors: EFAULT, EMFILE, EBADF and ENOTDIR (dirfd); ENOENT, ENOTDIR, EISDIR,
 *   EEXIST, ELOOP, ENAMETOOLONG, ENXIO (/dev/tty without one), ENOMEM, EINVAL.
 * Differences from Linux: O_PATH is EINVAL; a program that runs may be opened
 *   for writing; synchronous, direct and noatime flags change nothing. */
long
sys_openat(u64 dirfd, u64 path, u64 flags, u64 mode)
{
    struct path_arg arg;
    struct file *file;
    int error = path_arg_get(&arg, (int)dirfd, path);

    if (error != 0) {
        return error;
    }
    error = fd_room();
    if (error == 0) {
        error = fs_open(arg.at, arg.path, (u32)flags,
                        (u32)mode & ~current->fs->umask, &file);
    }
    path_arg_put(&arg);
    if (error != 0) {
        return error;
    }
    int fd = fd_install(file, 0, flags & O_CLOEXEC);
    if (fd < 0) {
        file_put(file);
    }
    return fd;
}

/* int open(const char *path, int flags, mode_t mode)
 * => as openat with AT_FDCWD
 * Errors: as openat.
 * Differences from Linux: as openat. */
long
sys_open(u64 path, u64 flags, u64 mode)
{
    return sys_openat((u64)AT_FDCWD, path, flags, mode);
}

/* int mkdirat(int dirfd, const char *path, mode_t mode)
 * => 0
 * Errors: EEXIST, EFAULT, ENOENT, ENOTDIR, ENAMETOOLONG, ELOOP, ENOMEM; EBADF.
 * Differences from Linux: none. */
long
sys_mkdirat(u64 dirfd, u64 path, u64 mode)
{
    struct path_arg arg;
    int error = path_arg_get(&arg, (int)dirfd, path);

    if (error == 0) {
        error = fs_mkdir(arg.at, arg.path, (u32)mode & ~current->fs->umask);
        path_arg_put(&arg);
    }
    return error;
}

/* int mkdir(const char *path, mode_t mode)
 * => as mkdirat with AT_FDCWD
 * Errors: as mkdirat.
 * Differences from Linux: none. */
long
sys_mkdir(u64 path, u64 mode)
{
    return sys_mkdirat((u64)AT_FDCWD, path, mode);
}

/* int unlinkat(int dirfd, const char *path, int flags)
 * => 0; with AT_REMOVEDIR it is rmdir
 * Errors: EINVAL (flags), EISDIR, ENOTDIR, ENOTEMPTY, EBUSY (a mount, the
 *   root), EPERM (/proc), ENOENT, EFAULT, ENAMETOOLONG, ELOOP, ENOMEM, EBADF.
 * Differences from Linux: none. */
long
sys_unlinkat(u64 dirfd, u64 path, u64 flags)
{
    struct path_arg arg;

    if ((u32)flags & ~(u32)AT_REMOVEDIR) {
        return -EINVAL;
    }
    int error = path_arg_get(&arg, (int)dirfd, path);
    if (error == 0) {
        error = flags & AT_REMOVEDIR ? fs_rmdir(arg.at, arg.path)
                                     : fs_unlink(arg.at, arg.path);
        path_arg_put(&arg);
    }
    return error;
}

/* int unlink(const char *path)
 * => 0; whoever has the file open or mapped keeps it
 * Errors: EISDIR, and as unlinkat.
 * Differences from Linux: none. */
long
sys_unlink(u64 path)
{
    return sys_unlinkat((u64)AT_FDCWD, path, 0);
}

/* int rmdir(const char *path)
 * => 0
 * Errors: ENOTDIR, ENOTEMPTY, EBUSY, EINVAL (last is `.`), and as unlinkat.
 * Differences from Linux: none. */
long
sys_rmdir(u64 path)
{
    return sys_unlinkat((u64)AT_FDCWD, path, AT_REMOVEDIR);
}

/* int access(const char *path, int mode)
 * => 0
 * Errors: EINVAL (mode), EACCES (X_OK: nobody may execute it), and as stat.
 * Differences from Linux: everyone is the superuser. */
long
sys_access(u64 path, u64 mode)
{
    struct path_arg arg;

    if ((u32)mode & ~(u32)(R_OK | W_OK | X_OK)) {
        return -EINVAL;
    }
    int error = path_arg_get(&arg, AT_FDCWD, path);
    if (error == 0) {
        error = fs_access(arg.at, arg.path, (int)mode);
        path_arg_put(&arg);
    }
    return error;
}

/* int chdir(const char *path)
 * => 0
 * Errors: ENOTDIR, and as stat.
 * Differences from Linux: none. */
long
sys_chdir(u64 path)
{
    struct path_arg arg;
    int error = path_arg_get(&arg, AT_FDCWD, path);

    if (error == 0) {
        error = fs_chdir(arg.path);
        path_arg_put(&arg);
    }
    return error;
}

/* long getcwd(char *buf, size_t size)
 * => bytes stored, the NUL included
 * Errors: ERANGE (size), ENOENT (it was removed), EFAULT, ENOMEM.
 * Differences from Linux: none. */
long
sys_getcwd(u64 buf, u64 size)
{
    char *path = kmalloc(PATH_MAX);

    if (path == NULL) {
        return -ENOMEM;
    }
    long length = fs_getcwd(path, PATH_MAX);
    if (length > 0 && (u64)length > size) {
        length = -ERANGE;
    }
    if (length > 0 && copy_to_user(buf, path, (size_t)length) != 0) {
        length = -EFAULT;
    }
    kfree(path);
    return length;
}

/* mode_t umask(mode_t mask)
 * => the old mask
 * Errors: none.
 * Differences from Linux: none. */
long
sys_umask(u64 mask)
{
    return __atomic_exchange_n(&current->fs->umask, (u32)mask & 0777,
                               __ATOMIC_RELAXED);
}

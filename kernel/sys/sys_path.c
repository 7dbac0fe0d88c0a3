/*
 * System calls that take a path.  Everyone is the superuser, so no call fails
 * for want of permission, except to execute what nobody may.
 */
#include "abi/errno.h"
#include "abi/stat.h"

#include "core/config.h"

#include "mm/heap.h"

#include "proc/thread.h"

#include "fs/dir.h"
#include "fs/file.h"
#include "fs/fs.h"
#include "fs/inode.h"
#include "fs/path.h"

#include "sys/sys.h"

/* ---- Copying in paths, and finding ---- */

/* => 0 and *inode with one reference; -EBADF */
static int
find_open(u64 fd, struct inode **inode)
{
    *inode = files_inode(current->files, (int)fd);
    return *inode != NULL ? 0 : -EBADF;
}

int
path_arg_get(struct path_arg *arg, u64 dirfd, u64 user)
{
    long length = copy_string_from_user(arg->few, user, FEW_BYTES);

    arg->at = NULL;
    arg->path = arg->few;
    if (length == -ENAMETOOLONG) {
        arg->path = kmalloc(PATH_MAX);
        length = arg->path == NULL ? -ENOMEM
                 : copy_string_from_user(arg->path, user, PATH_MAX);
    }
    int error = length > 0 ? 0 : length == 0 ? -ENOENT : (int)length;
    if (error == 0 && (int)dirfd != AT_FDCWD && arg->path[0] != '/') {
        error = find_open(dirfd, &arg->at);
        if (error == 0 && !S_ISDIR(arg->at->mode)) {
            error = -ENOTDIR;
        }
    }
    if (error != 0) {
        path_arg_put(arg);
    }
    return error;
}

void
path_arg_put(struct path_arg *arg)
{
    if (arg->path != arg->few) {
        kfree(arg->path);
    }
    inode_put(arg->at);
}

int
find_at(u64 dirfd, u64 path, u64 flags, u32 known, struct inode **inode)
{
    struct path_arg arg;
    char first = '.';

    if (flags == FIND_OPEN) {
        return find_open(dirfd, inode);
    }
    if (flags & ~(u64)known) {
        return -EINVAL;
    }
    if ((flags & AT_EMPTY_PATH) && copy_from_user(&first, path, 1) != 0) {
        return -EFAULT;
    }
    if (first == '\0') {
        return (int)dirfd != AT_FDCWD ? find_open(dirfd, inode)
                                      : path_find(NULL, ".", 0, inode);
    }
    int error = path_arg_get(&arg, dirfd, path);
    if (error == 0) {
        error = path_find(arg.at, arg.path, (u32)flags, inode);
        path_arg_put(&arg);
    }
    return error;
}

/* ---- Making and removing ---- */

int
make_at(u64 dirfd, u64 path, struct inode *inode)
{
    struct path_arg arg;
    int error = path_arg_get(&arg, dirfd, path);

    if (error != 0) {
        inode_put(inode);
        return error;
    }
    error = fs_make(arg.at, arg.path, inode);
    path_arg_put(&arg);
    return error;
}

/* int openat(int dirfd, const char *path, int flags, mode_t mode);
 * int open(const char *path, int flags, mode_t mode);
 * The lowest free descriptor.
 * EMFILE; EISDIR; EEXIST; ENXIO: /dev/tty without one; EINVAL.
 * Differences from Linux: O_PATH is EINVAL; a program that runs may be opened
 *   for writing; synchronous, direct and noatime flags change nothing. */
long
sys_openat(u64 dirfd, u64 path, u64 flags, u64 mode)
{
    struct path_arg arg;
    bool makes_dir = (flags & O_CREAT) && (flags & O_DIRECTORY);
    int result = makes_dir || (flags & O_PATH)
                     ? -EINVAL : path_arg_get(&arg, dirfd, path);

    if (result == 0) {
        result = fs_open(arg.at, arg.path, (u32)flags,
                         (u32)mode & ~current->fs->umask);
        path_arg_put(&arg);
    }
    return result;
}

SYS_FORWARD(sys_open, (u64 path, u64 flags, u64 mode),
            sys_openat(HERE, path, flags, mode))

/* int creat(const char *path, mode_t mode);
 * As open with O_CREAT | O_WRONLY | O_TRUNC. */
SYS_FORWARD(sys_creat, (u64 path, u64 mode),
            sys_openat(HERE, path, O_CREAT | O_WRONLY | O_TRUNC, mode))

/* int mkdirat(int dirfd, const char *path, mode_t mode);
 * int mkdir(const char *path, mode_t mode); EEXIST. */
SYS_FORWARD(sys_mkdirat, (u64 dirfd, u64 path, u64 mode),
            make_at(dirfd, path, dir_alloc((u32)mode & 01777
                                           & ~current->fs->umask)))
SYS_FORWARD(sys_mkdir, (u64 path, u64 mode), sys_mkdirat(HERE, path, mode))

/* int unlinkat(int dirfd, const char *path, int flags);
 * int unlink(const char *path);
 * int rmdir(const char *path), which is AT_REMOVEDIR;
 * Whoever has the file open or mapped keeps it.
 * EINVAL: flags; rmdir of `.`.  EISDIR, ENOTEMPTY.  EBUSY: /proc, the root.
 * EPERM: in /proc. */
long
sys_unlinkat(u64 dirfd, u64 path, u64 flags)
{
    struct path_arg arg;
    int error = (u32)flags & ~(u32)AT_REMOVEDIR
                    ? -EINVAL : path_arg_get(&arg, dirfd, path);

    if (error == 0) {
        error = fs_remove(arg.at, arg.path, flags & AT_REMOVEDIR);
        path_arg_put(&arg);
    }
    return error;
}

SYS_FORWARD(sys_unlink, (u64 path), sys_unlinkat(HERE, path, 0))
SYS_FORWARD(sys_rmdir, (u64 path), sys_unlinkat(HERE, path, AT_REMOVEDIR))

/* ---- The process's place ---- */

/* int chdir(const char *path); */
long
sys_chdir(u64 path)
{
    struct inode *inode;
    int error = find_at(HERE, path, 0, 0, &inode);

    return error != 0 ? error : fs_chdir(inode);
}

/* long getcwd(char *buf, size_t size);
 * Bytes stored, the NUL included.
 * ERANGE: size.  ENOENT: it was removed.  EFAULT, ENOMEM. */
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

/* mode_t umask(mode_t mask); the old mask. */
SYS_FORWARD(sys_umask, (u64 mask),
            __atomic_exchange_n(&current->fs->umask, (u32)mask & 0777,
                                __ATOMIC_RELAXED))

/*
 * System calls on names that a simple program does not make: creat, mknod,
 * links, rename, getcwd, getdents.
 */
#include "abi/errno.h"
#include "abi/stat.h"
#include "common/string.h"

#include "core/config.h"

#include "mm/heap.h"

#include "proc/thread.h"

#include "fs/dir.h"
#include "fs/file.h"
#include "fs/path.h"
#include "fs/pipe.h"
#include "fs/tmpfs.h"

#include "sys/sys.h"

/* int creat(const char *path, mode_t mode); as open. */
SYS_FORWARD(sys_creat, (u64 path, u64 mode),
            sys_openat(HERE, path, O_CREAT | O_WRONLY | O_TRUNC, mode))

/* int mknodat(int dirfd, const char *path, mode_t mode, dev_t device); mknod.
 * Makes a regular file (type S_IFREG or 0) or a FIFO.
 * EINVAL: type.  EPERM: a directory, a device, a socket.  EEXIST.
 * Differences from Linux: no devices and no sockets, as without CAP_MKNOD. */
long
sys_mknodat(u64 dirfd, u64 path, u64 mode, u64 device)
{
    u32 type = (u32)mode & S_IFMT;
    u32 may = (u32)mode & 07777 & ~current->fs->umask;

    (void)device;
    if (type != 0 && type != S_IFREG && type != S_IFIFO) {
        return type == S_IFDIR || type == S_IFCHR || type == S_IFBLK
               || type == S_IFSOCK ? -EPERM : -EINVAL;
    }
    return make_at(dirfd, path,
                   type == S_IFIFO ? fifo_alloc(may) : tmpfs_file(may), NULL);
}

SYS_FORWARD(sys_mknod, (u64 path, u64 mode, u64 device),
            sys_mknodat(HERE, path, mode, device))

/* int symlinkat(const char *target, int dirfd, const char *path); symlink.
 * The target may be anything but empty (ENOENT).  EEXIST. */
long
sys_symlinkat(u64 target, u64 dirfd, u64 path)
{
    struct path_arg text;
    int error = path_arg_get(&text, HERE, target);

    if (error == 0) {
        error = make_at(dirfd, path, link_alloc(text.path, strlen(text.path)),
                        NULL);
        path_arg_put(&text);
    }
    return error;
}

SYS_FORWARD(sys_symlink, (u64 target, u64 path),
            sys_symlinkat(target, HERE, path))

/* int linkat(int fromfd, const char *from, int tofd, const char *to,
 *            int flags); link.
 * With AT_EMPTY_PATH and "", of fromfd itself; if from is a symbolic link, the
 * new name is for the link, but with AT_SYMLINK_FOLLOW for its target.
 * EINVAL: flags.  EEXIST, EXDEV.  EPERM: a directory.  ENOENT: also removed. */
long
sys_linkat(u64 fromfd, u64 from, u64 tofd, u64 to, u64 flags)
{
    u64 follow = flags & AT_SYMLINK_FOLLOW ? 0 : AT_SYMLINK_NOFOLLOW;
    struct place place;

    if ((u32)flags & ~(u32)(AT_SYMLINK_FOLLOW | AT_EMPTY_PATH)) {
        return -EINVAL;
    }
    int error = find_place_at(fromfd, from, (flags & AT_EMPTY_PATH) | follow,
                              AT_EMPTY_PATH | AT_SYMLINK_NOFOLLOW, &place);
    if (error == 0) {
        error = make_at(tofd, to, place.inode, place.mount);
        (void)place_inode(place);
    }
    return error;
}

SYS_FORWARD(sys_link, (u64 from, u64 to), sys_linkat(HERE, from, HERE, to, 0))

/* int renameat2(int fromfd, const char *from, int tofd, const char *to,
 *               unsigned flags); rename, renameat.
 * It is atomic.  A file that `to` names is removed, but with RENAME_EXCHANGE it
 * gets the other name.
 * EINVAL: flags; to below from.  EEXIST: RENAME_NOREPLACE.  EISDIR, ENOTEMPTY,
 * EXDEV.  EBUSY: /proc, `.`, `..`.  EPERM: in /proc.
 * Differences from Linux: RENAME_WHITEOUT is EINVAL. */
long
sys_renameat2(u64 fromfd, u64 from, u64 tofd, u64 to, u64 flags)
{
    struct path_arg source, target;
    /* One of the two flags, or none. */
    int error = (u32)flags > RENAME_EXCHANGE
                    ? -EINVAL : path_arg_get(&source, fromfd, from);

    if (error != 0) {
        return error;
    }
    error = path_arg_get(&target, tofd, to);
    if (error == 0) {
        error = fs_rename(&source.at, source.path, &target.at, target.path,
                          (u32)flags);
        path_arg_put(&target);
    } else { /* an error on the way to `from` has precedence */
        int first = fs_rename(&source.at, source.path, NULL, "/", 0);
        error = first != -EXDEV && first != -EBUSY ? first : error;
    }
    path_arg_put(&source);
    return error;
}

SYS_FORWARD(sys_renameat, (u64 fromfd, u64 from, u64 tofd, u64 to),
            sys_renameat2(fromfd, from, tofd, to, 0))
SYS_FORWARD(sys_rename, (u64 from, u64 to),
            sys_renameat2(HERE, from, HERE, to, 0))

/* long getcwd(char *buf, size_t size);
 * Returns the number of bytes stored, the NUL included.
 * ERANGE: size.  ENOENT: the directory was removed.  EFAULT, ENOMEM. */
long
sys_getcwd(u64 buf, u64 size)
{
    char *path = kmalloc(PATH_MAX);

    if (path == NULL) {
        return -ENOMEM;
    }
    long length = fs_getcwd(path);
    if (length > 0) {
        int error = (u64)length > size
                        ? -ERANGE : copy_to_user(buf, path, (size_t)length);
        length = error != 0 ? error : length;
    }
    kfree(path);
    return length;
}

/* ssize_t readlinkat(int dirfd, const char *path, char *buf, size_t size);
 * readlink.  Returns the number of bytes stored, at most size; without a NUL.
 * With "", of dirfd itself.  EINVAL: size; not a symbolic link (but ENOENT). */
long
sys_readlinkat(u64 dirfd, u64 path, u64 buf, u64 size)
{
    const u32 flags = AT_SYMLINK_NOFOLLOW | AT_EMPTY_PATH;
    char first = '.';
    struct inode *inode;
    long length = (int)size <= 0 ? -EINVAL
                                 : find_at(dirfd, path, flags, flags, &inode);

    if (length != 0) {
        return length;
    }
    char *text = kmalloc(PATH_MAX);
    length = text != NULL ? fs_readlink(inode, text) : -ENOMEM;
    inode_put(inode);
    if (length == -EINVAL && copy_from_user(&first, path, 1) == 0
        && first == '\0') {
        length = -ENOENT;
    }
    if (length > 0) {
        length = MIN(length, (long)(int)size);
        length = copy_to_user(buf, text, (size_t)length) == 0 ? length
                                                              : -EFAULT;
    }
    kfree(text);
    return length;
}

SYS_FORWARD(sys_readlink, (u64 path, u64 buf, u64 size),
            sys_readlinkat(HERE, path, buf, size))

/* long getdents64(int fd, struct linux_dirent64 *buf, size_t size);
 * Returns the number of bytes of records, in any order; 0 at the end.
 * ENOTDIR, EFAULT.  EINVAL: size, for one record.  ENOENT: removed. */
long
sys_getdents64(u64 fd, u64 buf, u64 size)
{
    struct file *file = file_get_fd((int)fd);
    long result = file == NULL ? -EBADF : dir_getdents(file, buf, (u32)size);

    file_put(file);
    return result;
}

/*
 * System calls on files that a simple program does not need: names (mknod,
 * links, rename, getcwd, getdents), and rarer operations on descriptors.
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
                   type == S_IFIFO ? fifo_alloc(may) : tmpfs_file(may));
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
        error = make_at(dirfd, path, link_alloc(text.path, strlen(text.path)));
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
    struct inode *inode;

    if ((u32)flags & ~(u32)(AT_SYMLINK_FOLLOW | AT_EMPTY_PATH)) {
        return -EINVAL;
    }
    int error = find_at(fromfd, from, (flags & AT_EMPTY_PATH) | follow,
                        AT_EMPTY_PATH | AT_SYMLINK_NOFOLLOW, &inode);
    return error != 0 ? error : make_at(tofd, to, inode);
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
        error = fs_rename(source.at, source.path, target.at, target.path,
                          (u32)flags);
        path_arg_put(&target);
    } else { /* an error on the way to `from` has precedence */
        int first = fs_rename(source.at, source.path, NULL, "/", 0);
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
 * EINVAL: size; not a symbolic link. */
long
sys_readlinkat(u64 dirfd, u64 path, u64 buf, u64 size)
{
    struct inode *inode;
    long length = (int)size <= 0 ? -EINVAL
                                 : find_at(dirfd, path, AT_SYMLINK_NOFOLLOW,
                                           AT_SYMLINK_NOFOLLOW, &inode);

    if (length != 0) {
        return length;
    }
    char *text = kmalloc(PATH_MAX);
    length = text != NULL ? fs_readlink(inode, text) : -ENOMEM;
    inode_put(inode);
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

/* Read into, or write, the segments of an iovec array. */
static long
move_vector(struct file *file, u64 user, u64 count, bool write)
{
    struct iovec few[8]; /* for short arrays, to save the allocation */
    struct iovec *iov = few;

    if (count > IOV_MAX) {
        return -EINVAL;
    }
    if (count > ARRAY_SIZE(few)
        && (iov = kmalloc(count * sizeof(*iov))) == NULL) {
        return -ENOMEM;
    }
    long result = copy_from_user(iov, user, count * sizeof(*iov));
    for (u64 i = 0; result == 0 && i < count; i++) {
        result = (i64)iov[i].iov_len < 0 ? -EINVAL : 0;
    }
    if (result == 0) {
        result = file_move_vector(file, iov, count, write);
    }
    if (iov != few) {
        kfree(iov);
    }
    return result;
}

/* ssize_t readv(int fd, const struct iovec *iov, int count); writev.
 * As read and write, but into or from all segments in order, as one operation.
 * EINVAL: count, a segment's size. */
SYS_FORWARD(sys_readv, (u64 fd, u64 iov, u64 count),
            move_fd(fd, iov, count, false, move_vector))
SYS_FORWARD(sys_writev, (u64 fd, u64 iov, u64 count),
            move_fd(fd, iov, count, true, move_vector))

/* Read or write at offset, by an open file made for this call. */
static long
move_at(u64 fd, u64 user, u64 count, i64 offset, bool write, move_fn *move)
{
    if (offset < 0) {
        return -EINVAL;
    }
    struct file_use use = file_use_fd((int)fd);
    if (use.file == NULL) {
        return -EBADF;
    }
    const struct inode_ops *ops = use.file->inode->ops;
    long n = -ESPIPE;
    if (ops->seeks) {
        struct file at = {
            .flags = use.file->flags, .inode = use.file->inode,
            .offset = (u64)offset,
        };
        mutex_init(&at.lock, MUTEX_FILE);
        n = ops->open != NULL ? ops->open(&at) : 0;
        n = n == 0 ? move(&at, user, count, write) : n;
        if (ops->close != NULL) {
            ops->close(&at);
        }
    }
    file_done(use);
    return n;
}

/* ssize_t pread64(int fd, void *buf, size_t size, off_t offset);
 * pwrite64, preadv, pwritev.
 * As read, write, readv, writev, but at offset; the position does not change.
 * With O_APPEND they append, as on Linux.  EINVAL: offset.  ESPIPE. */
SYS_FORWARD(sys_pread64, (u64 fd, u64 buf, u64 size, u64 offset),
            move_at(fd, buf, size, (i64)offset, false, file_move))
SYS_FORWARD(sys_pwrite64, (u64 fd, u64 buf, u64 size, u64 offset),
            move_at(fd, buf, size, (i64)offset, true, file_move))
SYS_FORWARD(sys_preadv, (u64 fd, u64 iov, u64 count, u64 offset),
            move_at(fd, iov, count, (i64)offset, false, move_vector))
SYS_FORWARD(sys_pwritev, (u64 fd, u64 iov, u64 count, u64 offset),
            move_at(fd, iov, count, (i64)offset, true, move_vector))

/* int ioctl(int fd, unsigned request, void *arg);
 * Returns 0, or the request's result.
 * ENOTTY: not a request of this file.  EFAULT, EINVAL; TIOCSPGRP: ESRCH, EPERM.
 * Differences from Linux: few requests, all for terminals: fs/tty_file.c. */
long
sys_ioctl(u64 fd, u64 request, u64 arg)
{
    struct file *file = file_get_fd((int)fd);
    long result = file == NULL                      ? -EBADF
                  : file->inode->ops->ioctl == NULL ? -ENOTTY
                  : file->inode->ops->ioctl(file, (u32)request, arg);

    file_put(file);
    return result;
}

/* Make one more descriptor of a file, `lowest` or above.
 * => uses up the caller's reference; file NULL: -EBADF */
static long
dup_file(struct file *file, u32 lowest, bool cloexec)
{
    int fd = file != NULL ? fd_reserve(lowest) : -EBADF;
    int error = fd_fill(&fd, &file, 1, cloexec, MIN(fd, 0));

    return error != 0 ? error : fd;
}

/* int dup(int fd);
 * Returns the lowest free descriptor, made for fd's file.  EMFILE, ENOMEM. */
SYS_FORWARD(sys_dup, (u64 fd), dup_file(file_get_fd((int)fd), 0, false))

/* int fcntl(int fd, int command, long arg);
 * Returns a descriptor (F_DUPFD, F_DUPFD_CLOEXEC) or flags (F_GETFD, F_GETFL).
 * EINVAL: command, or F_DUPFD beyond the limit.  EMFILE, ENOMEM.
 * Differences from Linux: no locks, leases, owners or pipe sizes: EINVAL.
 *   F_SETFD may fail with ENOMEM, like close. */
long
sys_fcntl(u64 fd, u64 command, u64 arg)
{
    struct file *file = file_get_fd((int)fd);
    long result = -EINVAL;

    if (file == NULL) {
        return -EBADF;
    }
    switch ((int)command) {
    case F_DUPFD:
    case F_DUPFD_CLOEXEC:
        if ((u32)arg < fd_limit()) {
            file_get(file);
            result = dup_file(file, (u32)arg,
                              (int)command == F_DUPFD_CLOEXEC);
        }
        break;
    case F_GETFD:
        result = fd_cloexec((u32)fd, -1);
        break;
    case F_SETFD:
        result = fd_cloexec((u32)fd, arg & FD_CLOEXEC);
        break;
    case F_GETFL:
        result = file->flags;
        break;
    case F_SETFL:
        file->flags = (file->flags & ~(u32)FILE_STATUS)
                      | ((u32)arg & FILE_STATUS);
        result = 0;
        break;
    }
    file_put(file);
    return result;
}

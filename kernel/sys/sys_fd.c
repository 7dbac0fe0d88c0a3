/*
 * System calls on descriptors that a simple program does not make: lseek,
 * segments, bytes at an offset, ioctl, dup, fcntl.
 */
#include "abi/errno.h"
#include "abi/stat.h"
#include "abi/termios.h"
#include "abi/uio.h"

#include "core/optional.h"

#include "mm/heap.h"

#include "proc/limits.h"

#include "fs/file.h"
#include "fs/inode.h"
#include "fs/lock.h"
#include "fs/memfd.h"
#include "fs/pipe.h"

#include "sys/sys.h"

OPTIONAL_ENOSYS(lock_control) OPTIONAL_ENOSYS(lock_whole)
OPTIONAL_ENOSYS(pipe_size) OPTIONAL_ENOSYS(memfd_seal)

static long
file_seek(struct file *file, i64 offset, int whence)
{
    const struct inode *inode = file->inode;

    if (whence < SEEK_SET || whence > SEEK_HOLE) {
        return -EINVAL;
    }
    if (!inode->ops->seeks) {
        return inode->ops->stays ? 0 : -ESPIPE;
    }
    if (whence > SEEK_END) {
        return -EINVAL;
    }
    mutex_lock(&file->lock);
    u64 base = whence == SEEK_CUR   ? file->offset
               : whence == SEEK_END ? inode->size
                                    : 0;
    u64 target = S_ISCHR(inode->mode) ? 0 : base + (u64)offset;
    if ((i64)target >= 0) {
        file->offset = target;
    }
    mutex_unlock(&file->lock);
    return (i64)target >= 0 ? (long)target : -EINVAL;
}

/* off_t lseek(int fd, off_t offset, int whence);
 * Returns the new position.  EINVAL, ESPIPE.
 * Differences from Linux: SEEK_DATA and SEEK_HOLE are EINVAL. */
long
sys_lseek(u64 fd, u64 offset, u64 whence)
{
    struct file *file = file_get_fd((int)fd);
    long result = file == NULL ? -EBADF
                               : file_seek(file, (i64)offset, (int)whence);

    file_put(file);
    return result;
}

static long
move_segments(struct file *file, const struct iovec *iov, u64 count, bool write)
{
    struct uio uio = {.more = iov, .write = write};
    int error = 0;

    for (u64 i = 0; i < count; i++) {
        if (!user_range((vaddr_t)iov[i].iov_base, iov[i].iov_len)) {
            error = -EFAULT;
        }
        uio.left += MIN(iov[i].iov_len, RW_MAX - uio.left);
    }
    return file_move_uio(file, &uio, error);
}

/* Read into, or write, the segments of an iovec array. */
static long
move_vector(struct file *file, u64 user, u64 count, bool write)
{
    struct iovec few[8]; /* for short arrays, to save the allocation */
    struct iovec *iov = few;

    if (count > IOV_MAX || (file->flags & O_PATH)) {
        return file->flags & O_PATH ? -EBADF : -EINVAL;
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
        result = move_segments(file, iov, count, write);
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

/* Requests of all files, and of regular ones.  => -ENOTTY: it is none */
static long
file_request(struct file *file, u32 fd, u32 request, u64 arg)
{
    const struct inode *inode = file->inode;
    int value;

    switch (request) {
    case FIOCLEX:
    case FIONCLEX:
        return fd_cloexec(fd, request == FIOCLEX);
    case FIONBIO:
        if (copy_from_user(&value, arg, sizeof(value)) != 0) {
            return -EFAULT;
        }
        file->flags = value != 0 ? file->flags | O_NONBLOCK
                                 : file->flags & ~(u32)O_NONBLOCK;
        return 0;
    case FIONREAD:
        value = (int)(inode->size - file->offset);
        return !S_ISREG(inode->mode) ? -ENOTTY
                                     : copy_to_user(arg, &value, sizeof(value));
    default:
        return -ENOTTY;
    }
}

/* int ioctl(int fd, unsigned request, void *arg);
 * Returns 0, or the request's result.
 * ENOTTY: not a request of this file.  EFAULT, EINVAL; TIOCSPGRP: ESRCH, EPERM.
 * Differences from Linux: few requests: above, fs/pipe_ctl.c, and for terminals
 *   fs/tty_modes.c. */
long
sys_ioctl(u64 fd, u64 request, u64 arg)
{
    struct file *file = file_get_fd((int)fd);
    long result = file == NULL ? -EBADF : file_request(file, (u32)fd,
                                                       (u32)request, arg);

    if (result == -ENOTTY && file->inode->ops->ioctl != NULL) {
        result = file->inode->ops->ioctl(file, (u32)request, arg);
    }
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
SYS_FORWARD(sys_dup, (u64 fd), dup_file(file_get_any_fd((int)fd), 0, false))

/* int fcntl(int fd, int command, long arg);
 * Returns a descriptor (F_DUPFD, F_DUPFD_CLOEXEC), flags (F_GETFD, F_GETFL), or
 * the size of a pipe (F_GETPIPE_SZ, F_SETPIPE_SZ: EBADF if it is none, EBUSY if
 * more is in it, EPERM beyond 1 MiB, or if all pipes together are too large).
 * EINVAL: command, or F_DUPFD beyond the limit.  EMFILE, ENOMEM.
 * F_ADD_SEALS, F_GET_SEALS: EINVAL (no such file), EPERM, EBUSY.
 * F_GETLK, F_SETLK, F_SETLKW and the same with OFD: EACCES never, but EAGAIN,
 * EBADF (not open for that), EDEADLK, EINTR, ENOLCK, EOVERFLOW, EFAULT.
 * Differences from Linux: no leases or owners: EINVAL.  Not even root may have
 *   a pipe beyond 1 MiB.
 *   F_SETFD may fail with ENOMEM, like close. */
long
sys_fcntl(u64 fd, u64 command, u64 arg)
{
    struct file *file = file_get_any_fd((int)fd);
    bool named = (u32)command <= F_GETFL || (u32)command == F_DUPFD_CLOEXEC;
    long result = -EINVAL;

    if (file == NULL || ((file->flags & O_PATH) && !named)) {
        file_put(file);
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
        result = file->flags & (file->flags & O_PATH ? ~O_ACCMODE : ~0);
        break;
    case F_SETFL:
        file->flags = (file->flags & ~(u32)FILE_STATUS)
                      | ((u32)arg & FILE_STATUS);
        result = 0;
        break;
    case F_GETLK ... F_SETLKW:
    case F_OFD_GETLK ... F_OFD_SETLKW:
        result = lock_control(file, (int)fd, (int)command, arg);
        break;
    case F_ADD_SEALS:
    case F_GET_SEALS:
        result = memfd_seal(file, (u32)command, (u32)arg);
        break;
    case F_GETPIPE_SZ:
    case F_SETPIPE_SZ:
        result = pipe_size(file, (u32)command, (u32)arg);
        break;
    }
    file_put(file);
    return result;
}

/* int flock(int fd, int operation);
 * EINVAL: operation.  EAGAIN: LOCK_NB, and another has it.  EINTR, ENOLCK. */
long
sys_flock(u64 fd, u64 operation)
{
    struct file *file = file_get_fd((int)fd);
    long result = file != NULL ? lock_whole(file, (u32)operation) : -EBADF;

    file_put(file);
    return result;
}

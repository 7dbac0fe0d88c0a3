/*
 * System calls that take descriptors.
 */
#include "abi/errno.h"

#include "mm/heap.h"

#include "fs/file.h"
#include "fs/dir.h"
#include "fs/pipe.h"

#include "sys/sys.h"

#define FEW 8 /* segments that need no allocation */

/* ---- Moving bytes ---- */

typedef long move_fn(struct file *file, u64 user, u64 count, bool write);

/* Read or write the segments of a vector as one. */
static long
move_vector(struct file *file, u64 user, u64 count, bool write)
{
    struct iovec few[FEW];
    struct iovec *iov = few;

    if (count > IOV_MAX) {
        return -EINVAL;
    }
    if (count > FEW && (iov = kmalloc(count * sizeof(*iov))) == NULL) {
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

static inline long
move_fd(u64 fd, u64 user, u64 count, bool write, move_fn *move)
{
    struct file_use use = file_use_fd((int)fd);
    long n = use.file != NULL ? move(use.file, user, count, write) : -EBADF;

    file_done(use);
    return n;
}

/* ssize_t read(int fd, void *buf, size_t size);
 * ssize_t readv(int fd, const struct iovec *iov, int count);
 * Bytes read, into all segments in their order: one read; 0 at the end of the
 * file.
 * EFAULT, EISDIR, EAGAIN, ENOMEM.  EINVAL: count, a segment's size. */
SYS_FORWARD(sys_read, (u64 fd, u64 buf, u64 size),
            move_fd(fd, buf, size, false, file_move))
SYS_FORWARD(sys_readv, (u64 fd, u64 iov, u64 count),
            move_fd(fd, iov, count, false, move_vector))

/* ssize_t write(int fd, const void *buf, size_t size);
 * ssize_t writev(int fd, const struct iovec *iov, int count);
 * Bytes written.
 * As read; EPIPE (and SIGPIPE), ENOSPC. */
SYS_FORWARD(sys_write, (u64 fd, u64 buf, u64 size),
            move_fd(fd, buf, size, true, file_move))
SYS_FORWARD(sys_writev, (u64 fd, u64 iov, u64 count),
            move_fd(fd, iov, count, true, move_vector))

/* Move what an open file of its own would that stands at offset. */
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
 * ssize_t pwrite64(int fd, const void *buf, size_t size, off_t offset);
 * ssize_t preadv(int fd, const struct iovec *iov, int count, off_t offset);
 * ssize_t pwritev(int fd, const struct iovec *iov, int count, off_t offset);
 * As without p, but there: the descriptor's position stays.  With O_APPEND they
 * append (as on Linux, not as in POSIX).
 * EINVAL: offset.  ESPIPE.  And as without p. */
SYS_FORWARD(sys_pread64, (u64 fd, u64 buf, u64 size, u64 offset),
            move_at(fd, buf, size, (i64)offset, false, file_move))
SYS_FORWARD(sys_pwrite64, (u64 fd, u64 buf, u64 size, u64 offset),
            move_at(fd, buf, size, (i64)offset, true, file_move))
SYS_FORWARD(sys_preadv, (u64 fd, u64 iov, u64 count, u64 offset),
            move_at(fd, iov, count, (i64)offset, false, move_vector))
SYS_FORWARD(sys_pwritev, (u64 fd, u64 iov, u64 count, u64 offset),
            move_at(fd, iov, count, (i64)offset, true, move_vector))

/* ---- Other calls on an open file ---- */

/* off_t lseek(int fd, off_t offset, int whence);
 * The new position.
 * EINVAL, ESPIPE.
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

/* int ioctl(int fd, unsigned request, void *arg);
 * 0, or what the request gives.
 * ENOTTY: not a request of this file.  EFAULT, EINVAL; TIOCSPGRP: ESRCH, EPERM.
 * Differences from Linux: few, and all of the terminal: see fs/tty_file.c. */
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

/* long getdents64(int fd, struct linux_dirent64 *buf, size_t size);
 * Bytes of records, in no order that means anything; 0 at the end.
 * ENOTDIR, EFAULT.  EINVAL: too small for one.  ENOENT: removed. */
long
sys_getdents64(u64 fd, u64 buf, u64 size)
{
    struct file *file = file_get_fd((int)fd);
    long result = file == NULL ? -EBADF : dir_getdents(file, buf, (u32)size);

    file_put(file);
    return result;
}

/* ---- Making descriptors, and closing them ---- */

/* int close(int fd);
 * Differences from Linux: ENOMEM, if the table is shared since a fork and
 *   there is no memory to copy it; the descriptor is then still open. */
SYS_FORWARD(sys_close, (u64 fd), MIN(fd_replace(NULL, (u32)fd, false), 0))

/* int pipe2(int fds[2], int flags);
 * int pipe(int fds[2]), with flags 0;
 * fds[0] is to read, fds[1] to write.
 * EINVAL: flags.  EFAULT, EMFILE, ENOMEM.
 * Differences from Linux: O_DIRECT (packets) is EINVAL. */
long
sys_pipe2(u64 fds, u64 flags)
{
    struct file *ends[2];
    int fd[2];
    int error = (u32)flags & ~(u32)(O_CLOEXEC | O_NONBLOCK)
                    ? -EINVAL : pipe_create(ends, (u32)flags & O_NONBLOCK);

    if (error != 0) {
        return error;
    }
    /* Nobody who shares the descriptors sees one before all has worked. */
    fd[0] = fd_reserve(0);
    fd[1] = fd[0] < 0 ? fd[0] : fd_reserve(0);
    error = fd[1] < 0 ? fd[1] : copy_to_user(fds, fd, sizeof(fd));
    return fd_fill(fd, ends, 2, flags & O_CLOEXEC, error);
}

SYS_FORWARD(sys_pipe, (u64 fds), sys_pipe2(fds, 0))

/* A new descriptor for it, `lowest` or above.
 * => the caller's reference is used up; NULL: -EBADF */
static long
dup_file(struct file *file, u32 lowest, bool cloexec)
{
    int fd = file != NULL ? fd_reserve(lowest) : -EBADF;
    int error = fd_fill(&fd, &file, 1, cloexec, MIN(fd, 0));

    return error != 0 ? error : fd;
}

/* int dup(int fd);
 * The lowest free descriptor, for the same open file.  EMFILE, ENOMEM. */
SYS_FORWARD(sys_dup, (u64 fd), dup_file(file_get_fd((int)fd), 0, false))

/* int dup2(int fd, int new);
 * new, which is closed first if it was open; nothing happens if it is fd.
 * EBADF: also if new is beyond the limit.  ENOMEM. */
long
sys_dup2(u64 fd, u64 new)
{
    if ((int)fd == (int)new) {
        return fd_cloexec((u32)fd, -1) < 0 ? -EBADF : (int)new;
    }
    return sys_dup3(fd, new, 0);
}

/* int dup3(int fd, int new, int flags);
 * As dup2.
 * EINVAL: flags other than O_CLOEXEC, or fd is new. */
long
sys_dup3(u64 fd, u64 new, u64 flags)
{
    if (((u32)flags & ~(u32)O_CLOEXEC) || (int)fd == (int)new) {
        return -EINVAL;
    }
    struct file *file = file_get_fd((int)fd);
    return file == NULL ? -EBADF
                        : fd_replace(file, (u32)new, flags & O_CLOEXEC);
}

/* int fcntl(int fd, int command, long arg);
 * F_DUPFD, F_DUPFD_CLOEXEC: a descriptor; F_GETFD, F_GETFL: flags; else 0.
 * EINVAL: command, or F_DUPFD beyond the limit.  EMFILE, ENOMEM.
 * Differences from Linux: no locks, leases, owners or pipe sizes: EINVAL.
 *   F_SETFD may fail with ENOMEM, as close. */
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

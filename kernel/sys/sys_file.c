/*
 * System calls that take descriptors.
 */
#include "abi/errno.h"
#include "abi/fcntl.h"

#include "core/config.h"

#include "mm/usercopy.h"

#include "fs/openfile.h"
#include "fs/pipe.h"

#include "sys/sys.h"

/* ssize_t read(int fd, void *buf, size_t size)
 * => bytes read; 0 at the end of the file
 * Errors: EBADF, EFAULT, EISDIR, EAGAIN, EINTR, EINVAL, ENOMEM.
 * Differences from Linux: none known. */
long
sys_read(u64 fd, u64 buf, u64 size)
{
    struct file *file = file_get_fd((int)fd);

    if (file == NULL) {
        return -EBADF;
    }
    struct iovec whole = {.iov_base = (void *)buf, .iov_len = size};
    long n = file_read(file, &whole, 1);
    file_put(file);
    return n;
}

/* ssize_t write(int fd, const void *buf, size_t size)
 * => bytes written
 * Errors: EBADF, EFAULT, EPIPE (and SIGPIPE), EAGAIN, EINTR, ENOSPC, EINVAL.
 * Differences from Linux: none known. */
long
sys_write(u64 fd, u64 buf, u64 size)
{
    struct file *file = file_get_fd((int)fd);

    if (file == NULL) {
        return -EBADF;
    }
    struct iovec whole = {.iov_base = (void *)buf, .iov_len = size};
    long n = file_write(file, &whole, 1);
    file_put(file);
    return n;
}

/* int close(int fd)
 * => 0
 * Errors: EBADF.
 * Differences from Linux: ENOMEM, if the table is shared since a fork and
 *   there is no memory to copy it; the descriptor is then still open. */
long
sys_close(u64 fd)
{
    return fd_close((int)fd);
}

/* off_t lseek(int fd, off_t offset, int whence)
 * => the new position
 * Errors: EBADF, EINVAL, ESPIPE.
 * Differences from Linux: SEEK_DATA and SEEK_HOLE are EINVAL. */
long
sys_lseek(u64 fd, u64 offset, u64 whence)
{
    struct file *file = file_get_fd((int)fd);
    long result = -ESPIPE;

    if (file == NULL) {
        return -EBADF;
    }
    if ((u32)whence > SEEK_END) {
        result = -EINVAL;
    } else if (file->ops->seek != NULL) {
        result = file->ops->seek(file, (i64)offset, (int)whence);
    }
    file_put(file);
    return result;
}

/* int ioctl(int fd, unsigned request, void *arg)
 * => 0, or what the request gives
 * Errors: EBADF, ENOTTY (not a request of this file), EFAULT, EINVAL; those of
 *   TIOCSPGRP: ENOTTY, ESRCH, EPERM.
 * Differences from Linux: few requests: see fs/tty_file.c, tty_job.c. */
long
sys_ioctl(u64 fd, u64 request, u64 arg)
{
    struct file *file = file_get_fd((int)fd);
    long result = -ENOTTY;

    if (file == NULL) {
        return -EBADF;
    }
    if (file->ops->ioctl != NULL) {
        result = file->ops->ioctl(file, (u32)request, arg);
    }
    file_put(file);
    return result;
}

/* long getdents64(int fd, struct linux_dirent64 *buf, size_t size)
 * => bytes of records; 0 at the end
 * Errors: EBADF, ENOTDIR, EINVAL (too small for one), ENOENT (removed), EFAULT.
 * Differences from Linux: none; the order is that of creation. */
long
sys_getdents64(u64 fd, u64 buf, u64 size)
{
    struct file *file = file_get_fd((int)fd);
    long result = -ENOTDIR;

    if (file == NULL) {
        return -EBADF;
    }
    if (file->ops->readdir != NULL) {
        result = file->ops->readdir(file, buf, (u32)size);
    }
    file_put(file);
    return result;
}

/* ---- Making descriptors ---- */

/* int pipe2(int fds[2], int flags)
 * => 0; fds[0] to read, fds[1] to write
 * Errors: EINVAL (flags), EFAULT, EMFILE, ENOMEM.
 * Differences from Linux: O_DIRECT (packets) is EINVAL. */
long
sys_pipe2(u64 fds, u64 flags)
{
    bool cloexec = flags & O_CLOEXEC;
    struct file *ends[2];
    int fd[2];

    if ((u32)flags & ~(u32)(O_CLOEXEC | O_NONBLOCK)) {
        return -EINVAL;
    }
    int error = pipe_create(ends, (u32)flags & O_NONBLOCK);
    if (error != 0) {
        return error;
    }
    fd[0] = fd_install(ends[0], 0, cloexec);
    fd[1] = fd[0] < 0 ? fd[0] : fd_install(ends[1], 0, cloexec);
    if (fd[1] < 0) {
        file_put(ends[1]);
        if (fd[0] < 0) {
            file_put(ends[0]);
        } else {
            fd_close(fd[0]);
        }
        return fd[1];
    }
    if (copy_to_user(fds, fd, sizeof(fd)) != 0) {
        fd_close(fd[0]);
        fd_close(fd[1]);
        return -EFAULT;
    }
    return 0;
}

/* int pipe(int fds[2])
 * => as pipe2 with flags 0
 * Errors: EFAULT, EMFILE, ENOMEM.
 * Differences from Linux: none. */
long
sys_pipe(u64 fds)
{
    return sys_pipe2(fds, 0);
}

/* Install the file of descriptor fd once more, at `lowest` or above. */
static long
dup_from(int fd, int lowest, bool cloexec)
{
    struct file *file = file_get_fd(fd);

    if (file == NULL) {
        return -EBADF;
    }
    int new = fd_install(file, lowest, cloexec);
    if (new < 0) {
        file_put(file);
    }
    return new;
}

/* int dup(int fd)
 * => the lowest free descriptor, for the same open file
 * Errors: EBADF, EMFILE, ENOMEM.
 * Differences from Linux: none. */
long
sys_dup(u64 fd)
{
    return dup_from((int)fd, 0, false);
}

static long
dup_to(int fd, int new, bool cloexec)
{
    struct file *file = new < 0 || new >= OPEN_MAX ? NULL : file_get_fd(fd);

    if (file == NULL) {
        return -EBADF;
    }
    int result = fd_replace(file, new, cloexec);
    if (result < 0) {
        file_put(file);
    }
    return result;
}

/* int dup2(int fd, int new)
 * => new, which is closed first if it was open; nothing happens if it is fd
 * Errors: EBADF (also: new beyond the limit), ENOMEM.
 * Differences from Linux: none. */
long
sys_dup2(u64 fd, u64 new)
{
    if ((int)fd == (int)new) {
        int cloexec = fd_get_cloexec((int)fd);
        return cloexec < 0 ? cloexec : (long)(int)new;
    }
    return dup_to((int)fd, (int)new, false);
}

/* int dup3(int fd, int new, int flags)
 * => as dup2
 * Errors: EINVAL (flags other than O_CLOEXEC, or fd is new), and as dup2.
 * Differences from Linux: none. */
long
sys_dup3(u64 fd, u64 new, u64 flags)
{
    if (((u32)flags & ~(u32)O_CLOEXEC) || (int)fd == (int)new) {
        return -EINVAL;
    }
    return dup_to((int)fd, (int)new, flags & O_CLOEXEC);
}

/* The commands that need the open file itself. */
static long
fcntl_file(struct file *file, int command, u64 arg)
{
    switch (command) {
    case F_GETFL:
        return file->flags;
    case F_SETFL:
        file->flags = (file->flags & ~(u32)FILE_STATUS)
                      | ((u32)arg & FILE_STATUS);
        return 0;
    case F_GETPIPE_SZ:
        return file_is_pipe(file) ? PIPE_SIZE : -EBADF;
    default:
        return -EINVAL;
    }
}

/* int fcntl(int fd, int command, long arg)
 * => F_DUPFD, F_DUPFD_CLOEXEC: a descriptor; F_GETFD, F_GETFL: flags;
 *    F_GETPIPE_SZ: bytes; F_SETFD, F_SETFL: 0
 * Errors: EBADF, EINVAL (command, or F_DUPFD beyond the limit), EMFILE.
 * Differences from Linux: no locks, leases, owners or pipe sizes: EINVAL. */
long
sys_fcntl(u64 fd, u64 command, u64 arg)
{
    struct file *file = file_get_fd((int)fd);
    long result;

    if (file == NULL) {
        return -EBADF;
    }
    switch ((int)command) {
    case F_DUPFD:
    case F_DUPFD_CLOEXEC:
        result = (u32)arg >= OPEN_MAX
                     ? -EINVAL
                     : dup_from((int)fd, (int)arg,
                                (int)command == F_DUPFD_CLOEXEC);
        break;
    case F_GETFD:
        result = fd_get_cloexec((int)fd);
        break;
    case F_SETFD:
        result = fd_set_cloexec((int)fd, arg & FD_CLOEXEC);
        break;
    default:
        result = fcntl_file(file, (int)command, arg);
        break;
    }
    file_put(file);
    return result;
}

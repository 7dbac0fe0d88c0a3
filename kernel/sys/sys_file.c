/*
 * System calls that take a path or a descriptor.
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
#include "fs/pipe.h"

#include "sys/sys.h"

/* ---- Copying in paths, and finding ---- */

/* => 0 and *place with its references; -EBADF */
static int
find_any(u64 fd, struct place *place)
{
    struct file_use use = file_use_any_fd((int)fd);

    if (use.file == NULL) {
        return -EBADF;
    }
    *place = place_get(use.file->inode, use.file->mount);
    file_done(use);
    return 0;
}

int
path_arg_get(struct path_arg *arg, u64 dirfd, u64 user)
{
    long length = copy_string_from_user(arg->few, user, sizeof(arg->few));

    arg->at = (struct place){0};
    arg->path = arg->few;
    if (length == -ENAMETOOLONG) {
        arg->path = kmalloc(PATH_MAX);
        length = arg->path == NULL ? -ENOMEM
                 : copy_string_from_user(arg->path, user, PATH_MAX);
    }
    int error = length > 0 ? 0 : length == 0 ? -ENOENT : (int)length;
    if (error == 0 && (int)dirfd != AT_FDCWD && arg->path[0] != '/') {
        error = find_any(dirfd, &arg->at);
        if (error == 0 && !S_ISDIR(arg->at.inode->mode)) {
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
    place_put(arg->at);
}

int
find_place_at(u64 dirfd, u64 path, u64 flags, u32 known, struct place *place)
{
    struct path_arg arg;
    char first = '.';

    if (flags == FIND_ANY) {
        return find_any(dirfd, place);
    }
    if (flags == FIND_OPEN) {
        struct file *file = file_get_fd((int)dirfd);
        if (file == NULL) {
            return -EBADF;
        }
        *place = place_get(file->inode, file->mount);
        file_put(file);
        return 0;
    }
    if (flags & ~(u64)known) {
        return -EINVAL;
    }
    if ((flags & AT_EMPTY_PATH) && copy_from_user(&first, path, 1) != 0) {
        return -EFAULT;
    }
    if (first == '\0') {
        return (int)dirfd != AT_FDCWD ? find_any(dirfd, place)
                                      : path_find_place(NULL, ".", 0, place);
    }
    int error = path_arg_get(&arg, dirfd, path);
    if (error == 0) {
        error = path_find_place(&arg.at, arg.path, (u32)flags, place);
        path_arg_put(&arg);
    }
    return error;
}

int
find_at(u64 dirfd, u64 path, u64 flags, u32 known, struct inode **inode)
{
    struct place place;
    int error = find_place_at(dirfd, path, flags, known, &place);

    if (error == 0) {
        *inode = place_inode(place);
    }
    return error;
}

/* ---- Making and removing ---- */

int
make_at(u64 dirfd, u64 path, struct inode *inode, const struct mount *mount)
{
    struct path_arg arg;
    int error = path_arg_get(&arg, dirfd, path);

    if (error != 0) {
        inode_put(inode);
        return error;
    }
    error = fs_make(&arg.at, arg.path, inode, mount);
    path_arg_put(&arg);
    return error;
}

#define PATH_FLAGS (O_PATH | O_DIRECTORY | O_NOFOLLOW | O_CLOEXEC)

/* int openat(int dirfd, const char *path, int flags, mode_t mode); open.
 * Returns the lowest free descriptor.
 * EMFILE, EISDIR, EEXIST, EINVAL; ENXIO: /dev/tty if there is no terminal.
 * O_PATH needs no right on the file, and opens it for no more than its name:
 * for fstat, fchdir, dup, as dirfd; all else that uses the file is EBADF.
 * Differences from Linux: a program that runs may be opened for writing;
 *   O_SYNC, O_DIRECT and O_NOATIME have no effect. */
long
sys_openat(u64 dirfd, u64 path, u64 flags, u64 mode)
{
    struct path_arg arg;
    flags &= flags & O_PATH ? PATH_FLAGS : ~0U; /* it ignores the others */
    bool makes_dir = (flags & O_CREAT) && (flags & O_DIRECTORY);
    int result = makes_dir ? -EINVAL : path_arg_get(&arg, dirfd, path);

    if (result == 0) {
        result = fs_open(&arg.at, arg.path, (u32)flags,
                         (u32)mode & ~current->fs->umask);
        path_arg_put(&arg);
    }
    return result;
}

SYS_FORWARD(sys_open, (u64 path, u64 flags, u64 mode),
            sys_openat(HERE, path, flags, mode))

/* int mkdirat(int dirfd, const char *path, mode_t mode); mkdir.  EEXIST. */
SYS_FORWARD(sys_mkdirat, (u64 dirfd, u64 path, u64 mode),
            make_at(dirfd, path,
                    dir_alloc((u32)mode & 01777 & ~current->fs->umask), NULL))
SYS_FORWARD(sys_mkdir, (u64 path, u64 mode), sys_mkdirat(HERE, path, mode))

/* int unlinkat(int dirfd, const char *path, int flags); unlink, rmdir.
 * The file stays as long as a process has it open or mapped.
 * EINVAL: flags; rmdir of `.`.  EISDIR, ENOTEMPTY.  EBUSY: /proc, the root.
 * EPERM: in /proc. */
long
sys_unlinkat(u64 dirfd, u64 path, u64 flags)
{
    struct path_arg arg;
    int error = (u32)flags & ~(u32)AT_REMOVEDIR
                    ? -EINVAL : path_arg_get(&arg, dirfd, path);

    if (error == 0) {
        error = fs_remove(&arg.at, arg.path, flags & AT_REMOVEDIR);
        path_arg_put(&arg);
    }
    return error;
}

SYS_FORWARD(sys_unlink, (u64 path), sys_unlinkat(HERE, path, 0))
SYS_FORWARD(sys_rmdir, (u64 path), sys_unlinkat(HERE, path, AT_REMOVEDIR))

/* int chdir(const char *path); */
long
sys_chdir(u64 path)
{
    struct place place;
    int error = find_place_at(HERE, path, 0, 0, &place);

    return error != 0 ? error : fs_chdir(place);
}

/* int fchdir(int fd); */
long
sys_fchdir(u64 fd)
{
    struct place place;
    int error = find_any(fd, &place);

    return error != 0 ? error : fs_chdir(place);
}

/* ---- Moving bytes ---- */

/* ssize_t read(int fd, void *buf, size_t size); write.
 * Returns the number of bytes read; 0 at the end of the file.
 * EFAULT, EISDIR, EAGAIN, ENOMEM, EINVAL.
 * write: the number of bytes written; also EPIPE (and SIGPIPE), ENOSPC. */
SYS_FORWARD(sys_read, (u64 fd, u64 buf, u64 size),
            move_fd(fd, buf, size, false, file_move))
SYS_FORWARD(sys_write, (u64 fd, u64 buf, u64 size),
            move_fd(fd, buf, size, true, file_move))

/* ---- Making descriptors, and closing them ---- */

/* int close(int fd);
 * Differences from Linux: ENOMEM, if the table is still shared after a fork and
 *   there is no memory to copy it; the descriptor then stays open. */
SYS_FORWARD(sys_close, (u64 fd), MIN(fd_replace(NULL, (u32)fd, false), 0))

/* int pipe2(int fds[2], int flags); pipe.
 * fds[0] is for reading, fds[1] for writing.
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
    /* Threads that share the descriptors see neither before both are there. */
    fd[0] = fd_reserve(0);
    fd[1] = fd[0] < 0 ? fd[0] : fd_reserve(0);
    error = fd[1] < 0 ? fd[1] : copy_to_user(fds, fd, sizeof(fd));
    return fd_fill(fd, ends, 2, flags & O_CLOEXEC, error);
}

SYS_FORWARD(sys_pipe, (u64 fds), sys_pipe2(fds, 0))

/* int dup2(int fd, int new);
 * Closes new, if it is open, and makes it another descriptor of fd's file; if
 * new is fd, does nothing.  EBADF: also if new is beyond the limit.  ENOMEM. */
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
    struct file *file = file_get_any_fd((int)fd);
    return file == NULL ? -EBADF
                        : fd_replace(file, (u32)new, flags & O_CLOEXEC);
}

/*
 * System calls that give things further names and other ones: links, rename.
 */
#include "abi/errno.h"
#include "common/string.h"

#include "core/config.h"

#include "mm/heap.h"

#include "fs/fs.h"
#include "fs/inode.h"
#include "fs/path.h"

#include "sys/sys.h"

/* int symlinkat(const char *target, int dirfd, const char *path);
 * int symlink(const char *target, const char *path);
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
 *            int flags);
 * int link(const char *from, const char *to);
 * With AT_EMPTY_PATH and "", of fromfd itself; a symbolic link gets the name
 * itself, but with AT_SYMLINK_FOLLOW what it leads to.
 * EINVAL: flags.  EEXIST, EXDEV.  EPERM: a directory.  ENOENT: also if its last
 * name was removed. */
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

/* ssize_t readlinkat(int dirfd, const char *path, char *buf, size_t size);
 * ssize_t readlink(const char *path, char *buf, size_t size);
 * Bytes stored, size at most, without a NUL.
 * EINVAL: size; it is no symbolic link. */
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

/* int renameat2(int fromfd, const char *from, int tofd, const char *to,
 *               unsigned flags);
 * int renameat(int fromfd, const char *from, int tofd, const char *to);
 * int rename(const char *from, const char *to);
 * To everybody it is one step.  What `to` named is removed, but with
 * RENAME_EXCHANGE it gets the other name.
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
    } else { /* what is wrong on the way to `from` comes before it */
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

/*
 * The calls that work on names: open, mkdir, unlink, rmdir.
 *
 * Essential fact: the order of the checks is Linux's, since programs see which
 * errno wins; each was tried there.
 */
#include "abi/errno.h"
#include "abi/fcntl.h"
#include "abi/stat.h"

#include "fs/file.h"
#include "fs/fs.h"
#include "fs/inode.h"
#include "fs/openfile.h"
#include "fs/path.h"
#include "fs/walk.h"

#define O_TMPFILE_BIT 020000000

static int
check_flags(u32 flags)
{
    if (flags & O_PATH) {
        return -EINVAL;
    }
    if (flags & O_TMPFILE_BIT) {
        return -EOPNOTSUPP;
    }
    if ((flags & O_CREAT) && (flags & O_DIRECTORY)) {
        return -EINVAL;
    }
    return 0;
}

/* Find the last component, or make it.  => 0 and *inode with one reference */
static int
find_or_make(struct walk *walk, u32 flags, u32 mode, struct inode **inode)
{
    if (walk->slash && walk->last == WALK_NAME) {
        return -EISDIR;
    }
    for (;;) {
        bool follow = (flags & (O_EXCL | O_NOFOLLOW)) == 0;
        int error = walk_find(walk, follow, inode);
        if (error == 0 && (flags & O_EXCL)) {
            inode_put(*inode);
            return -EEXIST;
        }
        if (error != -ENOENT || walk->last != WALK_NAME || walk->slash) {
            return error;
        }
        if (walk->dir->ops->make == NULL) {
            return -ENOENT; /* what procfs answers on Linux */
        }
        error = walk->dir->ops->make(walk->dir, walk->name, S_IFREG | mode, 0,
                                     inode);
        if (error != -EEXIST || (flags & O_EXCL)) {
            return error;
        }
        /* Somebody else made it since we looked: look again. */
    }
}

/* Whether this inode may be opened so. */
static int
ask_open(const struct inode *inode, u32 flags)
{
    bool writes = (flags & O_ACCMODE) != O_RDONLY || (flags & O_TRUNC);

    if (S_ISDIR(inode->mode)) {
        return writes || (flags & O_CREAT) ? -EISDIR : 0;
    }
    if (flags & O_DIRECTORY) {
        return -ENOTDIR;
    }
    return S_ISLNK(inode->mode) ? -ELOOP : 0;
}

static int
open_inode(struct inode *inode, u32 flags, struct file **file)
{
    int error = ask_open(inode, flags);

    if (error != 0) {
        return error;
    }
    *file = file_alloc(inode, (flags & FILE_FLAGS) | O_LARGEFILE);
    if (*file == NULL) {
        return -ENOMEM;
    }
    error = inode->ops->open(inode, *file);
    if (error == 0 && (flags & O_TRUNC) && S_ISREG(inode->mode)
        && inode->ops->truncate != NULL) {
        error = inode->ops->truncate(inode, 0);
    }
    if (error != 0) {
        file_put(*file);
    }
    return error;
}

int
fs_open(struct inode *at, const char *path, u32 flags, u32 mode,
        struct file **file)
{
    struct inode *inode;
    struct walk walk;
    int error = check_flags(flags);

    if (error != 0) {
        return error;
    }
    error = walk_begin(&walk, at, path);
    if (error == 0) {
        error = (flags & O_CREAT)
                    ? find_or_make(&walk, flags, mode & 07777, &inode)
                    : walk_find(&walk, !(flags & O_NOFOLLOW), &inode);
    }
    walk_end(&walk);
    if (error == 0) {
        error = open_inode(inode, flags, file);
        inode_put(inode);
    }
    return error;
}

int
fs_mkdir(struct inode *at, const char *path, u32 mode)
{
    struct inode *inode;
    struct walk walk;
    int error = walk_begin(&walk, at, path);

    if (error == 0) {
        walk.slash = false; /* `mkdir name/` is meant as it stands */
        error = walk_find(&walk, false, &inode);
        if (error == 0) {
            inode_put(inode);
            error = -EEXIST;
        } else if (error == -ENOENT && walk.dir->ops->make != NULL) {
            error = walk.dir->ops->make(walk.dir, walk.name,
                                        S_IFDIR | (mode & 01777), 0, &inode);
            if (error == 0) {
                inode_put(inode);
            }
        }
    }
    walk_end(&walk);
    return error;
}

/* `name/` with unlink: an error in any case, but which? */
static int
refuse_slash(struct walk *walk)
{
    struct inode *inode;

    walk->slash = false;
    int error = walk_find(walk, false, &inode);
    if (error == 0) {
        error = S_ISDIR(inode->mode) ? -EISDIR : -ENOTDIR;
        inode_put(inode);
    }
    return error;
}

static int
remove_name(struct inode *dir, const char *name, bool directory)
{
    struct inode *inode;

    if (dir->ops->remove != NULL) {
        return dir->ops->remove(dir, name, directory);
    }
    int error = dir->ops->lookup(dir, name, &inode);
    if (error == 0) {
        inode_put(inode);
        error = -EPERM;
    }
    return error;
}

int
fs_unlink(struct inode *at, const char *path)
{
    struct walk walk;
    int error = walk_begin(&walk, at, path);

    if (error == 0) {
        if (walk.last != WALK_NAME) {
            error = -EISDIR;
        } else if (walk.slash) {
            error = refuse_slash(&walk);
        } else {
            error = remove_name(walk.dir, walk.name, false);
        }
    }
    walk_end(&walk);
    return error;
}

int
fs_rmdir(struct inode *at, const char *path)
{
    static const int refusals[] = {
        [WALK_DOT] = -EINVAL, [WALK_DOTDOT] = -ENOTEMPTY, [WALK_ROOT] = -EBUSY,
    };
    struct walk walk;
    int error = walk_begin(&walk, at, path);

    if (error == 0) {
        error = walk.last != WALK_NAME
                    ? refusals[walk.last]
                    : remove_name(walk.dir, walk.name, true);
    }
    walk_end(&walk);
    return error;
}

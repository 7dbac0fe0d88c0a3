/*
 * The calls that work on names: open, mkdir, link, unlink, rmdir.
 *
 * Essential fact: the checks are in Linux's order, since programs see which
 * errno comes first.  Each was tried on Linux.
 */
#include "abi/errno.h"
#include "abi/stat.h"
#include "common/string.h"

#include "core/optional.h"
#include "core/panic.h"

#include "fs/dir.h"
#include "fs/file.h"
#include "fs/path.h"
#include "fs/permit.h"
#include "fs/tmpfs.h"

OPTIONAL(open_refuse) OPTIONAL(cred_refuse_group)

#define O_TMPFILE_BIT 020000000
#define KEPT_FLAGS                                                         \
    (O_ACCMODE | FILE_STATUS | O_DIRECTORY | O_NOFOLLOW | O_PATH)

int
lookup_refuse(struct lookup *lookup, int error)
{
    struct inode *inode;
    int missing = dir_lookup(lookup->dir, lookup->name, &inode);

    if (missing != 0) {
        return missing;
    }
    inode_put(inode);
    return error;
}

/* Give an inode a name; it was found by a mount, if it has names.
 * => inode NULL: there was no memory for it */
static int
make(struct lookup *lookup, struct inode *inode, const struct mount *mount)
{
    if (inode == NULL) {
        return -ENOMEM;
    }
    bool new = inode->nlink == 0 && inode->refs == 1; /* only we use it */
    bool new_dir = new && S_ISDIR(inode->mode);
    if (lookup->dir->dev != DEV_TREE || !lookup_is_name(lookup)
        || (lookup->slash && !new_dir)) {
        return lookup_refuse(lookup, -EEXIST);
    }
    if (!new && lookup->mount != mount) {
        int error = lookup_refuse(lookup, -EEXIST);
        return error == -ENOENT ? -EXDEV : error;
    }
    if (new && lookup->dir->mode & S_ISGID) {
        bool member = cred_refuse_group(cred_current(), lookup->dir->gid) == 0;
        bool hands_on = inode->mode & S_IXGRP && !member && !new_dir;
        inode->gid = lookup->dir->gid;
        inode->mode |= new_dir ? S_ISGID : 0;
        inode->mode &= ~(hands_on ? S_ISGID : 0U);
    }
    return dir_add(lookup->dir, lookup->name, inode);
}

/* Find the path's inode, or make it.
 * => *inode with one reference; *made: it is new */
static int
find_or_make(struct lookup *lookup, u32 flags, u32 mode, struct inode **inode,
             bool *made)
{
    int error;

    do {
        if (lookup->slash && lookup_is_name(lookup)) {
            return -EISDIR;
        }
        error = lookup_step(lookup, inode);
        if (error == -ENOENT) {
            *inode = tmpfs_file(mode);
            error = make(lookup, *inode, NULL);
            *made = error == 0;
            if (error != 0) {
                inode_put(*inode);
                *inode = NULL;
            }
            if (error == -EEXIST && !(flags & O_EXCL)) {
                error = 0; /* another thread made it: look again */
            }
        } else if (error == 0 && (flags & O_EXCL)) {
            inode_put(*inode);
            error = -EEXIST;
        } else if (error == 0 && S_ISLNK((*inode)->mode)
                   && !(flags & O_NOFOLLOW)) {
            error = lookup_follow(lookup, inode);
        }
    } while (error == 0 && *inode == NULL);
    return error;
}

/* Call the open operation of the file's inode.  Who makes a file may open it,
 * whatever mode he gives it. */
static int
open_inode(struct file *file, u32 flags, bool made)
{
    struct inode *inode = file->inode;
    bool directory = S_ISDIR(inode->mode);
    u32 never = directory ? O_ACCMODE | O_TRUNC | O_CREAT : O_DIRECTORY;

    if (flags & never) {
        return directory ? -EISDIR : -ENOTDIR;
    }
    if (flags & O_PATH) {
        return 0;
    }
    int error = S_ISLNK(inode->mode) ? -ELOOP /* O_NOFOLLOW */
                : made               ? 0 : (int)open_refuse(inode, flags);
    if (error == 0 && inode->ops->open != NULL) {
        error = inode->ops->open(file);
    }
    file->flags &= ~(u32)O_NOCTTY;
    if (error == 0 && (flags & O_TRUNC) && inode->ops->truncate != NULL) {
        error = inode->ops->truncate(inode, 0);
    }
    return error;
}

/* Find or make the inode of path, and open it as file. */
static int
open_path(const struct place *at, const char *path, u32 flags, u32 mode,
          struct file *file)
{
    struct place place;
    struct lookup lookup;
    bool made = false;
    int error;

    if (flags & O_TMPFILE_BIT) {
        return -EOPNOTSUPP;
    }
    if (flags & O_CREAT) {
        error = path_walk(&lookup, at, path, false);
        if (error == 0) {
            error = find_or_make(&lookup, flags, mode & 07777, &place.inode,
                                 &made);
        }
        place.mount = lookup.mount;
        lookup.mount = error == 0 ? NULL : place.mount;
        lookup_end(&lookup);
    } else {
        bool stay = flags & O_NOFOLLOW;
        error = path_find_place(at, path, stay ? AT_SYMLINK_NOFOLLOW : 0,
                                &place);
    }
    if (error == 0) {
        file->inode = place.inode; /* takes over the references */
        file->mount = place.mount;
        error = open_inode(file, flags, made);
    }
    return error;
}

int
fs_open(const struct place *at, const char *path, u32 flags, u32 mode)
{
    /* First the steps that may fail: a failed open must not make a file. */
    int fd = fd_reserve(0); /* EMFILE comes before ENOENT */
    if (fd < 0) {
        return fd;
    }
    u32 kept = flags & (KEPT_FLAGS | O_NOCTTY); /* that one until it is open */
    kept |= flags & O_PATH ? O_ACCMODE : O_LARGEFILE;
    struct file *file = file_alloc(NULL, kept);
    int error = file != NULL ? open_path(at, path, flags, mode, file) : -ENOMEM;

    error = fd_fill(&fd, &file, 1, flags & O_CLOEXEC, error);
    return error != 0 ? error : fd;
}

int
fs_make(const struct place *at, const char *path, struct inode *inode,
        const struct mount *mount)
{
    struct lookup lookup;
    int error = path_walk(&lookup, at, path, false);

    if (error == 0) {
        error = make(&lookup, inode, mount);
    }
    lookup_end(&lookup);
    inode_put(inode);
    return error;
}

/* Whether this last component may be removed.  => 0 if so */
static int
ask_name(struct lookup *lookup, bool directory)
{
    if (!lookup_is_name(lookup)) {
        return !directory                     ? -EISDIR
               : lookup->name[0] == '\0'       ? -EBUSY
               : strcmp(lookup->name, ".") == 0 ? -EINVAL
                                               : -ENOTEMPTY;
    }
    return lookup->dir->dev != DEV_TREE ? lookup_refuse(lookup, -EPERM) : 0;
}

int
fs_remove(const struct place *at, const char *path, bool directory)
{
    struct lookup lookup;
    int error = path_walk(&lookup, at, path, false);

    if (error == 0) {
        error = ask_name(&lookup, directory);
    }
    if (error == 0) {
        error = dir_remove(&lookup, directory);
    }
    lookup_end(&lookup);
    return error;
}

int
fs_place(const char *path, struct inode *inode)
{
    struct lookup lookup;
    int error = path_walk(&lookup, NULL, path, true);

    if (error == 0 && !lookup_is_name(&lookup)) {
        error = -EEXIST;
    } else if (error == 0) {
        dir_remove(&lookup, false);
        error = dir_add(lookup.dir, lookup.name, inode);
    }
    lookup_end(&lookup);
    return error;
}

void
fs_must_place(const char *path, struct inode *inode)
{
    int error = inode != NULL ? fs_place(path, inode) : -ENOMEM;

    if (error != 0) {
        panic("%s: cannot make it, error %d", path, -error);
    }
    inode_put(inode);
}

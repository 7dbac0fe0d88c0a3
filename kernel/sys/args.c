/*
 * Copying in paths.
 */
#include "abi/errno.h"
#include "abi/fcntl.h"
#include "abi/stat.h"

#include "core/config.h"

#include "mm/heap.h"
#include "mm/usercopy.h"

#include "fs/file.h"
#include "fs/inode.h"
#include "fs/path.h"

#include "sys/args.h"
#include "sys/sys.h"

/* => 0 and *dir with one reference; -EBADF, -ENOTDIR */
static int
dir_of_fd(int fd, struct inode **dir)
{
    struct file *file = file_get_fd(fd);
    int error = 0;

    if (file == NULL) {
        return -EBADF;
    }
    if (S_ISDIR(file->inode->mode)) {
        inode_get(file->inode);
        *dir = file->inode;
    } else {
        error = -ENOTDIR;
    }
    file_put(file);
    return error;
}

int
path_from_user(u64 user, char **path)
{
    *path = kmalloc(PATH_MAX);
    if (*path == NULL) {
        return -ENOMEM;
    }
    long length = copy_string_from_user(*path, user, PATH_MAX);
    if (length > 0) {
        return 0;
    }
    kfree(*path);
    return length < 0 ? (int)length : -ENOENT;
}

void
path_free(char *path)
{
    kfree(path);
}

int
path_arg_get(struct path_arg *arg, u64 dirfd, u64 user)
{
    arg->at = NULL;
    int error = path_from_user(user, &arg->path);
    if (error == 0 && (int)dirfd != AT_FDCWD && arg->path[0] != '/') {
        error = dir_of_fd((int)dirfd, &arg->at);
        if (error != 0) {
            path_free(arg->path);
        }
    }
    return error;
}

void
path_arg_put(struct path_arg *arg)
{
    path_free(arg->path);
    inode_put(arg->at);
}

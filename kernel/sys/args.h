/*
 * Arguments that several calls share: paths.
 */
#pragma once

#include "core/types.h"

struct inode;

/* A path in kernel memory, and the directory where it starts. */
struct path_arg {
    char *path;        /* PATH_MAX bytes at most, with its NUL */
    struct inode *at;  /* one reference; NULL: the working directory */
};

/* Copy in a path that starts at directory dirfd (AT_FDCWD: the working one;
 * an absolute path does not look at dirfd).
 * => after 0, path_arg_put must follow
 * => 0; -EFAULT, -ENAMETOOLONG, -ENOENT (empty), -ENOMEM; -EBADF, -ENOTDIR */
int path_arg_get(struct path_arg *arg, u64 dirfd, u64 user) __must_check;
void path_arg_put(struct path_arg *arg);

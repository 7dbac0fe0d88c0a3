/*
 * Names: from a path to an inode, and the working directory of each process.
 */
#pragma once

#include "core/types.h"

struct cred;
struct inode;
struct object;

/* Working directory and umask; fork copies it (O(1)), CLONE_FS shares it. */
struct fs_context {
    _Atomic u32 refs;
    u32 umask;            /* one word, changed by one instruction */
    struct inode *cwd;    /* fstree_lock; one reference; NULL: the root */
};

extern struct fs_context first_fs_context; /* pid 1's; cwd: the root */
struct fs_context *fs_context_get(struct fs_context *context); /* => context */
struct fs_context *fs_context_copy(struct fs_context *from);
void fs_context_put(struct fs_context *context); /* context may be NULL */

/* Its working directory.  => with one reference */
struct inode *fs_context_cwd(const struct fs_context *context);

/* Find the inode of a path; a relative one starts at directory `at` (NULL: the
 * working directory).  Follow a symbolic link at its end, unless flags have
 * AT_SYMLINK_NOFOLLOW (other flags are ignored).
 * => 0 and *inode with one reference; -ENOENT, -ENOTDIR, -ENAMETOOLONG,
 *    -ELOOP, -EACCES (a directory on the way), -ENOMEM */
int path_find(struct inode *at, const char *path, u32 flags,
              struct inode **inode) __must_check;

/* Let the process execute this inode: a regular file with an x bit, which until
 * program_put nobody may write to.
 * => uses up the caller's reference, on an error; 0, -EACCES, -ETXTBSY; -ELOOP:
 *    it is a symbolic link */
int program_take(struct inode *inode) __must_check;
void program_put(struct inode *program);

/* Find it by its path.  => 0 and *inode; path_find's errors; program_take's */
int path_find_program(const char *path, struct inode **inode) __must_check;

/* The ids that exec of the program gives; another's, if its mode says so.
 * => as cred_for_exec */
int program_cred(const struct inode *program, struct cred **new) __must_check;

struct inode *inode_get(struct inode *inode); /* => inode */
void inode_put(struct inode *inode); /* inode may be NULL */

/* The inode's pages, as an object to map.  => NULL if it has none */
struct object *inode_object(struct inode *inode);

/*
 * Names: from a path to an inode, and the working directory of each process.
 */
#pragma once

#include "core/types.h"

#include "fs/inherit.h"

struct cred;
struct inode;
struct mount;
struct mount_space;
struct object;
struct vma;

/* Where something is: the inode, and the mount by which it was reached (NULL:
 * the tree itself; mount.h).  One reference to each. */
struct place {
    struct inode *inode;
    struct mount *mount;
};

/* Its working directory.  => with one reference each */
struct place fs_context_cwd(const struct fs_context *context);

/* References to what a place has. */
struct place place_get(struct inode *inode, struct mount *mount);
void place_put(struct place place); /* the inode may be NULL */
struct inode *place_inode(struct place place); /* puts the mount alone */

/* Of mount.c: whether any mount was ever made; the name space of a look-up that
 * starts in this mount (NULL: it finds no mount on any way); references to a
 * mount (put: may be NULL), and to a context's mount and name space. */
extern bool mounts_in_use;
struct mount_space *mount_space(const struct mount *mount);
struct mount *mount_get(struct mount *mount); /* => mount */
void mount_put(struct mount *mount);
void mounts_get(struct fs_context *context);
void mounts_put(struct fs_context *context);

/* Find the place of a path; a relative one starts at directory `at` (NULL, or
 * its inode is: the working directory).  Follow a symbolic link at its end,
 * unless flags have AT_SYMLINK_NOFOLLOW (other flags are ignored).
 * => 0 and *place with its references; -ENOENT, -ENOTDIR, -ENAMETOOLONG,
 *    -ELOOP, -EACCES (a directory on the way), -ENOMEM */
int path_find_place(const struct place *at, const char *path, u32 flags,
                    struct place *place) __must_check;

/* The same for callers that need only the inode. */
int path_find(const struct place *at, const char *path, u32 flags,
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

/* Before and after a memfd is mapped (memfd.c): till then no seal is added.
 * => 0; -EPERM: it may not be written through this vma (unlock it also then) */
int memfd_lock(struct inode *inode, struct vma *vma) __must_check;
void memfd_unlock(struct inode *inode);

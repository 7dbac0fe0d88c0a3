/*
 * Files by name.  Each function does the work of one system call; the path is
 * in kernel memory already.  `at` is the directory where a relative path starts
 * (NULL: the working directory).
 */
#pragma once

#include "core/config.h"
#include "core/types.h"

struct inode;
struct mount;
struct mount_space;
struct place;

/* Make the tree: the initrd's files, /dev, /proc.
 * => boot, in a process; panics if the initrd cannot be unpacked */
void fs_init(void);
void procfs_init(void); /* its part of it: /proc */
void held_init(void);   /* tells proc/oom.c what descriptors hold */

/* The text of a symbolic link; a link to an inode (in /proc) gives its path.
 * => buf has PATH_MAX bytes
 * => bytes, without a NUL; -EINVAL (it is no link); an error of the link */
long fs_readlink(struct inode *link, char *buf);

/* The path of an inode, or what stands for it.
 * => buf has PATH_MAX bytes
 * => bytes, without a NUL; -ENAMETOOLONG */
long fs_inode_path(struct inode *inode, char *buf);

/* renameat2(2): 0 or a negative errno. */
int fs_rename(const struct place *from_at, const char *from,
              const struct place *to_at, const char *to, u32 flags);

/* open(2).  => the lowest free descriptor, or a negative errno */
int fs_open(const struct place *at, const char *path, u32 flags, u32 mode);

/* Give an inode a name.  It may be new, as for mkdir(2), mknod(2) and
 * symlink(2), or have a name already, as for link(2), found by this mount.
 * => consumes the caller's reference in any case; inode NULL: the caller had no
 *    memory for it (-ENOMEM, unless the path has an error)
 * => 0; -EEXIST; path_walk's and dir_add's errors */
int fs_make(const struct place *at, const char *path, struct inode *inode,
            const struct mount *mount);

/* unlink(2) or rmdir(2): 0 or a negative errno. */
int fs_remove(const struct place *at, const char *path, bool directory);

/* Make a place the working directory.
 * => consumes the caller's references in any case; 0, -ENOTDIR, -EACCES */
int fs_chdir(struct place place);

/* The working directory's path, with its NUL.  => buf has PATH_MAX bytes
 * => bytes, the NUL included; -ENOENT if it was removed; -ENAMETOOLONG */
long fs_getcwd(char *buf);

/* Give a new inode its name, at boot: makes missing directories on the way, and
 * replaces a file of that name.
 * => 0; -EEXIST (a directory is there), -ENOTDIR, -ENAMETOOLONG, -ENOMEM */
int fs_place(const char *path, struct inode *inode) __must_check;

/* The same for an inode that the kernel needs: panics if it fails.
 * => consumes the caller's reference; inode NULL: there was no memory for it */
void fs_must_place(const char *path, struct inode *inode);

/*
 * The state of a path walk at the last component.  Then the caller looks it up,
 * makes it, removes it or follows it:
 *
 *      path_walk --> lookup_step (perhaps) --> act on dir, name --> lookup_end
 *                      ^          |
 *                      +-- lookup_follow, if it is a symbolic link
 */
struct lookup {
    struct inode *dir;       /* one reference */
    struct mount *mount;     /* the same; of dir, or of what was found last */
    struct mount_space *space; /* NULL: it has no mounts */
    const char *path;        /* what follows the component */
    char *text;              /* what path points into: a link was followed */
    u32 links;               /* how many were followed */
    bool slash;              /* `name/`: it must be a directory */
    char name[NAME_MAX + 1]; /* empty if the path was `/` */
};

/* Follow all of path except its last component; make: also make directories
 * that are missing on the way (at boot).
 * => lookup_end must follow in any case
 * => 0; -ENOENT, -ENOTDIR, -ENAMETOOLONG, -ELOOP, -EACCES, -ENOMEM */
int path_walk(struct lookup *lookup, const struct place *at, const char *path,
              bool make) __must_check;
void lookup_end(struct lookup *lookup);

/* The error of a change that is not possible: an error of the look-up, or if
 * the name exists, `error`. */
int lookup_refuse(struct lookup *lookup, int error);

/* Whether the last component is a name, not `/`, `.` or `..`. */
bool lookup_is_name(const struct lookup *lookup);

/* Follow the symbolic link *inode.  It leads to an inode, or along its text to
 * another last component (then *inode becomes NULL).
 * => consumes the link's reference
 * => 0; path_walk's errors; -ELOOP: it is the 41st link of this path */
int lookup_follow(struct lookup *lookup, struct inode **inode) __must_check;

/* Its first half (link.c): *inode becomes NULL if the link's text is now in
 * front of the rest of the path, which is not walked yet. */
int link_follow(struct lookup *lookup, struct inode **inode) __must_check;

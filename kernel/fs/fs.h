/*
 * Files by name, as the system calls want them: each function is the work of
 * one call, with the path already in kernel memory.  `at` is the directory
 * where a relative path starts (NULL: the working directory).
 */
#pragma once

#include "core/config.h"
#include "core/types.h"

struct inode;

/* Make the tree: what the initrd holds, /dev, /proc.
 * => boot, in a process; panics if the initrd cannot be unpacked */
void fs_init(void);

/* The text of a symbolic link; that of one to an inode (in /proc) is its path.
 * => buf has PATH_MAX bytes
 * => bytes, without a NUL; -EINVAL (it is no link), and what the link gives */
long fs_readlink(struct inode *link, char *buf);

/* renameat2(2): 0 or a negative errno. */
int fs_rename(struct inode *from_at, const char *from, struct inode *to_at,
              const char *to, u32 flags);

/* open(2).  => the lowest free descriptor, or a negative errno */
int fs_open(struct inode *at, const char *path, u32 flags, u32 mode);

/* Give an inode a name: a new one, as mkdir(2), mknod(2) and symlink(2) do, or
 * one that has some, as link(2).
 * => the caller's reference is used up in any case; NULL: there was no memory
 *    for it (-ENOMEM, unless the path has an error)
 * => 0; -EEXIST; path_walk's and dir_add's errors */
int fs_make(struct inode *at, const char *path, struct inode *inode);

/* unlink(2) or rmdir(2): 0 or a negative errno. */
int fs_remove(struct inode *at, const char *path, bool directory);

/* Make it the working directory.
 * => the caller's reference is used up in any case; 0, -ENOTDIR */
int fs_chdir(struct inode *inode);

/* The working directory's path, with its NUL, at the start of buf.
 * => size is 2 or more
 * => bytes, the NUL included; -ENOENT if it was removed; -ENAMETOOLONG */
long fs_getcwd(char *buf, size_t size);

/* Give a new inode its name, at boot: directories on the way are made, a file
 * that is there goes.
 * => 0; -EEXIST (a directory is there), -ENOTDIR, -ENAMETOOLONG, -ENOMEM */
int fs_place(const char *path, struct inode *inode) __must_check;

/* The same with what the kernel cannot do without; panics if that fails.
 * => the caller's reference is used up; NULL: there was no memory for it */
void fs_must_place(const char *path, struct inode *inode);

/*
 * Where the last component of a path stands.  What to do with it (look, make,
 * remove, follow) is left to whoever asked:
 *
 *      path_walk --> dir_lookup (perhaps) --> act on dir, name --> lookup_end
 *                      ^          |
 *                      +-- lookup_follow, if it is a symbolic link
 */
struct lookup {
    struct inode *dir;       /* one reference */
    const char *path;        /* what follows the component */
    char *text;              /* what path points into: a link was followed */
    u32 links;               /* so many were */
    bool slash;              /* `name/`: it must be a directory */
    char name[NAME_MAX + 1]; /* empty if the path was `/` */
};

/* Follow all of path but its last component; make: directories on the way
 * that are missing are made (at boot).
 * => lookup_end must follow in any case
 * => 0; -ENOENT, -ENOTDIR, -ENAMETOOLONG, -ELOOP, -ENOMEM */
int path_walk(struct lookup *lookup, struct inode *at, const char *path,
              bool make) __must_check;
void lookup_end(struct lookup *lookup);

/* Whether the last component is a name, not `/`, `.` or `..`. */
bool lookup_is_name(const struct lookup *lookup);

/* Follow the symbolic link *inode that was found: to an inode at once, or
 * on along its text to another last component (*inode is NULL then).
 * => the link's reference is used up
 * => 0; path_walk's errors; -ELOOP: it is the 41st on this way */
int lookup_follow(struct lookup *lookup, struct inode **inode) __must_check;

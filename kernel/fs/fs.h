/*
 * Files by name, as the system calls want them: each function is the work of
 * one call, with the path already in kernel memory.  `at` is the directory
 * where a relative path starts (NULL: the working directory).
 */
#pragma once

#include "core/types.h"

struct file;
struct inode;

/* Make the tree: tmpfs, what the initrd holds, /dev, /proc.
 * => boot, in a process; panics if the initrd cannot be unpacked */
void fs_init(void);

/* open(2).
 * => 0 and *file with one reference; a negative errno */
int fs_open(struct inode *at, const char *path, u32 flags, u32 mode,
            struct file **file) __must_check;

/* mkdir(2), unlink(2), rmdir(2), access(2), chdir(2): 0 or a negative errno. */
int fs_mkdir(struct inode *at, const char *path, u32 mode);
int fs_unlink(struct inode *at, const char *path);
int fs_rmdir(struct inode *at, const char *path);
int fs_access(struct inode *at, const char *path, int mode);
int fs_chdir(const char *path);

/* Find an inode.  => 0 and *inode with one reference, or a negative errno */
int fs_find(struct inode *at, const char *path, bool follow,
            struct inode **inode) __must_check;

/* Make dir the working directory of the current process. */
void fs_chdir_inode(struct inode *dir);

/* The working directory's path, with its NUL, at the start of buf.
 * => size is 2 or more
 * => bytes, the NUL included; -ENOENT if it was removed; -ENAMETOOLONG */
long fs_getcwd(char *buf, size_t size);

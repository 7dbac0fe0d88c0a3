/*
 * Files that have no name: a call makes one, and it is gone when its last
 * descriptor is closed.
 */
#pragma once

#include "core/types.h"

struct file;
struct inode;
struct inode_ops;

/* An inode for such a file, as inode_alloc; its link in /proc reads
 * "anon_inode:[name]".  => NULL: no memory */
struct inode *anon_alloc(size_t size, const struct inode_ops *ops,
                         const char *name);

/* Open it with these flags (O_CLOEXEC too); file->data is the inode.
 * => uses up the caller's reference; inode NULL: -ENOMEM
 * => a descriptor; -EMFILE, -ENOMEM */
int anon_open(struct inode *inode, u32 flags) __must_check;

/* ops->open: its link in /proc cannot be opened.  => -ENXIO */
int anon_refuse(struct file *file);

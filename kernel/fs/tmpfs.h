/*
 * Regular files.  They live in memory, in frames that are the page cache:
 * programs are mapped straight from them.
 */
#pragma once

#include "core/types.h"

struct inode;

/* A new empty file.  => with one reference; NULL: no memory */
struct inode *tmpfs_file(u32 mode);

/* A file without a name, of size bytes, all zero: what MAP_SHARED of anonymous
 * memory maps.  Its pages (FRAME_SHARED) are not under tmpfs's limit.
 * => with one reference; NULL: no memory */
struct inode *tmpfs_anonymous(u64 size);

/* Give a new file, which nobody else has yet, its contents from kernel memory.
 * => 0 or -ENOMEM */
int tmpfs_fill(struct inode *inode, const void *data, size_t size);

/* From now on files may take no more than half of the memory that is free
 * (-ENOSPC), as on Linux; what is there already does not count. */
void tmpfs_limit(void);

/* How many pages are left to files. */
u64 tmpfs_room(void);

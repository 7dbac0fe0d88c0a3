/*
 * Regular files.  They live in memory, in frames that are the page cache:
 * programs are mapped straight from them.
 */
#pragma once

#include "core/types.h"

struct inode;

/* A new empty file.  => with one reference; NULL: no memory */
struct inode *tmpfs_file(u32 mode);

/* A file without a name: `size` bytes, all zero.  It is the object of anonymous
 * MAP_SHARED memory.  tmpfs's limit does not count its pages (FRAME_SHARED).
 * => with one reference; NULL: no memory */
struct inode *tmpfs_anonymous(u64 size);

/* Fill a new file, which only the caller uses, from kernel memory.
 * => 0 or -ENOMEM */
int tmpfs_fill(struct inode *inode, const void *data, size_t size);

/* From now on, limit files to half of the memory that is free now (-ENOSPC), as
 * Linux does.  Existing files do not count. */
void tmpfs_limit(void);

/* How many more pages files may take. */
u64 tmpfs_room(void);

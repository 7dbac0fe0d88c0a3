/*
 * Regular files.  They live in memory, in frames that are the page cache:
 * programs are mapped straight from them.
 */
#pragma once

#include "proc/mutex.h"

#include "fs/inode.h"
#include "fs/pagetree.h"

struct tmpfs_file {
    struct inode inode;
    struct pagetree tree; /* l (the inode's lock) */
    struct mutex writing; /*   one change of size or contents at a time */
};

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

/* ---- For fallocate.c ---- */

static inline struct tmpfs_file *
tmpfs_file_of(struct inode *inode)
{
    return container_of(inode, struct tmpfs_file, inode);
}

static inline u64
tmpfs_pages_of(u64 size)
{
    return align_up(size, PAGE_SIZE) / PAGE_SIZE;
}

/* Clear bytes of one page; or those after the end in the last page, before the
 * end moves past them: a mapping may have written there.
 * => the inode's lock held */
void tmpfs_clear(struct tmpfs_file *file, u64 start, u64 end);
void tmpfs_clear_tail(struct inode *inode);

/* As pagetree_drop, but all of it.
 * => `writing` is held, so that no new page appears there; no spinlock */
void tmpfs_drop(struct inode *inode, u64 first, u64 end, bool punch);

/* fallocate(2) of [start, end).  => as inode_ops.allocate */
int tmpfs_allocate(struct inode *inode, u32 mode, u64 start, u64 end);

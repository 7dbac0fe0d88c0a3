/*
 * Regular files.  They live in memory, in frames that are the page cache:
 * programs are mapped straight from them.
 */
#pragma once

#include "abi/errno.h"
#include "abi/fcntl.h"

#include "mm/frame.h"

#include "proc/mutex.h"
#include "proc/thread.h"

#include "fs/inode.h"
#include "fs/pagetree.h"

struct tmpfs_file {
    struct inode inode;
    struct pagetree tree; /* l (the inode's lock) */
    struct mutex writing; /*   one change of size or contents at a time */
    u32 seals;            /*   F_SEAL_*, changed with that mutex held */
    u64 lent;             /* l how often the frame of zeros was given for a
                               hole; 0: no mapping has it (holes.c) */
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

/* ---- For fallocate.c, holes.c, tmpfs_object.c ---- */

extern const struct object_ops tmpfs_object_ops;

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

/* Whether a seal is among these, or forbids to grow to `end` bytes.
 * => its `writing` is held; 0, -EPERM */
#define SEALS_WRITE (F_SEAL_WRITE | F_SEAL_FUTURE_WRITE)
static inline int
tmpfs_refuse(const struct tmpfs_file *file, u32 seals, u64 end)
{
    return (file->seals & seals) != 0
                   || ((file->seals & F_SEAL_GROW) != 0
                       && end > file->inode.size) ? -EPERM : 0;
}

/* The page at index; a hole is filled.  It is hidden if zeros may be mapped in
 * its place: nobody may write to it before holes_show.
 * => the inode's lock held; 0: no memory */
paddr_t tmpfs_page(struct inode *inode, u64 index);

/* Whether a mapping may have zeros instead of a page for this hole.
 * => the inode's lock held */
bool holes_lend(struct inode *inode);

/* Unmap the zeros in place of a hidden page.  => no spinlock held
 * => 0: there is no such page any more, or it is not hidden; -ENOMEM */
int holes_show(struct inode *inode, u64 index) __must_check;

static inline bool
holes_hide(paddr_t frame)
{
    return (frame_of(frame)->flags & FRAME_HIDDEN) != 0;
}

/* Keep a page while its inode's lock is not held.  => that lock is held */
static inline void
tmpfs_hold(struct hold *hold, paddr_t frame)
{
    frame_get(frame);
    *hold = (struct hold){frame, current->holds};
    current->holds = hold;
}

static inline void
tmpfs_let_go(const struct hold *hold)
{
    current->holds = hold->outer;
    frame_put(hold->frame);
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

/*
 * tmpfs: a file system in memory.  Its files' pages are the page cache:
 * programs are mapped straight from them.
 *
 *   directory --list of entries--> name, inode (one reference)
 *   file      --pages.h---------> frames of FRAME_CACHE
 *   link      ------------------> its target's text
 */
#pragma once

#include "common/list.h"
#include "core/types.h"
#include "fs/inode.h"
#include "fs/pages.h"
#include "proc/sleep.h"

struct tmpfs_inode {
    struct inode inode;
    union {
        struct {
            struct pages pages;   /* l (the inode's lock) */
            struct mutex writing; /* one write or truncate at a time */
        } file;
        struct {
            struct list entries;  /* N  of struct tmpfs_entry, oldest first */
            u64 next_at;          /* N  position of the next entry made */
        } dir;
        char *target;             /* i */
    };
};

/* An empty file system's root directory.  => NULL: no memory */
struct inode *tmpfs_root(void);

/* Add a symbolic link, or an inode of another file system (a mount), to a
 * tmpfs directory.
 * => 0, -EEXIST, -ENOMEM */
int tmpfs_symlink(struct inode *dir, const char *name, const char *target);
int tmpfs_mount(struct inode *dir, const char *name, struct inode *inode);

/* A file without a name, of size bytes, all zero: what MAP_SHARED of anonymous
 * memory maps.  => with one reference; NULL: no memory */
struct inode *tmpfs_anonymous(u64 size);

/* Give a new file its contents from kernel memory.  => 0 or -ENOMEM */
int tmpfs_fill(struct inode *inode, const void *data, size_t size);

/* From now on files may take no more than half of the memory that is free
 * (-ENOSPC), as on Linux; what is there already does not count. */
void tmpfs_limit(void);

/* Between tmpfs.c and tmpfile.c. */
extern const struct object_ops tmpfile_object_ops;
extern const struct file_ops tmpfile_ops;
void tmpfile_init(struct tmpfs_inode *file);
int tmpfile_truncate(struct inode *inode, u64 size);
u64 tmpfile_blocks(struct inode *inode);

static inline struct tmpfs_inode *
tmpfs_of(struct inode *inode)
{
    return container_of(inode, struct tmpfs_inode, inode);
}

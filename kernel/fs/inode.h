/*
 * An inode: one thing that names can lead to, whatever it is made of.  tmpfs,
 * procfs and pipes embed it in structures of their own.
 *
 *      alloc by its file system (refs 1) --> inode_get/put --> ops->free
 *
 * References are held by directory entries, open files, mappings, working
 * directories, and by a directory for its parent; so `..` stays valid in a
 * directory that was removed, and an unlinked file lives while it is used.
 *
 * Letters: i never changes   a atomic   l its own lock   N fstree_lock
 */
#pragma once

#include "core/spin.h"
#include "core/types.h"
#include "mm/object.h"

struct file;
struct inode;
struct stat;

/* Receives the entries of a directory, one call each; false: no more room. */
struct dir_sink {
    bool (*emit)(struct dir_sink *sink, const char *name, u64 ino, u32 mode,
                 u64 next);
};

/* What a kind of inode can do; a NULL is refused with -EPERM.  All may be
 * called with no lock held, and none sleeps. */
struct inode_ops {
    /* Directories.  => *child with one reference, or -ENOENT, -ENOMEM */
    int (*lookup)(struct inode *dir, const char *name, struct inode **child);
    /* A new entry and inode of this mode (type included); rdev of a device.
     * => *child with one reference; -EEXIST, -ENOENT (dir was removed),
     *    -ENOMEM with nothing changed */
    int (*make)(struct inode *dir, const char *name, u32 mode, u64 rdev,
                struct inode **child);
    /* Remove an entry: of an empty directory, or of anything else. */
    int (*remove)(struct inode *dir, const char *name, bool directory);
    /* Emit the entries from position *pos on (2 is the first), and leave in
     * *pos where to go on. */
    int (*iterate)(struct inode *dir, u64 *pos, struct dir_sink *sink);

    /* Links: the target, NUL-terminated.  => its length; -ENAMETOOLONG */
    long (*readlink)(struct inode *inode, char *buf, size_t size);

    /* Set file->ops, and what they need.  => 0 or a negative errno */
    int (*open)(struct inode *inode, struct file *file);
    /* Regular files: cut to size bytes. */
    int (*truncate)(struct inode *inode, u64 size);
    u64 (*blocks)(struct inode *inode); /* pages in use; NULL: none */
    void (*free)(struct inode *inode);  /* the last reference is gone */
};

struct inode {
    struct object object;        /* i  its pages; ops NULL if it has none */
    _Atomic u32 refs;            /* a */
    u32 mode;                    /* i  S_IFMT and permissions */
    u64 ino, dev, rdev;          /* i */
    const struct inode_ops *ops; /* i */
    struct inode *parent;        /* i  directories: `..`; NULL in the root */
    u32 nlink;                   /* N  0 once removed */
    struct spinlock lock;        /*    RANK_INODE */
    u64 size;                    /* l  bytes; directories: N */
    u64 mtime_ns, ctime_ns;      /* l  CLOCK_REALTIME */
};

extern struct spinlock fstree_lock;  /* RANK_FSTREE */
extern struct inode *root_inode;     /* NULL before fs_init */

#define DEV_TMPFS  1  /* st_dev */
#define DEV_PROCFS 2
#define DEV_PIPE   3

/* Fill in a new inode: refs 1, nlink 1, times now, the next free number. */
void inode_init(struct inode *inode, const struct inode_ops *ops, u32 mode);

/* What stat(2) tells about it. */
void inode_stat(struct inode *inode, struct stat *stat);

/* Now, as inode times have it. */
u64 inode_now(void);

/* File operations of any directory, by ops->iterate. */
extern const struct file_ops dir_file_ops;

/*
 * An inode: one thing that can be opened, and its place in the tree of names.
 *
 *      inode_alloc (refs 1) --> inode_get, inode_put --> ops->free, and gone
 *
 * A thing has one name, kept in the inode itself.  References are held by the
 * directory it is in, by open files, mappings and working directories, and by
 * a directory for its parent; so `..` stays valid in a directory that was
 * removed, and an unlinked file lives while it is used.
 *
 * Letters: i never changes   a atomic   l its own lock   N fstree_lock
 */
#pragma once

#include "common/list.h"
#include "core/spin.h"
#include "core/types.h"
#include "mm/object.h"

struct file;
struct inode;
struct stat;
struct uio;

/* What a kind of inode does; each may be NULL. */
struct inode_ops {
    /* A file was opened: prepare, or refuse with a negative errno. */
    int (*open)(struct file *file);
    /* Read or write at the file's own position, to or from user memory.
     * => no spinlock held; may sleep; uio->left may be 0
     * => bytes moved, or a negative errno; NULL: -EINVAL */
    long (*read)(struct file *file, struct uio *uio);
    long (*write)(struct file *file, struct uio *uio);
    long (*ioctl)(struct file *file, u32 request, vaddr_t arg);
    void (*close)(struct file *file); /* its end, a refused open's too */
    bool seeks;                       /* else lseek is -ESPIPE */

    /* Names that are made when they are looked at: find one (-ENOENT), and
     * tell the first with a key of *key or more: => its mode, 0 if none. */
    int (*lookup)(struct inode *dir, const char *name, struct inode **child);
    u32 (*next)(struct inode *dir, u64 *key, char *name);

    /* Contents that can be cut: set the size; give [start, end) pages, or take
     * them away (fallocate's mode); tell how many there are.
     * => the first two may sleep; 0, or an errno with nothing changed */
    int (*truncate)(struct inode *inode, u64 size);
    int (*allocate)(struct inode *inode, u32 mode, u64 start, u64 end);
    u64 (*pages)(struct inode *inode); /* => its lock is held */
    u32 magic; /* of the file system, for statfs(2); 0: tmpfs */
    void (*free)(struct inode *inode);     /* what it has; must not sleep */
};

struct inode {
    struct object object;        /* i  its pages; ops NULL if it has none */
    _Atomic u32 refs;            /* a */
    u32 mode;                    /* l  permissions; i: S_IFMT */
    u64 ino, rdev;               /* i */
    const struct inode_ops *ops; /* i */
    void *data;                  /* i  the ops' own */

    char *name;                  /* N  in its directory; NULL: never had one */
    struct inode *parent;        /* i  directories: `..`; NULL in the root */
    struct list children;        /* N  directories: oldest first */
    struct list sibling;         /* N  in the directory's children */
    u64 at;                      /* N  position there; grows with age */
    u32 nlink;                   /* N  1, and 0 once removed */
    bool fixed;                  /* i  directories: only we change names */

    struct spinlock lock;        /*    RANK_INODE */
    u64 size;                    /* l  bytes */
    u32 uid, gid;                /* l */
    u64 atime_ns;                /* l  CLOCK_REALTIME, as the others: read */
    u64 mtime_ns;                /* l  contents or names changed */
    u64 ctime_ns;                /* l  anything changed */
};

extern struct spinlock fstree_lock;  /* RANK_FSTREE */
extern struct inode *root_inode;     /* NULL before fs_init */

/* A new inode with refs 1 and no name, at the start of `size` bytes of zeros:
 * behind it stands what its kind keeps.  => NULL: no memory */
struct inode *inode_alloc(size_t size, const struct inode_ops *ops, u32 mode);

/* A new directory.  => NULL: no memory */
struct inode *dir_alloc(u32 mode);

/* What stat(2) tells about it. */
void inode_stat(struct inode *inode, struct stat *stat);

/* The time that is noted in an inode: CLOCK_REALTIME, in ns. */
u64 inode_now(void);

/* Its contents were changed now.  => its lock is held */
void inode_touch(struct inode *inode);

/* Find a name in a directory.
 * => 0 and *child with one reference; -ENOENT, -ENOMEM */
int dir_lookup(struct inode *dir, const char *name, struct inode **child)
    __must_check;

/* Give an inode its name in a directory, which takes a reference of its own.
 * => 0; -EEXIST, -ENOENT (the directory was removed), -ENOMEM */
int dir_add(struct inode *dir, const char *name, struct inode *inode)
    __must_check;

/* Remove the name of an empty directory, or of anything else.
 * => 0; -ENOENT, -ENOTDIR, -EISDIR, -ENOTEMPTY, -EBUSY (ours) */
int dir_remove(struct inode *dir, const char *name, bool directory);

/* getdents64(2).  => bytes, 0 at the end; a negative errno */
long dir_getdents(struct file *file, vaddr_t user, size_t size);

/* What directories do when they are read. */
long dir_read(struct file *file, struct uio *uio);

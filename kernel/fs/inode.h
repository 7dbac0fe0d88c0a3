/*
 * An inode: one thing that can be opened.
 *
 *      inode_alloc (refs 1) --> inode_get, inode_put --> ops->free, and gone
 *
 * Its names are entries of directories (dir.h): none, one, or several (links).
 * References are held by each entry that names it, by open files, mappings and
 * working directories, and by the entries in it for their directory.
 *
 * Letters: i never changes   a atomic, or one word   l its own lock
 *          N fstree_lock
 */
#pragma once

#include "abi/time.h"
#include "common/list.h"
#include "core/spin.h"
#include "core/types.h"
#include "mm/object.h"

struct entry;
struct file;
struct inode;
struct stat;
struct uio;

#define MADE_NAME 24 /* bytes of a name that ops->next makes */

/* Linux's file systems, as st_dev tells them: no name leads across. */
enum {
    DEV_TREE = 1,
    DEV_PROC, /* only we change names in it */
    DEV_PIPE,
};

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

    /* Names that are made when they are looked at: find one (-ENOENT; *child
     * NULL: no memory), and tell the first from *key on: => its mode, or 0. */
    int (*lookup)(struct inode *dir, const char *name, struct inode **child);
    u32 (*next)(struct inode *dir, u64 *key, char name[MADE_NAME]);
    /* A symbolic link that leads to an inode, not to a path.
     * => 0 and *inode with one reference; -ENOENT, -ENOMEM */
    int (*follow)(struct inode *link, struct inode **inode);

    /* Contents that can be cut: set the size; give [start, end) pages, or take
     * them away (fallocate's mode); tell how many there are.
     * => the first two may sleep; 0, or an errno with nothing changed */
    int (*truncate)(struct inode *inode, u64 size);
    int (*allocate)(struct inode *inode, u32 mode, u64 start, u64 end);
    u64 (*pages)(struct inode *inode); /* => its lock is held */
    void (*free)(struct inode *inode);     /* what it has; must not sleep */
};

struct inode {
    struct object object;        /* i  its pages; ops NULL if it has none */
    _Atomic u32 refs;            /* a */
    u32 mode;                    /* l  permissions; i: S_IFMT */
    u32 dev;                     /* i  DEV_* */
    u64 ino, rdev;               /* i */
    const struct inode_ops *ops; /* i */
    void *data;                  /* i  the ops' own; a symbolic link's text */

    struct list names;           /* N  entries that name it, or did so last */
    u32 nlink;                   /* N  as Linux counts; 0: it has no name */
    struct entry **buckets;      /* N  directories: 2^bits, of their entries; */
    struct entry *only;          /* N  the one bucket of a small directory */
    u32 entries, bits;           /* N */

    struct spinlock lock;        /*    RANK_INODE */
    _Atomic u64 size;            /* l  bytes; read without it */
    u32 uid, gid;                /* l */
    u64 atime_ns;                /* a  CLOCK_REALTIME, as the others: read */
    u64 mtime_ns;                /* a  contents or names changed */
    u64 ctime_ns;                /* a  anything changed */
};

extern struct spinlock fstree_lock;  /* RANK_FSTREE */
extern struct inode *root_inode;     /* NULL before fs_init */

/* A new inode with refs 1 and no name, in the tree's file system, at the start
 * of `size` bytes of zeros: behind it stands what its kind keeps.
 * => NULL: no memory */
struct inode *inode_alloc(size_t size, const struct inode_ops *ops, u32 mode);

/* A new symbolic link with this text.  => NULL: no memory */
struct inode *link_alloc(const char *text, size_t length);

/* What stat(2) tells about it. */
void inode_stat(struct inode *inode, struct stat *stat);

/* The time that is noted in an inode: CLOCK_REALTIME, in ns. */
u64 inode_now(void);

/* Its contents were changed now. */
void inode_touch(struct inode *inode);

/* What calls change about an inode. */
struct attr {
    enum { ATTR_MODE, ATTR_OWNER, ATTR_TIMES } what;
    u32 mode;             /* permissions */
    u32 uid, gid;         /* -1: it stays */
    struct timespec time[2]; /* atime, mtime; tv_nsec may be UTIME_NOW, ... */
};

/* Change it, which is what ctime tells.
 * => 0; -EPERM: the kernel's own (/proc) stays as it is; -EINVAL: tv_nsec */
int inode_set_attr(struct inode *inode, const struct attr *attr);

/* It was read now: note that, but not again and again (Linux's relatime). */
void inode_accessed(struct inode *inode);

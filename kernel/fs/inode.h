/*
 * An inode: one thing that can be opened.
 *
 *      inode_alloc (refs 1) --> inode_get, inode_put --> ops->free, and gone
 *
 * Its names are entries of directories (dir.h): none, one, or several (links).
 * These hold references: each entry that names it, open files, mappings,
 * working directories, and (for a directory) each entry in it.
 *
 * Letters: i never changes   a atomic, or one word   l its own lock
 *          N fstree_lock
 */
#pragma once

#include "common/list.h"
#include "core/spin.h"
#include "core/types.h"
#include "mm/object.h"
#include "proc/sleep.h"

struct entry;
struct file;
struct inode;
struct poller;
struct uio;

#define MADE_NAME 24 /* bytes of a name that ops->next makes */

/* Linux's file systems, as in st_dev: link and rename cannot cross them. */
enum {
    DEV_TREE = 1,
    DEV_PROC, /* only the kernel changes names in it */
    DEV_PIPE,
    DEV_PTS, /* /dev/pts */
    DEV_ANON, /* anon.h; data is the name */
    DEV_MEMFD, /* memfd.h; the same */
};

/* What a kind of inode does; each function may be NULL. */
struct inode_ops {
    /* A file was opened: prepare it, or refuse with a negative errno. */
    int (*open)(struct file *file);
    /* Read or write at the file's own position, to or from user memory.
     * => no spinlock held; may sleep; uio->left may be 0
     * => bytes moved, or a negative errno; NULL: -EINVAL */
    long (*read)(struct file *file, struct uio *uio);
    long (*write)(struct file *file, struct uio *uio);
    long (*ioctl)(struct file *file, u32 request, vaddr_t arg);
    /* What the file is ready for, POLL* bits; the poller joins the queues that
     * are woken when that changes (poll.h).  NULL: always ready */
    u32 (*poll)(struct file *file, struct poller *poller);
    /* Last use, also if open refused it or was not called (O_PATH). */
    void (*close)(struct file *file);
    bool seeks;                       /* else lseek is -ESPIPE, */
    bool stays;                       /* or, with this, 0 and no more */

    /* For names that exist only when looked at.  Find one (-ENOENT; *child
     * NULL: no memory).  Give the first from *key on: => its mode, or 0. */
    int (*lookup)(struct inode *dir, const char *name, struct inode **child);
    u32 (*next)(struct inode *dir, u64 *key, char name[MADE_NAME]);
    /* A symbolic link that leads to an inode, not to a path.
     * => 0 and *inode with one reference; -ENOENT, -ENOMEM */
    int (*follow)(struct inode *link, struct inode **inode);
    /* Whether the current process may use it, whatever its mode is. */
    bool (*mine)(const struct inode *inode);

    /* For contents with a size.  Set the size; add or remove the pages of
     * [start, end), by fallocate's mode; count the pages.
     * => the first two may sleep; 0, or an errno with nothing changed */
    int (*truncate)(struct inode *inode, u64 size);
    int (*allocate)(struct inode *inode, u32 mode, u64 start, u64 end);
    u64 (*pages)(struct inode *inode); /* => the inode's lock is held */
    /* The pages that go with a descriptor of it: half of a pipe's. */
    u64 (*holds)(const struct inode *inode);
    void (*free)(struct inode *inode);     /* free private data; no sleep */
};

struct inode {
    struct object object;        /* i  its pages; ops NULL if it has none */
    _Atomic u32 refs;            /* a */
    u32 mode;                    /* l  permissions; i: S_IFMT */
    u32 dev;                     /* i  DEV_* */
    u64 ino, rdev;               /* i */
    const struct inode_ops *ops; /* i */
    void *data;                  /* i  of the ops; a symbolic link's text */

    struct list names;           /* N  entries that name it; or the last one */
    u32 nlink;                   /* N  as Linux counts; 0: it has no name */
    struct entry **buckets;      /* N  of a directory: 2^bits of them */
    struct entry *only;          /* N  the one bucket of a small directory */
    u32 entries, bits;           /* N */

    _Atomic u64 busy;            /* a  who writes or executes (busy.c) */
    struct list locks;           /*    RANK_FILE_LOCKS: struct lock (lock.c) */
    struct waitq unlocked;       /*    the same: some of them have gone */

    struct spinlock lock;        /*    RANK_INODE */
    _Atomic u64 size;            /* l  bytes; read without it */
    u32 uid, gid;                /* l */
    u64 atime_ns;                /* a  CLOCK_REALTIME, like the next: read */
    u64 mtime_ns;                /* a  contents or names changed */
    u64 ctime_ns;                /* a  anything changed */
};

extern struct spinlock fstree_lock;  /* RANK_FSTREE */
extern struct inode *root_inode;     /* NULL before fs_init */

/* A new inode with refs 1 and no name, of DEV_TREE.  It is the first member of
 * an object of `size` zeroed bytes; its kind uses the rest.  The current
 * process's user and group own it.
 * => NULL: no memory */
struct inode *inode_alloc(size_t size, const struct inode_ops *ops, u32 mode);

/* A new symbolic link with this text.  => NULL: no memory */
struct inode *link_alloc(const char *text, size_t length);

/* The current time for an inode: CLOCK_REALTIME, in ns. */
u64 inode_now(void);

/* Note that the contents were changed now. */
void inode_touch(struct inode *inode);

/* Note that it was read now, but not each time: as relatime (attr.c). */
void inode_accessed(struct inode *inode);

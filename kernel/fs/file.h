/*
 * Open files and descriptor tables.
 *
 *    struct process -> struct files -> struct fdtable -> struct file -> inode
 *                      (what CLONE_FILES shares;         (open file
 *                       has the lock)                     description)
 *
 * A fork gives the child a new struct files that points to the same fdtable:
 * one more count, whatever is open.  An fdtable is immutable while its count
 * is over 1, and copied at the first change.  It holds the references to the
 * files, so a pipe's end of file stays exact: a shared table holds each file
 * once.
 */
#pragma once

#include "core/config.h"
#include "core/spin.h"
#include "proc/sleep.h"

struct file;
struct inode;
struct fdtable;
struct uio;

struct file_ops {
    /* Read or write at the file's own position, to or from user memory.
     * => no spinlock held; may sleep; uio->left may be 0
     * => bytes moved, or a negative errno; NULL: -EINVAL */
    long (*read)(struct file *file, struct uio *uio);
    long (*write)(struct file *file, struct uio *uio);
    long (*seek)(struct file *file, i64 offset, int whence); /* NULL: -ESPIPE */
    /* NULL: -ENOTTY, -ENOTDIR */
    long (*ioctl)(struct file *file, u32 request, vaddr_t arg);
    long (*readdir)(struct file *file, vaddr_t buf, size_t size);
    void (*release)(struct file *file); /* the last reference is gone */
};

struct file {
    _Atomic u32 refs;      /* table entries, and calls under way */
    u32 flags;             /* O_* access mode and status flags */
    const struct file_ops *ops;
    struct inode *inode;   /* never NULL; one reference */
    struct mutex lock;     /* guards offset, and makes each read or write one */
    u64 offset;            /* bytes */
    void *data;            /* the ops' own */
};

struct files {
    _Atomic u32 refs;
    struct spinlock lock;  /* RANK_FILES */
    struct fdtable *table; /* maybe shared, copy on change */
};

/* A new descriptor table object, empty.  => NULL: no memory */
struct files *files_alloc(void);

/* A child's copy: shares the table.  => O(1); NULL: no memory */
struct files *files_share(struct files *files);

/* One user more / fewer of the same struct files; the last put closes all.
 * => put may sleep; no spinlock held */
void files_get(struct files *files);
void files_put(struct files *files);

/* exec, before its point of no return: make certain that closing the
 * close-on-exec descriptors cannot fail.
 * => 0, -ENOMEM with nothing changed */
int files_reserve_exec(struct files *files) __must_check;

/* exec, after it: close them.  => cannot fail after files_reserve_exec */
void files_close_on_exec(struct files *files);

/* A reference to the file behind a descriptor of the current process.
 * => NULL: bad descriptor; file_put when done */
struct file *file_get_fd(int fd);
void file_get(struct file *file);
void file_put(struct file *file);

/* Open descriptions there are (for the leak check). */
u64 file_count(void);

/* Open path and install it at the lowest free descriptor of the current
 * process (for init's console).  => the descriptor, or a negative errno */
int file_open_kernel(const char *path, int flags);

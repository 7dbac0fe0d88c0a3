/*
 * What a new process has of files, for the calls that make one: descriptors, a
 * directory in a name space, and itself as a file of its maker's.
 */
#pragma once

#include "core/spin.h"
#include "core/types.h"

struct clone_more;
struct fdtable;
struct inode;
struct mount;
struct mount_space;
struct process;

/* ---- Descriptors ---- */

struct files {
    _Atomic u32 refs;
    u32 reserved;           /* descriptors; while not 0 the table is not
                               shared: a child would inherit them */
    u32 locks_held;         /* by fcntl(2), guarded as lock.c says */
    struct spinlock lock;   /* RANK_FILES */
    struct fdtable *table;  /* may be shared: copied before a change */
};

/* CLONE_FILES: one more user, which sees all changes.  => files */
struct files *files_get(struct files *files);

/* A copy for fork.  It shares the fdtable until one of the two changes it.
 * => O(1), unless a descriptor is reserved; NULL: no memory */
struct files *files_copy(struct files *files);

/* Drop one user; the last one closes all files.
 * => may sleep; no spinlock held; files may be NULL */
void files_put(struct files *files);

/* ---- Directory, umask, name space ---- */

/* Working directory and umask; fork copies it (O(1)), CLONE_FS shares it. */
struct fs_context {
    _Atomic u32 refs;
    u32 umask;            /* one word, changed by one instruction */
    struct inode *cwd;    /* fstree_lock; one reference; NULL: the root */
    /* Unset if cwd is NULL; a reference each. */
    struct mount *mount;  /* fstree_lock; of cwd */
    struct mount_space *space; /* NULL: the first name space */
};

extern struct fs_context first_fs_context; /* pid 1's; cwd: the root */
struct fs_context *fs_context_get(struct fs_context *context); /* => context */
struct fs_context *fs_context_copy(struct fs_context *from);
void fs_context_put(struct fs_context *context); /* context may be NULL */

/* For a child that does not just copy it: it shares it (CLONE_FS), or has a
 * copy with its own name space.  => NULL: no memory */
struct fs_context *fs_context_other(struct fs_context *from, bool share);

/* Of mount.c.  The copy with its own name space; and whether the
 * current process may have one.  => NULL: no memory; 0 or -EPERM */
struct fs_context *fs_context_new_space(struct fs_context *from);
int mount_refuse(void);

/* ---- A descriptor of the child (pidfd.h) ---- */

/* CLONE_PIDFD: reserve a descriptor, and store its number.  Then, before the
 * child runs, let it be the child's; or give it up.
 * => make: 0, -EMFILE, -ENOMEM, -EFAULT with nothing reserved */
int pidfd_make(struct clone_more *more) __must_check;
void pidfd_give(const struct clone_more *more, struct process *child);
void pidfd_cancel(const struct clone_more *more);

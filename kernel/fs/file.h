/*
 * Open files and descriptor tables.
 *
 *    struct thread -> struct files -> struct fdtable -> struct file -> inode
 *                      (what CLONE_FILES shares;         (open file
 *                       has the lock)                     description)
 *
 * A fork gives the child a new struct files that points to the same fdtable: it
 * costs one more count, however many files are open.  A table with a count over
 * 1 is never changed, but copied at the first change.  A table counts each file
 * once, so a pipe sees its end of file at the right time.
 */
#pragma once

#include "abi/fcntl.h"
#include "core/types.h"
#include "mm/usercopy.h"
#include "proc/mutex.h"

#include "fs/inherit.h"

struct epoll_item;
struct fdtable;
struct inode;
struct mount;

struct file {
    _Atomic u32 refs;      /* table entries, and calls that use it */
    u32 flags;             /* O_* access mode and status flags; O_PATH: it
                              only names its inode, whose ops see only its
                              close, and has access mode 3 */
    struct inode *inode;   /* one reference; NULL only inside open */
    struct mutex lock;     /* guards offset; one read or write at a time */
    u64 offset;            /* bytes */
    void *data;            /* private to the inode's ops */
    struct mount *mount;   /* by which it was found; NULL, or one reference */
    struct epoll_item *watched; /* by epolls (epoll.c, which guards it) */
};

/* What the file is open for: access mode 0 read, 1 write, 2 both, 3 neither. */
#define FILE_READS  1U
#define FILE_WRITES 2U

static inline u32
file_access(const struct file *file)
{
    return ((file->flags & O_ACCMODE) + 1) & (FILE_READS | FILE_WRITES);
}

/* The flags of an open file that F_SETFL may change. */
#define FILE_STATUS (O_APPEND | O_NONBLOCK)

/* A new open file of the inode (one more reference; NULL: open sets it later).
 * => NULL: no memory */
struct file *file_alloc(struct inode *inode, u32 flags);
void file_get(struct file *file);
void file_put(struct file *file); /* file may be NULL */

/* The file is being closed: no epoll watches it any more (epoll.c); drop what
 * this owner has locked in a file, and all that a table has (lock.c). */
void epoll_forget(struct file *file);
void lock_drop(void *owner, struct inode *inode);
void lock_drop_all(struct files *files);

extern _Atomic u64 open_file_count; /* descriptions, for the leak check */

/* Read or write size bytes of user memory, at most RW_MAX, with Linux's checks:
 * the file's mode, the address.  => bytes moved, or a negative errno */
#define RW_MAX 0x7ffff000UL
long file_move(struct file *file, vaddr_t buf, size_t size, bool write);

/* The user memory of one read or write, and the position reached so far. */
struct uio {
    vaddr_t at;               /* the next address */
    size_t part;              /* bytes left in its segment */
    const struct iovec *more; /* the segments after it */
    size_t left;              /* bytes left in all segments */
    bool write;               /* from the user to the kernel */
};

/* file_move for any user memory, with what a check of it has given: an error of
 * the file's mode has precedence. */
long file_move_uio(struct file *file, struct uio *uio, int error);

/* Copy size bytes (at most uio->left) between buf and the next addresses.
 * => no spinlock held
 * => bytes that were not copied: 0, or more because of a bad address */
size_t uio_move(struct uio *uio, void *buf, size_t size) __must_check;

/* The same if size is at most uio->part, so all in one segment. */
static inline size_t __must_check
uio_move_part(struct uio *uio, void *buf, size_t size)
{
    size_t failed = uio->write ? copy_from_user_some(buf, uio->at, size)
                               : copy_to_user_some(uio->at, buf, size);

    uio->at += size - failed;
    uio->part -= size - failed;
    uio->left -= size - failed;
    return failed;
}

/* ---- Descriptors of the current process ---- */

/* A reference to the file behind a descriptor.
 * => NULL: bad descriptor, or opened with O_PATH; file_put when done */
struct file *file_get_fd(int fd);

/* The same for calls that do nothing with the file itself, so that it may be
 * one of O_PATH. */
struct file *file_get_any_fd(int fd);

/* The same for the length of one system call.  If no other thread shares the
 * table, none can close the descriptor meanwhile: then it takes no reference.
 * => file NULL: as file_get_fd; file_done when done */
struct file_use {
    struct file *file;
    bool counted;
};

struct file_use file_use_fd(int fd);
struct file_use file_use_any_fd(int fd); /* as file_get_any_fd */

static inline void
file_done(struct file_use use)
{
    if (use.counted) {
        file_put(use.file);
    }
}

/* No descriptor is this large, or larger. */
u32 fd_end(void);

/* A file gets a descriptor in two steps, since the call may fail in between.
 * First: reserve the lowest free one, from `lowest` on.  No other call gets or
 * sees it meanwhile.
 * => the descriptor; -EMFILE, -ENOMEM with nothing changed */
int fd_reserve(u32 lowest);

/* Second: put files at the reserved descriptors.  If the call has failed with
 * `error`, free them instead (fd -1 is none; file may be NULL).
 * => the table takes over the caller's references; on an error, drops them
 * => error */
int fd_fill(const int *fd, struct file *const *file, int count, bool cloexec,
            int error);

/* Put a file at exactly this descriptor, and close the file that was there.
 * file NULL: only close (-EBADF if no file was there).
 * => the reference: as fd_fill
 * => fd; -EBADF (beyond the limit), -EBUSY (reserved), -ENOMEM: as it was */
int fd_replace(struct file *file, u32 fd, bool cloexec);

/* Set a descriptor's close-on-exec flag to `set`; -1: only return it.
 * => 0, or the flag; -EBADF, -ENOMEM */
int fd_cloexec(u32 fd, int set);

/* In any table: the file of an open descriptor or its inode, with one reference
 * (NULL: not open); and the first open descriptor from `fd` on (-1: none). */
struct file *files_file(struct files *files, int fd);
struct inode *files_inode(struct files *files, int fd);
int files_next(struct files *files, int fd);

/* ---- The whole table ---- */

/* A new descriptor table object, empty.  => NULL: no memory */
struct files *files_alloc(void);

/* exec, before its point of no return: the descriptors of the new program.  It
 * is the caller's own struct files, or a copy if another thread shares that.
 * => one more reference; NULL: no memory, with nothing changed */
struct files *files_for_exec(struct files *files);

/* exec, after that point: close the close-on-exec descriptors; cannot fail.
 * => files came from files_for_exec */
void files_close_on_exec(struct files *files);

/*
 * Open files and descriptor tables.
 *
 *    struct thread -> struct files -> struct fdtable -> struct file -> inode
 *                      (what CLONE_FILES shares;         (open file
 *                       has the lock)                     description)
 *
 * A fork gives the child a new struct files that points to the same fdtable:
 * one more count, whatever is open.  While that is over 1 the table is never
 * changed but copied, at the first change (or at the fork, while a call of
 * somebody else who uses it is between fd_reserve and fd_fill).  It holds each
 * file once, so a pipe's end of file stays exact.
 */
#pragma once

#include "abi/fcntl.h"
#include "abi/uio.h"
#include "core/spin.h"
#include "core/types.h"
#include "mm/usercopy.h"
#include "proc/mutex.h"
#include "proc/process.h"

struct inode;
struct fdtable;

struct file {
    _Atomic u32 refs;      /* table entries, and calls under way */
    u32 flags;             /* O_* access mode and status flags */
    struct inode *inode;   /* one reference; NULL only inside open */
    struct mutex lock;     /* guards offset, and makes each read or write one */
    u64 offset;            /* bytes */
    void *data;            /* the inode ops' own */
};

/* What it is open for.  Access modes 0, 1, 2 are to read, to write, both; 3 is
 * neither. */
#define FILE_READS  1U
#define FILE_WRITES 2U

static inline u32
file_access(const struct file *file)
{
    return ((file->flags & O_ACCMODE) + 1) & (FILE_READS | FILE_WRITES);
}

/* What of an open file's flags F_SETFL may change. */
#define FILE_STATUS (O_APPEND | O_NONBLOCK)

/* A new open file of the inode (one more reference; NULL: open brings it).
 * => NULL: no memory */
struct file *file_alloc(struct inode *inode, u32 flags);
void file_get(struct file *file);
void file_put(struct file *file); /* it may be NULL */

/* Open descriptions there are (for the leak check). */
u64 file_count(void);

/* Read or write size bytes of user memory, or count segments of it, with
 * Linux's checks: the file's mode, sizes, addresses; at most RW_MAX bytes.
 * => bytes moved, or a negative errno */
#define RW_MAX 0x7ffff000UL
long file_move(struct file *file, vaddr_t buf, size_t size, bool write);
long file_move_vector(struct file *file, const struct iovec *iov, u64 count,
                      bool write);

/* lseek(2), where the offset is the file's own. */
long file_seek(struct file *file, i64 offset, int whence);

/*
 * Where in user memory a read puts its bytes, or a write takes them from: the
 * segments of one call.  It remembers how far it is.
 */
struct uio {
    vaddr_t at;               /* the place that is next */
    size_t part;              /* bytes left in its segment */
    const struct iovec *more; /* the segments after it */
    size_t left;              /* bytes left in all segments */
    bool write;               /* from the user to the kernel */
};

/* Copy size bytes (at most uio->left) between buf and the next places.
 * => no spinlock held
 * => bytes that could not be copied: 0, or where a bad address was met */
size_t uio_move(struct uio *uio, void *buf, size_t size) __must_check;

/* The same where size is at most uio->part: all in one segment. */
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
 * => NULL: bad descriptor; file_put when done */
struct file *file_get_fd(int fd);

/* The same for the length of one system call.  If nobody shares the table, no
 * one can close the descriptor meanwhile: then it takes no reference.
 * => file NULL: bad descriptor; file_done when done */
struct file_use {
    struct file *file;
    bool counted;
};

struct file_use file_use_fd(int fd);

static inline void
file_done(struct file_use use)
{
    if (use.counted) {
        file_put(use.file);
    }
}

/* Descriptors from here on are for nobody: RLIMIT_NOFILE. */
static inline u32
fd_limit(void)
{
    return (u32)current->process->open_files.rlim_cur;
}

/* A file gets a descriptor in two steps, as a call may fail in between.  First:
 * keep the lowest free one, `lowest` or above, which nobody else gets or sees
 * meanwhile.
 * => the descriptor; -EMFILE, -ENOMEM with nothing changed */
int fd_reserve(u32 lowest);

/* Then: put files at all those that were kept or, if the call has failed with
 * `error`, give them back (a negative one is none, a file may be NULL).
 * => the caller's references are the table's then, or dropped at an error
 * => error */
int fd_fill(const int *fd, struct file *const *file, int count, bool cloexec,
            int error);

/* Put a file at this very descriptor; what was there is closed.  NULL: only
 * that (-EBADF if nothing was there).
 * => the reference: as fd_fill
 * => fd; -EBADF (beyond the limit), -EBUSY (reserved), -ENOMEM: as it was */
int fd_replace(struct file *file, u32 fd, bool cloexec);

/* Set a descriptor's close-on-exec flag to `set`; -1: only tell it.
 * => 0, or the flag; -EBADF, -ENOMEM */
int fd_cloexec(u32 fd, int set);

/* In any table: what a descriptor is open for, with one reference (NULL: it is
 * not), and the first that is open, from this one on (-1: none). */
struct inode *files_inode(struct files *files, int fd);
int files_next(struct files *files, int fd);

/* ---- The whole table ---- */

struct files {
    _Atomic u32 refs;
    u32 reserved;           /* descriptors: while there are, nobody else has
                               the table, as he would inherit them */
    struct spinlock lock;   /* RANK_FILES */
    struct fdtable *table;  /* maybe shared, copy on change */
};

/* A new descriptor table object, empty.  => boot; panics without memory */
struct files *files_alloc(void);

/* CLONE_FILES: one more user of it, who sees each change.  => files */
struct files *files_get(struct files *files);

/* One that goes its own way from here: shares only the fdtable, until either
 * changes it.  => O(1), but while something is reserved; NULL: no memory */
struct files *files_copy(struct files *files);

/* One user fewer; the last closes all.
 * => may sleep; no spinlock held; files may be NULL */
void files_put(struct files *files);

/* exec, before its point of no return: what the new program will have.  The
 * caller's own, or a copy if others use that too.
 * => one more reference; NULL: no memory, with nothing changed */
struct files *files_for_exec(struct files *files);

/* exec, after it: close the close-on-exec descriptors, which cannot fail.
 * => files came from files_for_exec */
void files_close_on_exec(struct files *files);

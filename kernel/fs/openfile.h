/*
 * What the system calls do with open files and descriptors, beyond what proc
 * needs (file.h).
 */
#pragma once

#include "abi/fcntl.h"
#include "abi/uio.h"
#include "core/types.h"
#include "fs/file.h"

struct inode;

/* What of open's flags an open file keeps, and F_SETFL may change. */
#define FILE_STATUS (O_APPEND | O_NONBLOCK)
#define FILE_FLAGS  (O_ACCMODE | FILE_STATUS)

/* A new open file of the inode (one more reference), ops not set yet.
 * => NULL: no memory */
struct file *file_alloc(struct inode *inode, u32 flags);

/* Read or write count segments of user memory, with Linux's checks: the file's
 * mode, the sizes, the addresses; at most RW_MAX bytes.
 * => bytes moved, or a negative errno */
#define RW_MAX 0x7ffff000UL
long file_read(struct file *file, const struct iovec *iov, u64 count);
long file_write(struct file *file, const struct iovec *iov, u64 count);

/* The current process's descriptors.  A file that is installed takes over the
 * caller's reference; with an error the caller keeps it.
 * => -EMFILE, -ENOMEM (the table is shared since a fork and cannot be copied,
 *    or cannot grow), -EBADF; nothing changed then */
int fd_room(void);          /* 0 if there is a free descriptor */
int fd_install(struct file *file, int lowest, bool cloexec);
int fd_replace(struct file *file, int fd, bool cloexec); /* closes the old */
int fd_close(int fd);
int fd_get_cloexec(int fd); /* 0 or 1 */
int fd_set_cloexec(int fd, bool cloexec);

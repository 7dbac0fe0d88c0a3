/*
 * What the system calls do with open files and descriptors, beyond what proc
 * needs (file.h).
 */
#pragma once

#include "abi/fcntl.h"
#include "core/types.h"
#include "fs/file.h"

struct inode;

/* What of open's flags an open file keeps, and F_SETFL may change. */
#define FILE_STATUS (O_APPEND | O_NONBLOCK)
#define FILE_FLAGS  (O_ACCMODE | FILE_STATUS)

/* A new open file of the inode (one more reference), ops not set yet.
 * => NULL: no memory */
struct file *file_alloc(struct inode *inode, u32 flags);

/* Read or write with Linux's checks: mode, range, size.
 * => bytes moved, or a negative errno */
long file_read(struct file *file, vaddr_t buf, size_t size);
long file_write(struct file *file, vaddr_t buf, size_t size);

/* Whether [addr, addr + size) lies in the user's half. */
bool is_user_range(vaddr_t addr, size_t size);

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

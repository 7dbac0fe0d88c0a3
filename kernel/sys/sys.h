/*
 * The system calls: one function each, named sys_ and the call's name.  It has
 * as many arguments as syscalls.def says, each a register as the user set it.
 *
 * A result of -4095 to -1 is a negative errno, as on Linux; if the comment at a
 * call names no result, it is 0.  Every call with a path may also fail with
 * EFAULT, ENOENT, ENOTDIR, ELOOP, ENAMETOOLONG, ENOMEM, and EBADF (the
 * directory's descriptor); every call with a descriptor, with EBADF.
 */
#pragma once

#include "abi/errno.h"
#include "abi/fcntl.h"
#include "abi/syscall.h"

#include "core/types.h"

#include "mm/usercopy.h"

#include "fs/file.h"
#include "fs/path.h"

struct inode;

#define SYSCALL_ARGS_0 void
#define SYSCALL_ARGS_1 u64 a0
#define SYSCALL_ARGS_2 SYSCALL_ARGS_1, u64 a1
#define SYSCALL_ARGS_3 SYSCALL_ARGS_2, u64 a2
#define SYSCALL_ARGS_4 SYSCALL_ARGS_3, u64 a3
#define SYSCALL_ARGS_5 SYSCALL_ARGS_4, u64 a4
#define SYSCALL_ARGS_6 SYSCALL_ARGS_5, u64 a5

#define SYSCALL(number, name, nargs, formats)                              \
    long sys_##name(SYSCALL_ARGS_##nargs);
#include "abi/syscalls.def"
#undef SYSCALL

/* Define a system call that only returns the value of an expression:
 * SYS_FORWARD(sys_rmdir, (u64 path), sys_unlinkat(HERE, path, AT_REMOVEDIR)) */
#define SYS_FORWARD(name, parameters, result)                              \
    long name parameters                                                   \
    {                                                                      \
        return result;                                                     \
    }

/* Any sys_ function: one with fewer arguments ignores the other registers. */
typedef long (*syscall_fn)(u64, u64, u64, u64, u64, u64);

/* Indexed by number; sys_enosys where there is no call.  entry.S reads both. */
extern const syscall_fn syscall_table[SYSCALL_COUNT];
extern const u32 syscall_count;

long sys_enosys(void); /* => -ENOSYS */

/* For traces: a call's name, and one letter an argument as in syscalls.def. */
struct syscall_text {
    const char *name, *formats;
};
extern const struct syscall_text syscall_texts[SYSCALL_COUNT];

/* Call hook at the end of every system call, with no lock held.  => boot */
void syscall_set_hook(void (*hook)(void));

/* Copy out an optional result: not to address 0.  => 0 or -EFAULT */
static inline int __must_check
copy_out(u64 user, const void *from, size_t size)
{
    return user != 0 ? copy_to_user(user, from, size) : 0;
}

/* As sched_setscheduler would change a share (sys_sched.c); policy: -1 to keep
 * it.  => 0, -EINVAL, -EPERM */
struct share;
long share_choose(struct share *share, int policy, int priority);

/* The dirfd of calls without a dirfd argument. */
#define HERE ((u64)AT_FDCWD)

/* Read a file into count bytes, or iovecs, at user; or write them. */
typedef long move_fn(struct file *file, u64 user, u64 count, bool write);

static inline long
move_fd(u64 fd, u64 user, u64 count, bool write, move_fn *move)
{
    struct file_use use = file_use_any_fd((int)fd); /* move refuses O_PATH */
    long n = use.file != NULL ? move(use.file, user, count, write) : -EBADF;

    file_done(use);
    return n;
}

/* A path in kernel memory, and the directory where it starts. */
struct path_arg {
    char *path;        /* PATH_MAX bytes at most, with its NUL */
    struct place at;   /* its inode NULL: the working directory */
    char few[128];     /* a short path is here, to save the allocation */
};

/* Copy in a path that starts at directory dirfd (AT_FDCWD: the working one; an
 * absolute path ignores dirfd).
 * => after 0, path_arg_put must follow
 * => 0; -EFAULT, -ENAMETOOLONG, -ENOENT (empty), -ENOMEM, -EBADF, -ENOTDIR */
int path_arg_get(struct path_arg *arg, u64 dirfd, u64 user) __must_check;
void path_arg_put(struct path_arg *arg);

/* Find the inode that a path names, or dirfd's with AT_EMPTY_PATH and "".
 * AT_SYMLINK_NOFOLLOW: a link at its end is not followed.  FIND_ANY (users'
 * flags have 32 bits, so never this one): ignore the path, and take dirfd's;
 * FIND_OPEN: the same, but -EBADF if it was opened with O_PATH.
 * => 0 and *inode with one reference; -EINVAL: a flag that is not in `known`;
 *    path_arg_get's and path_find's errors */
#define FIND_ANY  (1UL << 32)
#define FIND_OPEN (2UL << 32)
int find_at(u64 dirfd, u64 path, u64 flags, u32 known, struct inode **inode)
    __must_check;
int find_place_at(u64 dirfd, u64 path, u64 flags, u32 known,
                  struct place *place) __must_check;

/* Give an inode a name: its first one, or one more (found by this mount).
 * => uses up the caller's reference
 * => 0; path_arg_get's and fs_make's errors; -ENOMEM if it is NULL */
int make_at(u64 dirfd, u64 path, struct inode *inode,
            const struct mount *mount) __must_check;

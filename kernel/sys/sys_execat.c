/*
 * execveat: a program by a descriptor, or by a path from a directory's.
 */
#include "abi/errno.h"
#include "common/format.h"
#include "common/string.h"

#include "core/config.h"

#include "mm/heap.h"

#include "fs/path.h"

#include "proc/exec.h"

#include "sys/sys.h"

#define FRONT 24 /* bytes, for "/dev/fd/N/" */

/* The name by which the new program can find what dirfd and the user's path
 * lead to: the path or, if it begins at dirfd, one in /dev/fd.
 * => it, to be freed; NULL: no memory.  *hidden: exec closes dirfd */
static char *
name_of(u64 dirfd, u64 user, bool *hidden)
{
    char *name = kmalloc(FRONT + PATH_MAX), *path = name + FRONT;

    *hidden = false;
    if (name == NULL) {
        return NULL;
    }
    if (copy_string_from_user(path, user, PATH_MAX) < 0) {
        path[0] = '\0'; /* another thread has changed it */
    }
    if ((int)dirfd == AT_FDCWD || path[0] == '/') {
        memmove(name, path, strlen(path) + 1);
        return name;
    }
    *hidden = fd_cloexec((u32)dirfd, -1) == 1;
    int n = snprintf(name, FRONT, "/dev/fd/%d%s", (int)dirfd,
                     path[0] != '\0' ? "/" : "");
    memmove(name + n, path, strlen(path) + 1);
    return name;
}

/* int execveat(int dirfd, const char *path, char *const argv[],
 *              char *const envp[], int flags);
 * As execve; with AT_EMPTY_PATH and "", the program that dirfd is open for.
 * Its name, and that of a script for its interpreter, is then in /dev/fd.
 * ENOENT: a script whose descriptor is close-on-exec.  ELOOP: with
 * AT_SYMLINK_NOFOLLOW, a symbolic link.  EINVAL: flags. */
long
sys_execveat(u64 dirfd, u64 path, u64 argv, u64 envp, u64 flags)
{
    struct inode *program;
    bool hidden;
    int error = find_at(dirfd, path, (u32)flags,
                        AT_EMPTY_PATH | AT_SYMLINK_NOFOLLOW, &program);

    if (error == 0) {
        error = program_take(program);
    }
    if (error != 0) {
        return error;
    }
    char *name = name_of(dirfd, path, &hidden);
    if (name == NULL) {
        program_put(program);
        return -ENOMEM;
    }
    error = proc_exec_program(program, name, hidden, argv, envp);
    kfree(name);
    return error;
}

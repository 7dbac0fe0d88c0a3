/*
 * The exec functions over execve. Essential fact: a child of vfork calls them
 * on its parent's memory. So they allocate nothing: they build names and
 * argument lists on the stack.
 */
#include <errno.h>
#include <limits.h>
#include <stdarg.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "c/internal.h"

int
execv(const char *path, char *const argv[])
{
    return execve(path, argv, environ);
}

int
fexecve(int fd, char *const argv[], char *const envp[])
{
    return execveat(fd, "", argv, envp, AT_EMPTY_PATH);
}

int
execvp(const char *name, char *const argv[])
{
    return execvpe(name, argv, environ);
}

/* Directory dir[0..length); length 0 is the working directory. */
int
path_join(char *path, const char *dir, size_t length, const char *name)
{
    size_t name_size = strlen(name) + 1;

    if (length + 1 + name_size > PATH_MAX) {
        return ENAMETOOLONG;
    }
    memcpy(path, dir, length);
    if (length > 0) {
        path[length++] = '/';
    }
    memcpy(path + length, name, name_size);
    return 0;
}

static void
exec_in(const char *dir, size_t length, const char *name, char *const argv[],
        char *const envp[])
{
    char path[PATH_MAX];

    errno = path_join(path, dir, length, name);
    if (errno == 0) {
        execve(path, argv, envp);
    }
}

/* PATH is the caller's, even if envp has another one. */
int
execvpe(const char *name, char *const argv[], char *const envp[])
{
    const char *dir = getenv("PATH");
    int error = ENOENT;

    if (strchr(name, '/') != NULL) {
        return execve(name, argv, envp);
    }
    if (dir == NULL) {
        dir = DEFAULT_PATH;
    }
    while (*name != '\0') {
        size_t length = strcspn(dir, ":");
        exec_in(dir, length, name, argv, envp);
        if (errno == EACCES) {
            error = EACCES; /* reported if no later directory succeeds */
        } else if (errno != ENOENT && errno != ENOTDIR) {
            return -1;
        }
        if (dir[length] == '\0') {
            break;
        }
        dir += length + 1;
    }
    errno = error;
    return -1;
}

static int
count_args(va_list ap)
{
    int n = 1;

    while (va_arg(ap, char *) != NULL) {
        n++;
    }
    return n;
}

/* argv[0] is given; the others and the NULL come from ap. */
static void
gather_args(char **argv, const char *arg0, va_list ap)
{
    *argv++ = (char *)arg0;
    do {
        *argv = va_arg(ap, char *);
    } while (*argv++ != NULL);
}

int
execl(const char *path, const char *arg0, ...)
{
    va_list ap;

    va_start(ap, arg0);
    int n = count_args(ap);
    va_end(ap);
    char *argv[n + 1];
    va_start(ap, arg0);
    gather_args(argv, arg0, ap);
    va_end(ap);
    return execve(path, argv, environ);
}

int
execlp(const char *name, const char *arg0, ...)
{
    va_list ap;

    va_start(ap, arg0);
    int n = count_args(ap);
    va_end(ap);
    char *argv[n + 1];
    va_start(ap, arg0);
    gather_args(argv, arg0, ap);
    va_end(ap);
    return execvp(name, argv);
}

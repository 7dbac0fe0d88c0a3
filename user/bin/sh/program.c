/* Programs: where they are, and becoming one. */
#include <errno.h>
#include <fcntl.h>
#include <limits.h>
#include <stdio.h>
#include <string.h>
#include <unistd.h>

#include "run.h"

/*
 * Find a program along PATH, into path[PATH_MAX].
 * => false if there is none; a file that may not be run is taken at need
 */
bool
find_program(const char *name, const char *dirs, char *path)
{
    bool found = false;
    char candidate[PATH_MAX];

    for (;; dirs++) {
        size_t length = strcspn(dirs, ":");
        int n = snprintf(candidate, PATH_MAX, "%.*s%s%s", (int)length, dirs,
                         length > 0 ? "/" : "", name);
        if (n < PATH_MAX && access(candidate, F_OK) == 0) {
            bool runs = access(candidate, X_OK) == 0;
            if (runs || !found) {
                strcpy(path, candidate);
                found = true;
            }
            if (runs) {
                return true;
            }
        }
        dirs += length;
        if (*dirs == '\0') {
            return found;
        }
    }
}

/* PATH as the program will have it. */
static const char *
search_path(char *const envp[])
{
    for (; *envp != NULL; envp++) {
        if (strncmp(*envp, "PATH=", 5) == 0) {
            return *envp + 5;
        }
    }
    const char *path = var_get("PATH");
    return path == NULL ? "/bin:/usr/bin" : path;
}

/* Whether a file that cannot be executed may be a script: its first bytes hold
 * no NUL. A broken program read as commands could do anything. */
static bool
is_text(const char *path)
{
    char head[128];
    int fd = open(path, O_RDONLY);
    ssize_t size = fd < 0 ? -1 : read(fd, head, sizeof(head));

    close(fd);
    return size >= 0 && memchr(head, '\0', size) == NULL;
}

int
exec_program(char **argv, char *const envp[])
{
    char path[PATH_MAX];

    if (strchr(argv[0], '/') != NULL) {
        strlcpy(path, argv[0], sizeof(path));
    } else if (argv[0][0] == '\0' ||
               !find_program(argv[0], search_path(envp), path)) {
        complain("%s: not found", argv[0]);
        return 127;
    }
    execve(path, argv, envp);
    int error = errno;
    if (error == ENOEXEC && is_text(path)) {
        /* No `#!` in it: expand_words left room for one more argument. */
        argv[0] = path;
        argv[-1] = (char *)"sh";
        execve("/bin/sh", argv - 1, envp);
        error = ENOEXEC;
    }
    if (error == ENOENT || error == ENOTDIR) {
        complain("%s: not found", argv[0]);
        return 127;
    }
    complain("%s: %s", argv[0], strerror(error));
    return 126;
}

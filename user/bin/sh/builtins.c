/* The commands that must act on the shell itself, and exec's search. */
#include <errno.h>
#include <fcntl.h>
#include <limits.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "sh.h"

/*
 * Find a program along PATH, into path[PATH_MAX].
 * => false if there is none; a file that may not be run is taken at need
 */
static bool
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
        /* A script: expand_words left room for one more argument. */
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

static int
builtin_nothing(int argc, char **argv)
{
    (void)argc;
    (void)argv;
    return 0;
}

static int
builtin_cd(int argc, char **argv)
{
    const char *dir = argc > 1 ? argv[1] : var_get("HOME");

    if (dir == NULL) {
        dir = "/";
    }
    if (chdir(dir) < 0) {
        complain("cd: %s: %s", dir, strerror(errno));
        return 2;
    }
    return 0;
}

static int
builtin_pwd(int argc, char **argv)
{
    char path[PATH_MAX];

    (void)argc;
    (void)argv;
    if (getcwd(path, sizeof(path)) == NULL) {
        complain("pwd: %s", strerror(errno));
        return 1;
    }
    printf("%s\n", path);
    return 0;
}

/* A number from 0 up, or -1 after a complaint. */
static int
number_argument(const char *command, const char *text)
{
    char *end;
    long n = strtol(text, &end, 10);

    if (*text == '\0' || *end != '\0' || n < 0 || n > INT_MAX) {
        complain("%s: %s: not a number", command, text);
        return -1;
    }
    return (int)n;
}

static int
builtin_exit(int argc, char **argv)
{
    int status = argc > 1 ? number_argument("exit", argv[1]) : shell.status;

    exit(status < 0 ? 2 : status);
}

static int
builtin_exec(int argc, char **argv)
{
    if (argc == 1) {
        return 0;
    }
    if (!shell.interactive) {
        exit(exec_program(argv + 1, environ));
    }
    job_control_signals(false);
    int status = exec_program(argv + 1, environ);
    job_control_signals(true);
    return status;
}

static int
builtin_export(int argc, char **argv)
{
    for (int i = 1; i < argc; i++) {
        size_t length = var_name_length(argv[i]);
        char *name = line_copy(argv[i], length);
        if (length == 0 || (argv[i][length] != '=' && argv[i][length])) {
            complain("export: %s: bad variable name", argv[i]);
            return 2;
        }
        if (argv[i][length] == '=') {
            var_set(name, argv[i] + length + 1);
        }
        var_export(name);
    }
    for (char **e = environ; argc == 1 && *e != NULL; e++) {
        printf("export %s\n", *e);
    }
    return 0;
}

static int
builtin_unset(int argc, char **argv)
{
    for (int i = 1; i < argc; i++) {
        var_unset(argv[i]);
    }
    return 0;
}

static int
builtin_wait(int argc, char **argv)
{
    int status = 0;

    if (argc == 1) {
        jobs_wait_all();
    }
    for (int i = 1; i < argc; i++) {
        int pid = number_argument("wait", argv[i]);
        status = pid < 0 ? 2 : jobs_wait_one(pid);
    }
    return status;
}

static const struct {
    const char *name;
    builtin function;
} builtins[] = {
    {":", builtin_nothing},     {"cd", builtin_cd},
    {"exec", builtin_exec},     {"exit", builtin_exit},
    {"export", builtin_export}, {"pwd", builtin_pwd},
    {"unset", builtin_unset},   {"wait", builtin_wait},
};

/* NULL: it must be a program. */
builtin
builtin_find(const char *name)
{
    for (size_t i = 0; i < sizeof(builtins) / sizeof(builtins[0]); i++) {
        if (strcmp(builtins[i].name, name) == 0) {
            return builtins[i].function;
        }
    }
    return NULL;
}

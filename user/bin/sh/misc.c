/* Builtins about directories, input and output, and names. */
#include <errno.h>
#include <limits.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "run.h"

/* Skip options that change nothing here, as cd's and pwd's -L and -P. */
static int
skip_options(int argc, char **argv, const char *letters)
{
    int i = 1;

    while (i < argc && argv[i][0] == '-' && argv[i][1] != '\0' &&
           argv[i][1] != '-' &&
           strspn(argv[i] + 1, letters) == strlen(argv[i] + 1)) {
        i++;
    }
    return i + (i < argc && strcmp(argv[i], "--") == 0);
}

/* cd, cd DIR, and cd - for the one before. PWD never has a link in it. */
int
builtin_cd(int argc, char **argv)
{
    int i = skip_options(argc, argv, "LP");
    const char *dir = i < argc ? argv[i] : var_get("HOME");
    const char *old = var_get("PWD");
    char path[PATH_MAX];
    bool back = dir != NULL && strcmp(dir, "-") == 0;

    if (back) {
        dir = var_get("OLDPWD");
    }
    if (dir == NULL) {
        complain("cd: %s is not set", back ? "OLDPWD" : "HOME");
        return 2;
    }
    if (*dir != '\0' && chdir(dir) < 0) {
        complain("cd: %s: %s", dir, strerror(errno));
        return 2;
    }
    if (getcwd(path, sizeof(path)) == NULL) {
        complain("cd: %s", strerror(errno));
        return 2;
    }
    if (old != NULL) {
        var_set("OLDPWD", old);
    }
    var_set("PWD", path);
    if (back) {
        puts(path);
    }
    return 0;
}

int
builtin_pwd(int argc, char **argv)
{
    char path[PATH_MAX];

    if (skip_options(argc, argv, "LP") < argc) {
        complain("usage: pwd");
        return 2;
    }
    if (getcwd(path, sizeof(path)) == NULL) {
        complain("pwd: %s", strerror(errno));
        return 1;
    }
    puts(path);
    return 0;
}

int
builtin_umask(int argc, char **argv)
{
    char *end = NULL;
    long mask = argc > 1 ? strtol(argv[1], &end, 8) : umask(0);

    if (argc > 1 && (*end != '\0' || end == argv[1] || mask & ~0777)) {
        complain("umask: %s: not an octal mask", argv[1]);
        return 2;
    }
    umask((mode_t)mask);
    if (argc == 1) {
        printf("%04o\n", (unsigned)mask);
    }
    return 0;
}

int
builtin_echo(int argc, char **argv)
{
    bool newline = argc < 2 || strcmp(argv[1], "-n") != 0;

    for (int i = newline ? 1 : 2; i < argc; i++) {
        fputs(argv[i], stdout);
        if (i + 1 < argc) {
            putchar(' ');
        }
    }
    if (newline) {
        putchar('\n');
    }
    return 0;
}

static bool
is_keyword(const char *name)
{
    static const char *const words[] = {
        "!",    "{",  "}",   "case", "do", "done", "elif",  "else",
        "esac", "fi", "for", "if",   "in", "then", "until", "while",
    };

    for (size_t i = 0; i < sizeof(words) / sizeof(*words); i++) {
        if (strcmp(words[i], name) == 0) {
            return true;
        }
    }
    return false;
}

/* Say what a name is, as a person or (short) a script wants it. */
static int
describe(const char *name, bool brief)
{
    const struct builtin *builtin = builtin_find(name);
    const char *dirs = var_get("PATH");
    char path[PATH_MAX];
    const char *kind = is_keyword(name) ? "a shell keyword"
                       : builtin != NULL && builtin->special
                           ? "a special shell builtin"
                       : function_find(name) != NULL ? "a shell function"
                       : builtin != NULL             ? "a shell builtin"
                                                     : NULL;

    if (kind != NULL) {
        printf("%s%s%s\n", name, brief ? "" : " is ", brief ? "" : kind);
        return 0;
    }
    strlcpy(path, name, sizeof(path));
    bool found = strchr(name, '/') != NULL
                     ? access(name, X_OK) == 0
                     : find_program(name, dirs == NULL ? "" : dirs, path) &&
                           access(path, X_OK) == 0;
    if (found) {
        if (!brief) {
            printf("%s is ", name);
        }
        puts(path);
        return 0;
    }
    if (!brief) {
        complain("%s: not found", name);
    }
    return 127;
}

int
builtin_type(int argc, char **argv)
{
    int status = 0;

    for (int i = 1; i < argc; i++) {
        int result = describe(argv[i], false);
        status = result != 0 ? result : status;
    }
    return status;
}

/* command -v NAME, command -V NAME; command NAME passes functions by. */
int
builtin_command(int argc, char **argv)
{
    bool brief = argc > 2 && strcmp(argv[1], "-v") == 0;

    if (brief || (argc > 2 && strcmp(argv[1], "-V") == 0)) {
        return describe(argv[2], brief);
    }
    int i = skip_options(argc, argv, "p");
    if (i >= argc) {
        return 0;
    }
    struct ready ready = {
        .argv = argv + i, .argc = argc - i, .builtin = builtin_find(argv[i]),
    };
    shell.guarded++;
    int status = run_ready(&ready, false);
    shell.guarded--;
    return status;
}

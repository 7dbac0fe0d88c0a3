/* The builtins: their table, and those that steer what runs next. */
#include <errno.h>
#include <limits.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "run.h"

int
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
builtin_true(int argc, char **argv)
{
    (void)argc;
    (void)argv;
    return 0;
}

static int
builtin_false(int argc, char **argv)
{
    (void)argc;
    (void)argv;
    return 1;
}

/* break and continue: of how many loops? */
static int
leave_loops(int argc, char **argv, enum unwind unwind)
{
    int levels = argc > 1 ? number_argument(argv[0], argv[1]) : 1;

    if (levels == 0) {
        complain("%s: %s: must be 1 or more", argv[0], argv[1]);
    }
    if (levels <= 0) {
        return shell_fail();
    }
    if (shell.loops > 0) {
        shell.unwind = unwind;
        shell.levels = levels < shell.loops ? levels : shell.loops;
    }
    return 0;
}

static int
builtin_break(int argc, char **argv)
{
    return leave_loops(argc, argv, UNWIND_BREAK);
}

static int
builtin_continue(int argc, char **argv)
{
    return leave_loops(argc, argv, UNWIND_CONTINUE);
}

static int
builtin_exit(int argc, char **argv)
{
    int last = shell.trap_status >= 0 ? shell.trap_status : shell.status;
    int status = argc > 1 ? number_argument("exit", argv[1]) : last;

    if (jobs_stopped()) {
        return 0;
    }
    shell_exit(status < 0 ? 2 : status);
}

/* Where there is nothing to return from, it is exit. */
static int
builtin_return(int argc, char **argv)
{
    int status = argc > 1 ? number_argument("return", argv[1]) : shell.status;

    if (status < 0) {
        return shell_fail();
    }
    if (shell.calls == 0) {
        shell_exit(status);
    }
    shell.unwind = UNWIND_RETURN;
    return status;
}

static int
builtin_exec(int argc, char **argv)
{
    if (argc == 1) {
        return 0;
    }
    if (!shell.interactive) {
        fflush(stdout);
        shell.traps[0] = NULL; /* if it fails, too, as POSIX's exec does */
        shell_exit(exec_program(argv + 1, var_environment()));
    }
    sigset_t before;
    signals_hold(&before);
    signals_child(false);
    int status = exec_program(argv + 1, var_environment());
    signals_set_all();
    signals_release(&before);
    return status;
}

static int
builtin_eval(int argc, char **argv)
{
    struct text text = {0};

    for (int i = 1; i < argc; i++) {
        text_add(&text, " ", i > 1);
        text_add(&text, argv[i], strlen(argv[i]));
    }
    shell.status = 0;
    return run_text(argc > 1 ? text.bytes : "");
}

/* A file without a slash is looked for along PATH. */
static int
builtin_dot(int argc, char **argv)
{
    const char *path = var_get("PATH");
    char found[PATH_MAX];

    if (argc < 2) {
        complain("usage: . FILE");
        return shell_fail();
    }
    strlcpy(found, argv[1], sizeof(found));
    if (strchr(argv[1], '/') == NULL &&
        !find_program(argv[1], path == NULL ? "" : path, found)) {
        complain("%s: not found", argv[1]);
        return shell_fail();
    }
    shell.calls++;
    shell.status = 0;
    int status = run_file(found);
    shell.calls--;
    if (status < 0) {
        complain("%s: %s", argv[1], strerror(errno));
        return shell_fail();
    }
    if (shell.unwind == UNWIND_RETURN) {
        shell.unwind = UNWIND_NOT;
    }
    return status;
}

static const struct builtin builtins[] = {
    {":", builtin_true, true},          {".", builtin_dot, true},
    {"break", builtin_break, true},     {"continue", builtin_continue, true},
    {"eval", builtin_eval, true},       {"exec", builtin_exec, true},
    {"exit", builtin_exit, true},       {"export", builtin_export, true},
    {"readonly", builtin_readonly, true},
    {"return", builtin_return, true},   {"set", builtin_set, true},
    {"shift", builtin_shift, true},     {"trap", builtin_trap, true},
    {"unset", builtin_unset, true},     {"[", test_main, false},
    {"bg", builtin_bg, false},          {"cd", builtin_cd, false},
    {"command", builtin_command, false},
    {"echo", builtin_echo, false},      {"false", builtin_false, false},
    {"fg", builtin_fg, false},          {"getopts", builtin_getopts, false},
    {"help", builtin_help, false},      {"jobs", builtin_jobs, false},
    {"kill", builtin_kill, false},
    {"pwd", builtin_pwd, false},        {"read", builtin_read, false},
    {"test", test_main, false},         {"true", builtin_true, false},
    {"type", builtin_type, false},      {"ulimit", builtin_ulimit, false},
    {"umask", builtin_umask, false},
    {"wait", builtin_wait, false},
};

#define BUILTIN_COUNT (sizeof(builtins) / sizeof(builtins[0]))

/* NULL: it must be a function or a program. */
const struct builtin *
builtin_find(const char *name)
{
    for (size_t i = 0; i < BUILTIN_COUNT; i++) {
        if (strcmp(builtins[i].name, name) == 0) {
            return &builtins[i];
        }
    }
    return NULL;
}

const char *
builtin_name(size_t index)
{
    return index < BUILTIN_COUNT ? builtins[index].name : NULL;
}

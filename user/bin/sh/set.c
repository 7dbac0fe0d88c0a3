/* set: options and parameters; and the builtins about them and variables. */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "run.h"

static const struct {
    char letter;
    const char *name;
} options[] = {
    {'C', "noclobber"}, {'a', "allexport"}, {'b', "notify"},
    {'e', "errexit"},   {'f', "noglob"},    {'m', "monitor"},
    {'n', "noexec"},    {'u', "nounset"},   {'v', "verbose"},
    {'x', "xtrace"},
};

#define OPTION_COUNT (sizeof(options) / sizeof(options[0]))

/* -o NAME and +o NAME, by the letter, or the name if letter is NUL. */
static bool
set_option(char letter, const char *name, bool on)
{
    for (size_t i = 0; i < OPTION_COUNT; i++) {
        if (options[i].letter == letter ||
            (letter == '\0' && strcmp(options[i].name, name) == 0)) {
            shell.opt[(int)options[i].letter] = on;
            return true;
        }
    }
    return false;
}

static void
print_options(bool as_commands)
{
    for (size_t i = 0; i < OPTION_COUNT; i++) {
        bool on = shell.opt[(int)options[i].letter];
        if (as_commands) {
            printf("set %co %s\n", on ? '-' : '+', options[i].name);
        } else {
            printf("%-12s %s\n", options[i].name, on ? "on" : "off");
        }
    }
}

/* argv[*at] is -o or +o. => false if its name is none */
static bool
read_long_option(char **argv, int *at)
{
    bool on = argv[*at][0] == '-';

    if (argv[*at + 1] == NULL) {
        print_options(!on);
        return true;
    }
    return set_option('\0', argv[++*at], on);
}

int
options_read(char **argv, const char *only_here)
{
    int i = 1;

    for (; argv[i] != NULL && (*argv[i] == '-' || *argv[i] == '+'); i++) {
        const char *word = argv[i];
        if (strcmp(word, "--") == 0 || word[1] == '\0') {
            break;
        }
        for (const char *c = word + 1; *c != '\0'; c++) {
            bool ok = *c == 'o' ? read_long_option(argv, &i)
                                : set_option(*c, "", *word == '-');
            if (!ok && strchr(only_here, *c) != NULL) {
                shell.opt[(int)*c] = ok = true;
            }
            if (!ok) {
                complain("%s: unknown option", argv[i]);
                return -1;
            }
        }
    }
    return i;
}

void
params_free(struct params *params)
{
    free(params->owned);
    params->owned = NULL;
}

/* One block: the pointers, then the texts. */
void
params_set(char **args, int count)
{
    size_t size = ((size_t)count + 1) * sizeof(char *);

    for (int i = 0; i < count; i++) {
        size += strlen(args[i]) + 1;
    }
    char **copy = check_memory(malloc(size));
    char *text = (char *)(copy + count + 1);
    for (int i = 0; i < count; i++) {
        copy[i] = strcpy(text, args[i]);
        text += strlen(text) + 1;
    }
    copy[count] = NULL;
    params_free(&shell.params);
    shell.params = (struct params){copy, count, copy};
}

int
builtin_set(int argc, char **argv)
{
    if (argc == 1) {
        var_print("", false, false);
        return 0;
    }
    bool monitor = shell.opt['m'];
    int i = options_read(argv, "");
    if (i < 0) {
        return shell_fail();
    }
    if (shell.opt['m'] != monitor && !job_control_set(!monitor)) {
        shell.opt['m'] = false;
    }
    bool dashes = i < argc && strcmp(argv[i], "--") == 0;
    bool dash = i < argc && strcmp(argv[i], "-") == 0;
    if (dash) { /* an old way to say +xv */
        shell.opt['x'] = shell.opt['v'] = false;
    }
    i += dash || dashes;
    if (i < argc || dashes) {
        params_set(argv + i, argc - i);
    }
    return 0;
}

int
builtin_shift(int argc, char **argv)
{
    int n = argc > 1 ? number_argument("shift", argv[1]) : 1;

    if (n < 0 || n > shell.params.count) {
        if (n >= 0) {
            complain("shift: there are only %d", shell.params.count);
        }
        return shell_fail();
    }
    shell.params.args += n;
    shell.params.count -= n;
    return 0;
}

/* export and readonly: NAME or NAME=value; -p and nothing print. */
static int
declare(int argc, char **argv, void (*mark)(const char *name))
{
    bool exports = mark == var_export;
    int i = 1;

    if (i < argc && strcmp(argv[i], "-p") == 0) {
        i++;
    }
    i += i < argc && strcmp(argv[i], "--") == 0;
    if (i == argc) {
        var_print(exports ? "export " : "readonly ", exports, !exports);
        return 0;
    }
    for (; i < argc; i++) {
        size_t length = var_name_length(argv[i]);
        char *name = temp_copy(argv[i], length);
        const char *value = argv[i] + length;
        if (length == 0 || (*value != '=' && *value != '\0')) {
            complain("%s: %s: bad variable name", argv[0], argv[i]);
            return shell_fail();
        }
        if (*value == '=' && !var_set(name, value + 1)) {
            return shell_fail();
        }
        mark(name);
    }
    return 0;
}

int
builtin_export(int argc, char **argv)
{
    return declare(argc, argv, var_export);
}

int
builtin_readonly(int argc, char **argv)
{
    return declare(argc, argv, var_readonly);
}

int
builtin_unset(int argc, char **argv)
{
    bool function = argc > 1 && strcmp(argv[1], "-f") == 0;
    int i = 1 + (function || (argc > 1 && strcmp(argv[1], "-v") == 0));

    for (; i < argc; i++) {
        if (function) {
            function_unset(argv[i]);
        } else if (!var_is_name(argv[i])) {
            complain("unset: %s: bad variable name", argv[i]);
            return shell_fail();
        } else if (!var_unset(argv[i])) {
            return shell_fail();
        }
    }
    return 0;
}

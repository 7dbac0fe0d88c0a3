/*
 * Variables. Essential fact: one that is exported or read-only may have no
 * value; then it is not set, but will be exported once it is. The environment
 * of a program is made from the list when it is started.
 */
#include <ctype.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "sh.h"

struct var {
    struct var *next;
    char *name;
    char *value;
    bool exported;
    bool readonly;
};

struct saved_var {
    struct saved_var *next;
    char *name;
    char *value;
    bool exported;
};

static struct var *vars; /* by name */

size_t
var_name_length(const char *text)
{
    size_t n = 0;

    if (isdigit(text[0])) {
        return 0;
    }
    while (isalnum(text[n]) || text[n] == '_') {
        n++;
    }
    return n;
}

bool
var_is_name(const char *text)
{
    size_t length = var_name_length(text);

    return length > 0 && text[length] == '\0';
}

static struct var *
find(const char *name)
{
    struct var *var = vars;

    while (var != NULL && strcmp(var->name, name) != 0) {
        var = var->next;
    }
    return var;
}

/* The variable of this name; a new one has no value. */
static struct var *
find_or_make(const char *name)
{
    struct var **link = &vars;
    int order = 1;

    while (*link != NULL && (order = strcmp((*link)->name, name)) < 0) {
        link = &(*link)->next;
    }
    if (order != 0) {
        struct var *var = check_memory(malloc(sizeof(*var)));
        *var = (struct var){.next = *link, .name = check_memory(strdup(name))};
        *link = var;
    }
    return *link;
}

/* NULL if it is not set. */
const char *
var_get(const char *name)
{
    static char line[16];
    struct var *var = find(name);

    if (strcmp(name, "LINENO") == 0) {
        snprintf(line, sizeof(line), "%d", shell.line);
        return line;
    }
    return var == NULL ? NULL : var->value;
}

/* => false, after a complaint, if it is read-only */
bool
var_set(const char *name, const char *value)
{
    struct var *var = find_or_make(name);

    if (var->readonly) {
        complain("%s: is read-only", name);
        return false;
    }
    char *copy = check_memory(strdup(value));
    free(var->value);
    var->value = copy;
    var->exported = var->exported || shell.opt['a'];
    return true;
}

void
var_export(const char *name)
{
    find_or_make(name)->exported = true;
}

void
var_readonly(const char *name)
{
    find_or_make(name)->readonly = true;
}

bool
var_unset(const char *name)
{
    struct var **link = &vars;

    while (*link != NULL && strcmp((*link)->name, name) != 0) {
        link = &(*link)->next;
    }
    struct var *var = *link;
    if (var == NULL) {
        return true;
    }
    if (var->readonly) {
        complain("unset: %s: is read-only", name);
        return false;
    }
    *link = var->next;
    free(var->name);
    free(var->value);
    free(var);
    return true;
}

void
var_import(void)
{
    for (char **e = environ; *e != NULL; e++) {
        size_t length = var_name_length(*e);
        if (length > 0 && (*e)[length] == '=') {
            char *name = temp_copy(*e, length);
            var_set(name, *e + length + 1);
            var_export(name);
        }
    }
}

/* For a program, in temporary memory. */
char **
var_environment(void)
{
    size_t count = 0;

    for (struct var *var = vars; var != NULL; var = var->next) {
        count++;
    }
    char **envp = temp_alloc((count + 1) * sizeof(*envp));
    count = 0;
    for (struct var *var = vars; var != NULL; var = var->next) {
        if (var->exported && var->value != NULL) {
            size_t size = strlen(var->name) + strlen(var->value) + 2;
            envp[count] = temp_alloc(size);
            snprintf(envp[count++], size, "%s=%s", var->name, var->value);
        }
    }
    envp[count] = NULL;
    return envp;
}

void
var_save(const char *name, struct saved_var **saved)
{
    struct saved_var *entry = temp_alloc(sizeof(*entry));
    struct var *var = find_or_make(name);

    *entry = (struct saved_var){
        .next = *saved,
        .name = temp_copy(name, strlen(name)),
        .value = var->value == NULL
                     ? NULL : temp_copy(var->value, strlen(var->value)),
        .exported = var->exported,
    };
    *saved = entry;
}

/* The last one saved is put back first. */
void
var_restore(struct saved_var *saved)
{
    for (; saved != NULL; saved = saved->next) {
        struct var *var = find_or_make(saved->name);
        if (var->readonly) {
            continue;
        }
        free(var->value);
        var->value = saved->value == NULL ? NULL
                                          : check_memory(strdup(saved->value));
        var->exported = saved->exported;
    }
}

void
print_quoted(const char *text)
{
    putchar('\'');
    for (; *text != '\0'; text++) {
        fputs(*text == '\'' ? "'\\''" : (char[]){*text, '\0'}, stdout);
    }
    putchar('\'');
}

/* Those that are exported, or read-only, or all; as commands with a prefix. */
void
var_print(const char *prefix, bool exported, bool readonly)
{
    for (struct var *var = vars; var != NULL; var = var->next) {
        bool all = !exported && !readonly && var->value != NULL;
        if (!all && !(exported && var->exported) &&
            !(readonly && var->readonly)) {
            continue;
        }
        printf("%s%s", prefix, var->name);
        if (var->value != NULL) {
            putchar('=');
            print_quoted(var->value);
        }
        putchar('\n');
    }
}

/*
 * Variables. Essential fact: an exported one lives in the environment, where
 * programs will find it, and every other one in the list here; never in both.
 */
#include <ctype.h>
#include <stdlib.h>
#include <string.h>

#include "sh.h"

struct var {
    struct var *next;
    char *name;
    char *value;
};

static struct var *vars;

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

/* The link that points to the variable, or to the list's end. */
static struct var **
var_find(const char *name)
{
    struct var **link = &vars;

    while (*link != NULL && strcmp((*link)->name, name) != 0) {
        link = &(*link)->next;
    }
    return link;
}

/* NULL if there is no such variable. */
const char *
var_get(const char *name)
{
    struct var *var = *var_find(name);

    return var != NULL ? var->value : getenv(name);
}

void
var_set(const char *name, const char *value)
{
    if (getenv(name) != NULL) {
        setenv(name, value, 1);
        return;
    }
    struct var *var = *var_find(name);
    char *copy = strdup(value);
    if (var == NULL) {
        var = malloc(sizeof(*var));
        *var = (struct var){.next = vars, .name = strdup(name)};
        vars = var;
    }
    free(var->value);
    var->value = copy;
}

/* A variable without a value is exported as an empty one. */
void
var_export(const char *name)
{
    const char *value = var_get(name);

    setenv(name, value == NULL ? "" : value, 1);
    struct var **link = var_find(name);
    if (*link != NULL) {
        struct var *var = *link;
        *link = var->next;
        free(var->name);
        free(var->value);
        free(var);
    }
}

void
var_unset(const char *name)
{
    var_export(name);
    unsetenv(name);
}

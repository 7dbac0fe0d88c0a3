/* Parameters: $NAME, ${NAME}, and what can be asked of them in braces. */
#include <ctype.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "run.h"

struct param {
    char *name;
    bool all;          /* $@ or $* */
    const char *value; /* NULL: not set */
};

static const char *
number(long n)
{
    char text[24];

    return temp_copy(text, (size_t)snprintf(text, sizeof(text), "%ld", n));
}

/* The letters of the options that are set: $- */
static const char *
option_letters(void)
{
    char text[128];
    size_t n = 0;

    for (int c = 'A'; c <= 'z'; c++) {
        if (shell.opt[c] || (c == 'i' && shell.interactive)) {
            text[n++] = (char)c;
        }
    }
    return temp_copy(text, n);
}

static const char *
value_of(const char *name)
{
    if (isdigit(*name)) {
        long n = strtol(name, NULL, 10);
        return n == 0 ? shell.name
               : n <= shell.params.count ? shell.params.args[n - 1] : NULL;
    }
    switch (*name) {
    case '#': return number(shell.params.count);
    case '?': return number(shell.status);
    case '$': return number(shell.pid);
    case '-': return option_letters();
    case '!': return shell.last_job == 0 ? NULL : number(shell.last_job);
    case '@':
    case '*': return shell.params.count == 0 ? NULL : shell.params.args[0];
    default: return var_get(name);
    }
}

size_t
param_name_length(const char *text, bool in_braces)
{
    size_t length = var_name_length(text);
    size_t digits = strspn(text, "0123456789");

    return length > 0   ? length
           : digits > 0 ? (in_braces ? digits : 1)
                        : *text != '\0' && strchr("#?$!-@*", *text) != NULL;
}

static size_t
read_name(const char *text, struct param *param)
{
    size_t length = param_name_length(text, true);

    param->name = temp_copy(text, length);
    param->all = *text == '@' || *text == '*';
    param->value = length > 0 ? value_of(param->name) : NULL;
    return length;
}

/* => false, after a complaint, if it is not set and should be */
static bool
check_set(struct expansion *x, const struct param *param)
{
    if (param->value == NULL && shell.opt['u'] && !param->all) {
        complain("%s: not set", param->name);
        x->failed = true;
    }
    return !x->failed;
}

static void
put_param(struct expansion *x, const struct param *param, bool quoted)
{
    if (param->all) {
        put_all_args(x, *param->name == '*', quoted);
    } else if (check_set(x, param) && param->value != NULL) {
        put_value(x, param->value, quoted);
    }
}

/* ${#NAME} */
static void
put_length(struct expansion *x, const struct param *param, bool quoted)
{
    if (check_set(x, param)) {
        size_t n = param->value == NULL ? 0 : strlen(param->value);
        put_value(x, number(param->all ? shell.params.count : (long)n),
                  quoted);
    }
}

/* The value without what the pattern matches at its start, or at its end. */
static const char *
trim(const char *value, const char *pattern, bool start, bool longest)
{
    size_t length = strlen(value);
    char *copy = temp_copy(value, length);

    for (size_t i = 0; i <= length; i++) {
        size_t size = longest ? length - i : i; /* of what is taken away */
        char *cut = copy + (start ? size : length - size);
        char first = *cut;
        *cut = start ? '\0' : first;
        bool matches = pattern_match(pattern, start ? copy : cut);
        *cut = first;
        if (matches) {
            *cut = start ? first : '\0';
            return start ? cut : copy;
        }
    }
    return copy;
}

/* op is # ## % %%, and the pattern behind it. */
static void
put_trimmed(struct expansion *x, const struct param *param, const char *op,
            bool quoted)
{
    bool longest = op[0] == op[1];
    char *pattern = expand_pattern(op + 1 + longest);

    if (pattern == NULL || !check_set(x, param)) {
        x->failed = true;
    } else if (param->value != NULL) {
        put_value(x, trim(param->value, pattern, op[0] == '#', longest),
                  quoted);
    }
}

static void
assign(struct expansion *x, const struct param *param, const char *word,
       bool quoted)
{
    char *value = expand_string(word, quoted ? DOUBLE : BARE);

    if (value != NULL && !var_is_name(param->name)) {
        complain("%s: cannot be assigned", param->name);
        value = NULL;
    }
    if (value == NULL || !var_set(param->name, value)) {
        x->failed = true;
        return;
    }
    put_value(x, value, quoted);
}

static void
report_missing(struct expansion *x, const struct param *param,
               const char *word)
{
    char *text = expand_string(word, BARE);

    if (text != NULL) {
        complain("%s: %s", param->name, *text != '\0' ? text : "not set");
    }
    x->failed = true;
}

void
expand_param(struct expansion *x, const char *text, enum quoting quoting)
{
    bool quoted = quoting >= DOUBLE;
    struct param param;
    size_t length = *text == '#' ? read_name(text + 1, &param) : 0;

    if (length > 0 && text[1 + length] == '\0') {
        put_length(x, &param, quoted);
        return;
    }
    length = read_name(text, &param);
    const char *op = text + length;
    bool colon = *op == ':';
    bool missing = param.value == NULL || (colon && *param.value == '\0');
    if (length > 0 && *op == '\0') {
        put_param(x, &param, quoted);
        return;
    }
    op += colon;
    switch (length == 0 ? '\0' : *op) {
    case '-':
    case '+':
        if (missing == (*op == '-')) {
            expand_text(x, op + 1, quoted ? DOUBLE : INNER);
        } else if (*op == '-') {
            put_param(x, &param, quoted);
        }
        return;
    case '=':
    case '?':
        if (!missing) {
            put_param(x, &param, quoted);
        } else if (*op == '=') {
            assign(x, &param, op + 1, quoted);
        } else {
            report_missing(x, &param, op + 1);
        }
        return;
    case '#':
    case '%':
        if (!colon) {
            put_trimmed(x, &param, op, quoted);
            return;
        }
    }
    complain("${%s}: bad substitution", text);
    x->failed = true;
}

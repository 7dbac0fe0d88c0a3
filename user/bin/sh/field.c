/*
 * Arguments in the making. Essential fact: an argument is begun by any
 * character and by any quote; so "" is an argument and an empty $x is none.
 */
#include <ctype.h>
#include <stdlib.h>
#include <string.h>

#include "run.h"

void
args_add(struct args *args, char *arg)
{
    if (args->count == args->room) {
        size_t room = args->room * 2 + 8;
        char **list = temp_alloc(room * sizeof(*list));
        for (size_t i = 0; i < args->count; i++) {
            list[i] = args->list[i];
        }
        args->list = list;
        args->room = room;
    }
    args->list[args->count++] = arg;
}

static int
compare(const void *a, const void *b)
{
    return strcmp(*(char *const *)a, *(char *const *)b);
}

void
args_sort(struct args *args, size_t from)
{
    qsort(args->list + from, args->count - from, sizeof(char *), compare);
}

void
put(struct expansion *x, char c, bool quoted)
{
    marked_add(&x->arg, c, quoted);
    x->begun = true;
    x->after_space = false;
}

/*
 * What was put, as a pattern: \ in front of each quoted character but a slash,
 * which is no part of a pattern for names.
 */
char *
arg_pattern(const struct expansion *x)
{
    const char *text = x->arg.text.bytes;
    const char *marks = x->arg.marks.bytes;
    char *pattern = temp_alloc(x->arg.text.length * 2 + 1);
    char *to = pattern;

    for (size_t i = 0; i < x->arg.text.length; i++) {
        if (marks[i] && !isalnum(text[i]) && text[i] != '/') {
            *to++ = '\\';
        }
        *to++ = text[i];
    }
    *to = '\0';
    return pattern;
}

/* What was put, as it is. */
char *
arg_text(const struct expansion *x)
{
    return temp_copy(x->arg.text.bytes, x->arg.text.length);
}

static bool
has_pattern(const struct expansion *x)
{
    const struct marked *arg = &x->arg;

    for (size_t i = 0; i < arg->text.length; i++) {
        if (!arg->marks.bytes[i] &&
            strchr("*?[", arg->text.bytes[i]) != NULL) {
            return true;
        }
    }
    return false;
}

void
end_arg(struct expansion *x)
{
    bool names = x->split && !shell.opt['f'] && has_pattern(x);

    if (x->begun && !(names && glob(arg_pattern(x), &x->args))) {
        args_add(&x->args, arg_text(x));
    }
    x->arg.text.length = x->arg.marks.length = 0;
    x->begun = false;
    x->after_space = false;
}

/* A character of an unquoted value that is in IFS. */
static void
put_separator(struct expansion *x, char c)
{
    if (isspace(c)) {
        if (x->begun) {
            end_arg(x);
            x->after_space = true;
        }
    } else if (x->after_space) {
        x->after_space = false; /* one separator, with blanks around it */
    } else {
        x->begun = true;
        end_arg(x);
    }
}

void
put_value(struct expansion *x, const char *value, bool quoted)
{
    const char *ifs = var_get("IFS");

    if (ifs == NULL) {
        ifs = " \t\n";
    }
    for (; *value != '\0'; value++) {
        if (x->split && !quoted && strchr(ifs, *value) != NULL) {
            put_separator(x, *value);
        } else {
            put(x, *value, quoted);
        }
    }
}

/* $@ and $*: "$@" keeps each apart, "$*" joins them. */
void
put_all_args(struct expansion *x, bool star, bool quoted)
{
    const char *ifs = var_get("IFS");
    char joint = !star || ifs == NULL ? ' ' : *ifs;

    x->no_args = !star && quoted && shell.params.count == 0;
    for (int i = 0; i < shell.params.count; i++) {
        if (i > 0 && x->split && !(star && quoted)) {
            end_arg(x);
        } else if (i > 0 && joint != '\0') {
            put(x, joint, quoted);
        }
        x->begun = x->begun || quoted;
        put_value(x, shell.params.args[i], quoted);
    }
}

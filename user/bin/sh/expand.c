/*
 * Expansion: from words as they were typed to arguments. Quotes are taken
 * away, $NAME and its like replaced, and what came from an unquoted dollar is
 * split at blanks.
 *
 * Essential fact: the text is walked once, and an argument is begun by any
 * character or by any quote; so "" is an argument and an empty $x is none.
 */
#include <ctype.h>
#include <stdio.h>
#include <string.h>

#include "sh.h"

struct expansion {
    char **args; /* the finished arguments */
    size_t arg_count;
    size_t arg_room;
    char *text; /* the argument in the making */
    size_t length;
    size_t room;
    bool begun;
    bool split; /* an unquoted value may end an argument */
    bool failed;
};

static const char *expand_double(struct expansion *x, const char *s);
static const char *expand_dollar(struct expansion *x, const char *s,
                                 bool quoted);

static void
put(struct expansion *x, char c)
{
    if (x->length == x->room) {
        size_t room = x->room * 2 + 32;
        char *text = line_alloc(room);
        memcpy(text, x->text, x->length);
        x->text = text;
        x->room = room;
    }
    x->text[x->length++] = c;
    x->begun = true;
}

static void
add_arg(struct expansion *x, char *arg)
{
    if (x->arg_count == x->arg_room) {
        size_t room = x->arg_room * 2 + 8;
        char **args = line_alloc(room * sizeof(*args));
        memcpy(args, x->args, x->arg_count * sizeof(*args));
        x->args = args;
        x->arg_room = room;
    }
    x->args[x->arg_count++] = arg;
}

static void
end_arg(struct expansion *x)
{
    if (x->begun) {
        add_arg(x, line_copy(x->text, x->length));
    }
    x->length = 0;
    x->begun = false;
}

static void
put_value(struct expansion *x, const char *value, bool quoted)
{
    for (; *value != '\0'; value++) {
        if (x->split && !quoted && isspace(*value)) {
            end_arg(x);
        } else {
            put(x, *value);
        }
    }
}

static void
expand_text(struct expansion *x, const char *s)
{
    while (*s != '\0') {
        if (*s == '\'') {
            x->begun = true;
            for (s++; *s != '\''; s++) {
                put(x, *s);
            }
            s++;
        } else if (*s == '"') {
            s = expand_double(x, s + 1);
        } else if (*s == '\\') {
            if (s[1] != '\n') {
                put(x, s[1]);
            }
            s += 2;
        } else if (*s == '$') {
            s = expand_dollar(x, s + 1, false);
        } else {
            put(x, *s++);
        }
    }
}

/* Between double quotes; s is behind the first. => behind the second */
static const char *
expand_double(struct expansion *x, const char *s)
{
    bool nothing = strncmp(s, "$@\"", 3) == 0 && shell.arg_count == 0;

    x->begun = x->begun || !nothing;
    while (*s != '"') {
        if (*s == '\\' && strchr("$`\"\\\n", s[1]) != NULL) {
            if (s[1] != '\n') {
                put(x, s[1]);
            }
            s += 2;
        } else if (*s == '$') {
            s = expand_dollar(x, s + 1, true);
        } else {
            put(x, *s++);
        }
    }
    return s + 1;
}

/* $@ and $*: all arguments; "$@" keeps each apart, "$*" joins them. */
static void
put_all_args(struct expansion *x, char which, bool quoted)
{
    for (int i = 0; i < shell.arg_count; i++) {
        if (i > 0 && x->split && (which == '@' || !quoted)) {
            end_arg(x);
        } else if (i > 0) {
            put(x, ' ');
        }
        x->begun = x->begun || quoted;
        put_value(x, shell.args[i], quoted);
    }
}

/* $0 ... $9 and the numbers $? $$ $! $#. */
static void
put_special(struct expansion *x, char which, bool quoted)
{
    char number[16] = "";

    switch (which) {
    case '?':
        snprintf(number, sizeof(number), "%d", shell.status);
        break;
    case '$':
        snprintf(number, sizeof(number), "%d", shell.pid);
        break;
    case '!':
        if (shell.last_job != 0) {
            snprintf(number, sizeof(number), "%d", shell.last_job);
        }
        break;
    case '#':
        snprintf(number, sizeof(number), "%d", shell.arg_count);
        break;
    case '0':
        put_value(x, shell.name, quoted);
        return;
    default:
        if (which - '0' <= shell.arg_count) {
            put_value(x, shell.args[which - '1'], quoted);
        }
        return;
    }
    put_value(x, number, quoted);
}

/* s is behind the dollar. => behind what it names */
static const char *
expand_dollar(struct expansion *x, const char *s, bool quoted)
{
    bool brace = *s == '{';
    const char *name = s + brace;
    size_t length = var_name_length(name);

    if (length > 0) {
        const char *value = var_get(line_copy(name, length));
        put_value(x, value == NULL ? "" : value, quoted);
    } else if (*name == '@' || *name == '*') {
        put_all_args(x, *name, quoted);
        length = 1;
    } else if (*name != '\0' && strchr("?$!#0123456789", *name) != NULL) {
        put_special(x, *name, quoted);
        length = 1;
    } else if (!brace) {
        put(x, '$');
    }
    if (*s == '(' || (brace && (length == 0 || name[length] != '}'))) {
        complain("bad substitution");
        x->failed = true;
        return name + length;
    }
    return name + length + brace;
}

/*
 * The argument list is ended by NULL, and the slot in front of it is free: a
 * shell for a script can be put there.
 */
char **
expand_words(const struct word *words, int *count)
{
    struct expansion x = {.split = true};

    add_arg(&x, NULL);
    for (; words != NULL && !x.failed; words = words->next) {
        expand_text(&x, words->text);
        end_arg(&x);
    }
    add_arg(&x, NULL);
    *count = (int)x.arg_count - 2;
    return x.failed ? NULL : x.args + 1;
}

/* The word as one string, never split. */
char *
expand_one(const char *text)
{
    struct expansion x = {.split = false};

    expand_text(&x, text);
    return x.failed ? NULL : line_copy(x.text, x.length);
}

/*
 * Expansion: from words as they were typed to arguments. Quotes are taken
 * away, dollars replaced, and what came from an unquoted dollar is split and
 * matched against file names.
 *
 * Essential fact: the text is walked once, and what stands in quotes or braces
 * is cut out and walked by the same function, with another enum quoting.
 */
#include <ctype.h>
#include <stdio.h>
#include <string.h>

#include "run.h"
#include "syntax.h"

/* s is at the dollar of $(( ; end is behind the parentheses. */
static void
expand_arithmetic(struct expansion *x, const char *s, const char *end,
                  bool quoted)
{
    char *text = expand_string(temp_copy(s + 3, (size_t)(end - s) - 5), HERE);
    char digits[24];
    long value;

    if (text == NULL || !arith_eval(text, &value)) {
        x->failed = true;
        return;
    }
    snprintf(digits, sizeof(digits), "%ld", value);
    put_value(x, digits, quoted);
}

/* The commands between backquotes have lost their inner \ first. */
static const char *
expand_backquote(struct expansion *x, const char *s, enum quoting quoting)
{
    const char *end = skip_backquote(s);
    size_t length = end == NULL ? 0 : (size_t)(end - s) - 2;
    char *text = temp_copy(s + 1, length);
    char *to = text;

    for (const char *from = text; *from != '\0'; from++) {
        if (*from == '\\' && from[1] != '\0' &&
            (strchr("$`\\", from[1]) != NULL ||
             (quoting == DOUBLE && from[1] == '"'))) {
            from++;
        }
        *to++ = *from;
    }
    *to = '\0';
    expand_command(x, text, quoting >= DOUBLE);
    return end == NULL ? s + 1 : end;
}

/* s is at the dollar. => behind what it begins */
static const char *
expand_dollar(struct expansion *x, const char *s, enum quoting quoting)
{
    struct scan scan = {.line = shell.line};
    bool quoted = quoting >= DOUBLE;
    const char *end = skip_dollar(s, quoted, &scan);
    size_t name = param_name_length(s + 1, false);

    if (end == NULL) {
        complain("a %.2s is not closed", s);
        x->failed = true;
        return s + strlen(s);
    }
    if (s[1] == '{') {
        expand_param(x, temp_copy(s + 2, (size_t)(end - s) - 3), quoting);
        return end;
    }
    if (s[1] == '(' && s[2] == '(' && skip_arithmetic(s + 3, &scan) == end) {
        expand_arithmetic(x, s, end, quoted);
        return end;
    }
    if (s[1] == '(') {
        expand_command(x, temp_copy(s + 2, (size_t)(end - s) - 3), quoted);
        return end;
    }
    if (name > 0) {
        expand_param(x, temp_copy(s + 1, name), quoting);
    } else {
        put(x, '$', quoted);
    }
    return s + 1 + name;
}

/* s is at a quote. => behind the closing one */
static const char *
expand_quoted(struct expansion *x, const char *s)
{
    struct scan scan = {.line = shell.line};
    const char *end = skip_quoted(s, &scan);

    if (end == NULL) {
        end = s + strlen(s) + 1; /* unclosed in a here-document's ${...} */
    }
    char *inside = temp_copy(s + 1, (size_t)(end - s) - 2);
    if (*s == '"') {
        size_t before = x->arg.text.length;
        x->no_args = false;
        expand_text(x, inside, DOUBLE);
        x->begun = x->begun || !x->no_args || x->arg.text.length > before;
        x->no_args = false;
        return end;
    }
    x->begun = true;
    for (; *inside != '\0'; inside++) {
        put(x, *inside, true);
    }
    return end;
}

/* s is at a backslash. => behind what it quotes */
static const char *
expand_backslash(struct expansion *x, const char *s, enum quoting quoting)
{
    bool quotes = quoting < DOUBLE || strchr("$`\\\n", s[1]) != NULL ||
                  (quoting == DOUBLE && strchr("\"}", s[1]) != NULL);

    if (s[1] == '\0' || !quotes) {
        put(x, '\\', true);
        return s + 1;
    }
    if (s[1] != '\n') {
        put(x, s[1], true);
    }
    return s + 2;
}

/* ~ and ~/... => behind the ~, or s itself if it means nothing here */
static const char *
expand_tilde(struct expansion *x, const char *s)
{
    const char *home = var_get("HOME");
    bool ends = s[1] == '\0' || s[1] == '/' || (x->assigns && s[1] == ':');

    if (*s != '~' || !ends || home == NULL) {
        return s;
    }
    x->begun = true;
    for (; *home != '\0'; home++) {
        put(x, *home, true);
    }
    return s + 1;
}

void
expand_text(struct expansion *x, const char *s, enum quoting quoting)
{
    bool quoted = quoting >= DOUBLE;

    if (!quoted) {
        s = expand_tilde(x, s);
    }
    while (*s != '\0' && !x->failed) {
        if (*s == '\\') {
            s = expand_backslash(x, s, quoting);
        } else if ((*s == '\'' && !quoted) || (*s == '"' && quoting != HERE)) {
            s = expand_quoted(x, s);
        } else if (*s == '$') {
            s = expand_dollar(x, s, quoting);
        } else if (*s == '`') {
            s = expand_backquote(x, s, quoting);
        } else if (quoting == INNER) {
            put_value(x, (char[]){*s++, '\0'}, false);
        } else {
            put(x, *s++, quoted);
            if (s[-1] == ':' && x->assigns && !quoted) {
                s = expand_tilde(x, s);
            }
        }
    }
}

/*
 * The argument list is ended by NULL, and the slot in front of it is free: a
 * shell for a script can be put there.
 */
char **
expand_words(const struct word *words, int *count)
{
    struct expansion x = {.split = true};

    args_add(&x.args, NULL);
    for (; words != NULL && !x.failed; words = words->next) {
        expand_text(&x, words->text, BARE);
        end_arg(&x);
    }
    args_add(&x.args, NULL);
    *count = (int)x.args.count - 2;
    return x.failed ? NULL : x.args.list + 1;
}

char *
expand_string(const char *text, enum quoting quoting)
{
    struct expansion x = {0};

    expand_text(&x, text, quoting);
    return x.failed ? NULL : arg_text(&x);
}

char *
expand_assignment(const char *text)
{
    struct expansion x = {.assigns = true};

    expand_text(&x, text, BARE);
    return x.failed ? NULL : arg_text(&x);
}

char *
expand_pattern(const char *text)
{
    struct expansion x = {0};

    expand_text(&x, text, BARE);
    return x.failed ? NULL : arg_pattern(&x);
}

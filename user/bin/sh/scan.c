/*
 * Where a word ends. Essential fact: quotes and substitutions are only skipped
 * here and stay in the word's text, since what was quoted matters when it is
 * expanded. expand.c finds the same ends again with the same functions.
 */
#include <string.h>

#include "syntax.h"

#define METACHARACTERS " \t\n;&|<>()"

/* One character, or all that a quote or a dollar begins. */
static const char *
skip_piece(const char *s, bool quoted, struct scan *scan)
{
    switch (*s) {
    case '\\':
        if (s[1] == '\n' && s[2] == '\0' && !scan->ended) {
            return NULL; /* the line goes on */
        }
        return s[1] == '\0' ? s + 1 : s + 2;
    case '\'':
        return quoted ? s + 1 : skip_quoted(s, scan);
    case '"':
        return skip_quoted(s, scan);
    case '`':
        return skip_backquote(s);
    case '$':
        return skip_dollar(s, quoted, scan);
    default:
        return s + 1;
    }
}

const char *
skip_word(const char *s, struct scan *scan)
{
    while (s != NULL && *s != '\0' && strchr(METACHARACTERS, *s) == NULL) {
        s = skip_piece(s, false, scan);
    }
    return s;
}

const char *
skip_quoted(const char *s, struct scan *scan)
{
    if (*s == '\'') {
        s = strchr(s + 1, '\'');
        return s == NULL ? NULL : s + 1;
    }
    for (s++; *s != '"';) {
        s = *s == '\0' ? NULL : skip_piece(s, true, scan);
        if (s == NULL) {
            return NULL;
        }
    }
    return s + 1;
}

const char *
skip_backquote(const char *s)
{
    for (s++; *s != '`'; s++) {
        if (*s == '\\' && s[1] != '\0') {
            s++;
        }
        if (*s == '\0') {
            return NULL;
        }
    }
    return s + 1;
}

/*
 * s is behind ${ . A quoted ' in the word is an ordinary character, but a
 * pattern (of # and %) has quotes of its own.
 */
static const char *
skip_braces(const char *s, bool quoted, struct scan *scan)
{
    size_t name = var_name_length(s);
    const char *op = s + (name > 0 ? name : *s != '\0');

    quoted = quoted && *op != '#' && *op != '%';
    while (s != NULL && *s != '}') {
        s = *s == '\0' ? NULL : skip_piece(s, quoted, scan);
    }
    return s == NULL ? NULL : s + 1;
}

const char *
skip_arithmetic(const char *s, struct scan *scan)
{
    const char *start = s;
    int depth = 0;

    while (s != NULL && *s != '\0') {
        if (*s == ')' && depth == 0) {
            return s[1] == ')' ? s + 2 : s[1] == '\0' ? NULL : start;
        }
        depth += *s == '(' ? 1 : *s == ')' ? -1 : 0;
        s = skip_piece(s, true, scan);
    }
    return NULL;
}

static const char *
skip_substitution(const char *s, struct scan *scan)
{
    struct source source = {
        .text.bytes = (char *)s, .line = scan->line, .partial = true,
    };
    struct tree *tree;
    enum parse_result result =
        parse_substitution(&source, &tree, scan->depth);

    if (result == PARSED) {
        tree_put(tree);
        return s + source.at;
    }
    scan->failed = result == PARSE_ERROR;
    return NULL;
}

/* s is at ${ or $( */
static const char *
skip_nested(const char *s, bool quoted, struct scan *scan)
{
    if (s[1] == '{') {
        return skip_braces(s + 2, quoted, scan);
    }
    if (s[2] != '(') {
        return skip_substitution(s + 2, scan);
    }
    const char *end = skip_arithmetic(s + 3, scan);
    if (end != s + 3) {
        return end;
    }
    /* All of it is scanned twice, so a few of these in each other are many. */
    scan->depth += DEPTH_MAX / 8;
    end = skip_substitution(s + 2, scan);
    scan->depth -= DEPTH_MAX / 8;
    return end;
}

const char *
skip_dollar(const char *s, bool quoted, struct scan *scan)
{
    if (s[1] != '{' && s[1] != '(') {
        return s + 1;
    }
    if (scan->depth >= DEPTH_MAX) {
        complain("line %d: substitutions nested too deep", scan->line);
        scan->failed = true;
        return NULL;
    }
    scan->depth++;
    const char *end = skip_nested(s, quoted, scan);
    scan->depth--;
    return end;
}

bool
remove_quotes(char *text)
{
    char *to = text;
    char quote = '\0';
    bool any = false;

    for (; *text != '\0'; text++) {
        bool mark = quote != '\0' ? *text == quote
                                  : *text == '\'' || *text == '"';
        if (mark) {
            quote = quote != '\0' ? '\0' : *text;
            any = true;
            continue;
        }
        if (*text == '\\' && quote != '\'' && text[1] != '\0') {
            any = true;
            text++;
        }
        *to++ = *text;
    }
    *to = '\0';
    return any;
}

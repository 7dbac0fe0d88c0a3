/*
 * The lexer: cuts a line into words and operators. Essential fact: quotes are
 * only skipped here, not taken away, since a word's text must still tell what
 * was quoted when it is expanded.
 */
#include "lex.h"

#include <ctype.h>
#include <stdlib.h>
#include <string.h>

static const char *
skip_blanks(const char *s)
{
    for (;;) {
        if (*s == ' ' || *s == '\t') {
            s++;
        } else if (s[0] == '\\' && s[1] == '\n' && s[2] != '\0') {
            s += 2;
        } else if (*s == '#') {
            s += strcspn(s, "\n");
        } else {
            return s;
        }
    }
}

/* => behind the closing quote, or NULL if there is none */
static const char *
skip_quoted(const char *s)
{
    char quote = *s++;

    for (; *s != quote; s++) {
        if (quote == '"' && s[0] == '\\' && s[1] != '\0') {
            s++;
        }
        if (*s == '\0') {
            return NULL;
        }
    }
    return s + 1;
}

static void
lex_word(struct lexer *lexer, const char *start)
{
    const char *s = start;

    while (*s != '\0' && strchr(" \t\n;&|<>()", *s) == NULL) {
        if (*s == '\'' || *s == '"') {
            s = skip_quoted(s);
        } else if (*s == '\\') {
            bool last = s[1] == '\0' || strcmp(s, "\\\n") == 0;
            s = last ? NULL : s + 2;
        } else {
            s++;
        }
        if (s == NULL) {
            lexer->token = TOKEN_UNFINISHED;
            return;
        }
    }
    lexer->token = TOKEN_WORD;
    lexer->text = line_copy(start, (size_t)(s - start));
    lexer->at = s;
}

/* At < or >, of which fd was written in front, or -1. */
static void
lex_redir(struct lexer *lexer, const char *s, int fd)
{
    bool out = *s == '>';

    lexer->token = TOKEN_REDIR;
    lexer->fd = fd >= 0 ? fd : out;
    lexer->kind = out ? REDIR_WRITE : REDIR_READ;
    s++;
    if (*s == '&') {
        lexer->kind = REDIR_DUP;
        s++;
    } else if (out && *s == '>') {
        lexer->kind = REDIR_APPEND;
        s++;
    } else if (out && *s == '|') {
        s++;
    }
    lexer->at = s;
}

/* An operator that is `twice` when it is written twice. */
static void
lex_operator(struct lexer *lexer, enum token once, enum token twice)
{
    bool doubled = lexer->at[0] == lexer->at[1] && once != twice;

    lexer->token = doubled ? twice : once;
    lexer->at += doubled ? 2 : 1;
}

void
lex_next(struct lexer *lexer)
{
    const char *s = lexer->at = skip_blanks(lexer->at);
    size_t digits = strspn(s, "0123456789");

    if (digits > 0 && digits < 5 && (s[digits] == '<' || s[digits] == '>')) {
        lex_redir(lexer, s + digits, atoi(s));
        return;
    }
    if (strcmp(s, "\\\n") == 0) {
        lexer->token = TOKEN_UNFINISHED; /* the line goes on */
        return;
    }
    switch (*s) {
    case '\0':
        lexer->token = TOKEN_END;
        break;
    case '\n':
        lex_operator(lexer, TOKEN_NEWLINE, TOKEN_NEWLINE);
        break;
    case ';':
        lex_operator(lexer, TOKEN_SEMICOLON, TOKEN_SEMICOLON);
        break;
    case '&':
        lex_operator(lexer, TOKEN_AMPERSAND, TOKEN_AND_IF);
        break;
    case '|':
        lex_operator(lexer, TOKEN_PIPE, TOKEN_OR_IF);
        break;
    case '(':
        lex_operator(lexer, TOKEN_OPEN, TOKEN_OPEN);
        break;
    case ')':
        lex_operator(lexer, TOKEN_CLOSE, TOKEN_CLOSE);
        break;
    case '<':
    case '>':
        lex_redir(lexer, s, -1);
        break;
    default:
        lex_word(lexer, s);
        break;
    }
}

const char *
lex_name(const struct lexer *lexer)
{
    static const char *const names[] = {
        [TOKEN_END] = "end of file", [TOKEN_NEWLINE] = "newline",
        [TOKEN_SEMICOLON] = "\";\"", [TOKEN_AMPERSAND] = "\"&\"",
        [TOKEN_AND_IF] = "\"&&\"",   [TOKEN_OR_IF] = "\"||\"",
        [TOKEN_PIPE] = "\"|\"",      [TOKEN_OPEN] = "\"(\"",
        [TOKEN_CLOSE] = "\")\"",     [TOKEN_REDIR] = "redirection",
        [TOKEN_WORD] = "word",       [TOKEN_UNFINISHED] = "end of file",
    };

    return lexer->token == TOKEN_WORD ? lexer->text : names[lexer->token];
}

#pragma once

/* Tokens: what the parser sees of a line. */

#include "sh.h"

enum token {
    TOKEN_END,
    TOKEN_NEWLINE,
    TOKEN_SEMICOLON,
    TOKEN_AMPERSAND,
    TOKEN_AND_IF,
    TOKEN_OR_IF,
    TOKEN_PIPE,
    TOKEN_OPEN,
    TOKEN_CLOSE,
    TOKEN_REDIR,
    TOKEN_WORD,
    TOKEN_UNFINISHED, /* the text ends inside quotes or behind a backslash */
};

struct lexer {
    const char *at; /* behind the token */
    enum token token;
    char *text;           /* a word's, as typed */
    enum redir_kind kind; /* a redirection's */
    int fd;
};

/* Read the next token into lexer->token. */
void lex_next(struct lexer *lexer);

/* How a token is named in a message. */
const char *lex_name(const struct lexer *lexer);

#pragma once

/* From text to trees: what source.c, scan.c, lex.c and parse.c share. */

#include "sh.h"

/*
 * Where commands come from: a text in memory, a file, or a terminal. `text`
 * holds what was read and not yet forgotten, `at` is where the lexer stands.
 */
struct source {
    struct text text; /* if it has no room all is there, else it grows */
    size_t at;
    int line;         /* the number of the line at `at` */
    int fd;           /* what more comes from */
    char buf[1024];   /* bytes of fd beyond the line */
    size_t buf_at;
    size_t buf_end;
    bool terminal;    /* read it with the editor */
    bool continued;   /* a command has begun: the next prompt is PS2 */
    bool interrupted; /* ^C: there is no more of this command */
    bool partial;     /* only looks for the end of a $(...) */
};

void source_open_text(struct source *source, const char *text);
void source_open_fd(struct source *source, int fd);

/* Its descriptor is out of the way of redirections. => false if it fails */
bool source_open_file(struct source *source, const char *path);
void source_close(struct source *source);

/* Read one more line. => false at the end */
bool source_more(struct source *source);

#define DEPTH_MAX 100 /* commands and substitutions in each other */

enum token {
    TOKEN_END,
    TOKEN_NEWLINE,
    TOKEN_SEMICOLON,
    TOKEN_DOUBLE_SEMICOLON,
    TOKEN_AMPERSAND,
    TOKEN_AND_IF,
    TOKEN_OR_IF,
    TOKEN_PIPE,
    TOKEN_OPEN,
    TOKEN_CLOSE,
    TOKEN_REDIR,
    TOKEN_WORD,
    TOKEN_ERROR, /* inside a $(...); it was complained about */
};

enum parse_result {
    PARSED,
    PARSE_END,   /* there is no more text */
    PARSE_ERROR, /* after a complaint */
    PARSE_MORE,  /* the text of a partial source ends too early */
};

struct parser {
    struct source *source;
    struct tree *tree;
    enum token token;
    int line;            /* the token's */
    size_t start;        /* where it is in the source, */
    size_t before;       /* and where the one before it ends */
    char *text;          /* a word's, as typed */
    struct redir redir;  /* a redirection's kind and descriptor */
    struct redir *here;  /* documents that begin after the next newline */
    enum parse_result result;
    int depth;
};

/* Read the next token into parser->token. */
void lex_next(struct parser *parser);

/* How the token is named in a message. */
const char *lex_name(const struct parser *parser);

/*
 * Parse up to the end of a line that ends a command.
 * => the tree, if PARSED, is the caller's to put
 */
enum parse_result parse_line(struct source *source, struct tree **tree);

/* Parse the rest of $( ; source->at is then behind the parenthesis. */
enum parse_result parse_substitution(struct source *source,
                                     struct tree **tree, int depth);

/* parse.c, for compound.c; NULL and false come with parser->result set. */
void *unexpected(struct parser *parser);
struct node *new_node(struct parser *parser, enum node_kind kind,
                      struct node *left);
bool is_word(const struct parser *parser, const char *text);
bool take_word(struct parser *parser, const char *text);
bool want_word(struct parser *parser, const char *text);
void skip_newlines(struct parser *parser);
struct word **add_word(struct parser *parser, struct word **end, char *text);
struct node *parse_list(struct parser *parser, bool one_line);
struct node *parse_body(struct parser *parser);

/* compound.c */
struct node *parse_if(struct parser *parser);
struct node *parse_loop(struct parser *parser, enum node_kind kind);
struct node *parse_for(struct parser *parser);
struct node *parse_case(struct parser *parser);

/* scan.c: where quotes and dollars end; NULL if text ends before them. */
struct scan {
    bool failed; /* NULL was returned for an error, not for want of text */
    bool ended;  /* no more text comes: a \ and a newline may be its end */
    int line;
    int depth;
};

const char *skip_word(const char *s, struct scan *scan);

/* s is at the quote, the dollar or the backquote. */
const char *skip_quoted(const char *s, struct scan *scan);
const char *skip_dollar(const char *s, bool quoted, struct scan *scan);
const char *skip_backquote(const char *s);

/* s is behind $(( ; => behind )), or NULL if it is not arithmetic. */
const char *skip_arithmetic(const char *s, struct scan *scan);

/* Take the quotes of a text without dollars away. => any was there */
bool remove_quotes(char *text);

/* The lexer: cuts text into words and operators, and reads here-documents. */
#include <string.h>

#include "syntax.h"

/* Of two operators that begin alike the longer comes first. */
static const struct {
    const char *text;
    enum token token;
    enum redir_kind kind;
    int fd; /* that a redirection changes if no digit stands in front of it */
} operators[] = {
    {"\n", TOKEN_NEWLINE, 0, 0},
    {";;", TOKEN_DOUBLE_SEMICOLON, 0, 0},
    {";", TOKEN_SEMICOLON, 0, 0},
    {"&&", TOKEN_AND_IF, 0, 0},
    {"&", TOKEN_AMPERSAND, 0, 0},
    {"||", TOKEN_OR_IF, 0, 0},
    {"|", TOKEN_PIPE, 0, 0},
    {"(", TOKEN_OPEN, 0, 0},
    {")", TOKEN_CLOSE, 0, 0},
    {"<<-", TOKEN_REDIR, REDIR_HERE, 0},
    {"<<", TOKEN_REDIR, REDIR_HERE, 0},
    {"<&", TOKEN_REDIR, REDIR_DUP, 0},
    {"<>", TOKEN_REDIR, REDIR_BOTH, 0},
    {"<", TOKEN_REDIR, REDIR_READ, 0},
    {">>", TOKEN_REDIR, REDIR_APPEND, 1},
    {">&", TOKEN_REDIR, REDIR_DUP, 1},
    {">|", TOKEN_REDIR, REDIR_CLOBBER, 1},
    {">", TOKEN_REDIR, REDIR_WRITE, 1},
};

static const char *
here(const struct parser *parser)
{
    return parser->source->text.bytes + parser->source->at;
}

static void
advance(struct parser *parser, size_t length)
{
    struct source *source = parser->source;

    for (; length > 0; length--) {
        source->line += source->text.bytes[source->at++] == '\n';
    }
}

/* Up to the next token; at the end of the text there may be more of it. */
static void
skip_blanks(struct parser *parser)
{
    for (;;) {
        const char *s = here(parser);
        if (*s == ' ' || *s == '\t') {
            advance(parser, 1);
        } else if (s[0] == '\\' && s[1] == '\n') {
            advance(parser, 2);
        } else if (*s == '#') {
            advance(parser, strcspn(s, "\n"));
        } else if (*s != '\0' || !source_more(parser->source)) {
            return;
        }
    }
}

/*
 * The length of the body at `here`, and of the line that ends it; the end of
 * the file does as well.
 */
static void
find_here_end(struct parser *parser, const struct redir *redir, size_t *body,
              size_t *whole)
{
    size_t at = 0;

    for (;;) {
        while (here(parser)[at] == '\0' && source_more(parser->source)) {
            continue;
        }
        const char *line = here(parser) + at;
        size_t size = strcspn(line, "\n");
        size_t tabs = redir->tabs ? strspn(line, "\t") : 0;
        *body = at;
        *whole = at + size + (line[size] == '\n');
        if (*whole == at || (strlen(redir->target) == size - tabs &&
                             strncmp(line + tabs, redir->target,
                                     size - tabs) == 0)) {
            return;
        }
        at = *whole;
    }
}

/* The target is the delimiter, and becomes the body. */
static void
read_here(struct parser *parser, struct redir *redir)
{
    size_t body;
    size_t whole;

    redir->literal = remove_quotes(redir->target);
    find_here_end(parser, redir, &body, &whole);
    const char *from = here(parser);
    const char *end = from + body;
    char *to = redir->target = tree_alloc(parser->tree, body + 1);
    while (from < end) {
        from += redir->tabs ? strspn(from, "\t") : 0;
        size_t size = strcspn(from, "\n") + 1;
        size = size > (size_t)(end - from) ? (size_t)(end - from) : size;
        memcpy(to, from, size);
        to += size;
        from += size;
    }
    *to = '\0';
    advance(parser, whole);
}

static void
lex_word(struct parser *parser)
{
    struct scan scan = {.line = parser->line, .depth = parser->depth};
    const char *end;

    while ((end = skip_word(here(parser), &scan)) == NULL) {
        if (scan.failed) {
            parser->token = TOKEN_ERROR;
            return;
        }
        if (scan.ended) {
            parser->token = TOKEN_END;
            return;
        }
        scan.ended = !source_more(parser->source);
    }
    size_t length = (size_t)(end - here(parser));
    parser->token = TOKEN_WORD;
    parser->text = tree_copy(parser->tree, here(parser), length);
    advance(parser, length);
}

/* A descriptor has one digit: those from 10 up are the shell's own. */
static bool
lex_operator(struct parser *parser)
{
    const char *s = here(parser);
    size_t digits = strspn(s, "0123456789");

    for (size_t i = 0; i < sizeof(operators) / sizeof(*operators); i++) {
        const char *text = operators[i].text;
        bool numbered = digits == 1 && operators[i].token == TOKEN_REDIR;
        if (strncmp(s + numbered, text, strlen(text)) == 0) {
            parser->token = operators[i].token;
            parser->text = (char *)text;
            parser->redir = (struct redir){
                .kind = operators[i].kind,
                .fd = numbered ? *s - '0' : operators[i].fd,
                .tabs = strcmp(text, "<<-") == 0,
            };
            advance(parser, numbered + strlen(text));
            return true;
        }
    }
    return false;
}

void
lex_next(struct parser *parser)
{
    parser->before = parser->source->at;
    skip_blanks(parser);
    parser->line = parser->source->line;
    parser->start = parser->source->at;
    if (*here(parser) == '\0') {
        parser->token = TOKEN_END;
    } else if (!lex_operator(parser)) {
        lex_word(parser);
    }
    while (parser->token == TOKEN_NEWLINE && parser->here != NULL) {
        struct redir *redir = parser->here;
        parser->here = redir->next_here;
        read_here(parser, redir);
    }
}

const char *
lex_name(const struct parser *parser)
{
    static char name[80];

    if (parser->token == TOKEN_END || parser->token == TOKEN_NEWLINE) {
        return parser->token == TOKEN_END ? "end of file" : "newline";
    }
    name[0] = '"';
    strlcpy(name + 1, parser->text, sizeof(name) - 2);
    return strcat(name, "\"");
}

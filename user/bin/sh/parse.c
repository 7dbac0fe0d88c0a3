/*
 * The parser, one function a rule of the grammar:
 *
 *     list      pipelines { (";" | "&" | newline) pipelines }
 *     pipelines pipeline { ("&&" | "||") pipeline }
 *     pipeline  ["!"] command { "|" command }
 *     command   "(" list ")" { redirection } | { word | redirection }
 *
 * Essential fact: the first error ends it. Each function that finds one sets
 * parser->result and returns NULL, and every caller then returns NULL.
 */
#include <string.h>

#include "lex.h"

#define DEPTH_MAX 50 /* parentheses in parentheses */

struct parser {
    struct lexer lexer;
    enum parse_result result;
    int depth;
};

static struct list *parse_list(struct parser *parser);
static struct pipeline *parse_pipelines(struct parser *parser);
static struct pipeline *parse_pipeline(struct parser *parser);
static struct command *parse_command(struct parser *parser);
static bool parse_subshell(struct parser *parser, struct command *command);
static bool parse_redir(struct parser *parser, struct redir **redir);

enum parse_result
parse(const char *text, struct list **list)
{
    struct parser parser = {.lexer = {.at = text}, .result = PARSED};

    lex_next(&parser.lexer);
    *list = parse_list(&parser);
    return parser.result;
}

static enum token
token(const struct parser *parser)
{
    return parser->lexer.token;
}

/* The token is not what the grammar wants here. */
static void *
unexpected(struct parser *parser)
{
    if (parser->result != PARSED) {
        return NULL;
    }
    if (token(parser) == TOKEN_END || token(parser) == TOKEN_UNFINISHED) {
        parser->result = PARSE_MORE;
    } else {
        complain("syntax error: %s unexpected", lex_name(&parser->lexer));
        parser->result = PARSE_ERROR;
    }
    return NULL;
}

static void
skip_newlines(struct parser *parser)
{
    while (token(parser) == TOKEN_NEWLINE) {
        lex_next(&parser->lexer);
    }
}

/* Up to the end of the text, or to the ")" of the subshell we are in. */
static struct list *
parse_list(struct parser *parser)
{
    struct list *first = NULL;
    struct list **end = &first;
    enum token last = parser->depth > 0 ? TOKEN_CLOSE : TOKEN_END;

    for (skip_newlines(parser); token(parser) != last; skip_newlines(parser)) {
        struct list *list = line_alloc(sizeof(*list));
        *list = (struct list){.pipelines = parse_pipelines(parser)};
        if (list->pipelines == NULL) {
            return NULL;
        }
        *end = list;
        end = &list->next;
        list->background = token(parser) == TOKEN_AMPERSAND;
        if (list->background || token(parser) == TOKEN_SEMICOLON) {
            lex_next(&parser->lexer);
        } else if (token(parser) != TOKEN_NEWLINE && token(parser) != last) {
            return unexpected(parser);
        }
    }
    return first;
}

static struct pipeline *
parse_pipelines(struct parser *parser)
{
    struct pipeline *first = parse_pipeline(parser);
    struct pipeline *last = first;

    while (last != NULL && (token(parser) == TOKEN_AND_IF ||
                            token(parser) == TOKEN_OR_IF)) {
        bool and_if = token(parser) == TOKEN_AND_IF;
        lex_next(&parser->lexer);
        skip_newlines(parser);
        struct pipeline *next = parse_pipeline(parser);
        if (next == NULL) {
            return NULL;
        }
        next->when = and_if ? IF_OK : IF_FAILED;
        last->next = next;
        last = next;
    }
    return first;
}

static struct pipeline *
parse_pipeline(struct parser *parser)
{
    struct pipeline *pipeline = line_alloc(sizeof(*pipeline));
    struct command **end = &pipeline->commands;

    *pipeline = (struct pipeline){.when = ALWAYS};
    while (token(parser) == TOKEN_WORD &&
           strcmp(parser->lexer.text, "!") == 0) {
        pipeline->negated = !pipeline->negated;
        lex_next(&parser->lexer);
    }
    for (;;) {
        struct command *command = parse_command(parser);
        if (command == NULL) {
            return NULL;
        }
        *end = command;
        end = &command->next;
        if (token(parser) != TOKEN_PIPE) {
            return pipeline;
        }
        lex_next(&parser->lexer);
        skip_newlines(parser);
    }
}

static struct command *
parse_command(struct parser *parser)
{
    struct command *command = line_alloc(sizeof(*command));
    *command = (struct command){0};
    struct word **words = &command->words;
    struct redir **redirs = &command->redirs;
    bool open = token(parser) == TOKEN_OPEN;

    if (open && !parse_subshell(parser, command)) {
        return NULL;
    }
    for (;; lex_next(&parser->lexer)) {
        if (token(parser) == TOKEN_WORD && !open) {
            struct word *word = line_alloc(sizeof(*word));
            *word = (struct word){.text = parser->lexer.text};
            *words = word;
            words = &word->next;
        } else if (token(parser) == TOKEN_REDIR) {
            if (!parse_redir(parser, redirs)) {
                return NULL;
            }
            redirs = &(*redirs)->next;
        } else {
            break;
        }
    }
    bool empty = !open && command->words == NULL && command->redirs == NULL;
    if (empty || token(parser) == TOKEN_UNFINISHED) {
        return unexpected(parser);
    }
    return command;
}

static bool
parse_subshell(struct parser *parser, struct command *command)
{
    if (parser->depth == DEPTH_MAX) {
        complain("syntax error: parentheses too deep");
        parser->result = PARSE_ERROR;
        return false;
    }
    parser->depth++;
    lex_next(&parser->lexer);
    command->subshell = parse_list(parser);
    parser->depth--;
    if (command->subshell == NULL) {
        unexpected(parser);
        return false;
    }
    lex_next(&parser->lexer);
    return true;
}

/* Leaves the target as the current token. */
static bool
parse_redir(struct parser *parser, struct redir **redir)
{
    *redir = line_alloc(sizeof(**redir));
    **redir = (struct redir){
        .kind = parser->lexer.kind,
        .fd = parser->lexer.fd,
    };
    lex_next(&parser->lexer);
    if (token(parser) != TOKEN_WORD) {
        unexpected(parser);
        return false;
    }
    (*redir)->target = parser->lexer.text;
    return true;
}

/*
 * The parser, one function a rule of the grammar:
 *
 *     list      and_or { (";" | "&" | newline) and_or }
 *     and_or    pipeline { ("&&" | "||") pipeline }
 *     pipeline  ["!"] command { "|" command }
 *     command   compound { redirection } | name "()" command
 *               | { word | redirection }
 *     compound  "(" list ")" | "{" list "}" | if | while | until | for | case
 *
 * Essential fact: the first error ends it. Each function that finds one sets
 * parser->result and returns NULL, and every caller then returns NULL.
 */
#include <string.h>

#include "syntax.h"

static struct node *parse_and_or(struct parser *parser);
static struct node *parse_pipeline(struct parser *parser);
static struct node *parse_command(struct parser *parser);
static struct node *parse_simple(struct parser *parser);
static struct redir **parse_redirs(struct parser *parser,
                                   struct redir **redirs);

static enum parse_result
finish(struct parser *parser, struct node *root, struct tree **tree)
{
    if (parser->result != PARSED) {
        tree_put(parser->tree);
        return parser->result;
    }
    *tree = parser->tree;
    (*tree)->root = root;
    return PARSED;
}

/* The token is not what the grammar wants here. */
void *
unexpected(struct parser *parser)
{
    if (parser->result != PARSED) {
        return NULL;
    }
    parser->result = PARSE_ERROR;
    if (parser->token == TOKEN_END && parser->source->partial) {
        parser->result = PARSE_MORE;
    } else if (parser->token != TOKEN_ERROR && !parser->source->interrupted) {
        complain("line %d: unexpected %s", parser->line, lex_name(parser));
    }
    return NULL;
}

/* The text ends neither inside a word nor by ^C. */
static bool
is_whole(const struct parser *parser)
{
    const struct source *source = parser->source;

    return !source->interrupted &&
           (parser->token == TOKEN_NEWLINE ||
            (parser->token == TOKEN_END &&
             source->text.bytes[source->at] == '\0'));
}

enum parse_result
parse_line(struct source *source, struct tree **tree)
{
    struct parser parser = {.source = source, .tree = tree_new()};

    source->continued = source->interrupted = false;
    lex_next(&parser);
    if (parser.token == TOKEN_END && is_whole(&parser)) {
        parser.result = PARSE_END;
    }
    struct node *root = parse_list(&parser, true);
    if (!is_whole(&parser)) {
        unexpected(&parser);
    }
    return finish(&parser, root, tree);
}

enum parse_result
parse_substitution(struct source *source, struct tree **tree, int depth)
{
    struct parser parser = {
        .source = source, .tree = tree_new(), .depth = depth,
    };

    lex_next(&parser);
    struct node *root = parse_list(&parser, false);
    if (parser.token != TOKEN_CLOSE) {
        unexpected(&parser);
    }
    return finish(&parser, root, tree);
}

struct node *
new_node(struct parser *parser, enum node_kind kind, struct node *left)
{
    struct node *node = tree_alloc(parser->tree, sizeof(*node));

    node->kind = kind;
    node->line = parser->line;
    node->left = left;
    return node;
}

bool
is_word(const struct parser *parser, const char *text)
{
    return parser->token == TOKEN_WORD && strcmp(parser->text, text) == 0;
}

/* => whether this word was there; it is then behind us */
bool
take_word(struct parser *parser, const char *text)
{
    bool there = parser->result == PARSED && is_word(parser, text);

    if (there) {
        lex_next(parser);
    }
    return there;
}

void
skip_newlines(struct parser *parser)
{
    while (parser->token == TOKEN_NEWLINE) {
        lex_next(parser);
    }
}

static bool
ends_list(struct parser *parser, bool one_line)
{
    static const char *const closers[] = {
        "then", "else", "elif", "fi", "do", "done", "esac", "}",
    };

    for (size_t i = 0; i < sizeof(closers) / sizeof(*closers); i++) {
        if (is_word(parser, closers[i])) {
            return true;
        }
    }
    return parser->token == TOKEN_END || parser->token == TOKEN_CLOSE ||
           parser->token == TOKEN_DOUBLE_SEMICOLON ||
           (one_line && parser->token == TOKEN_NEWLINE);
}

/* What the user sees of a job: its text, in one line. */
static char *
job_text(struct parser *parser, size_t start)
{
    const char *bytes = parser->source->text.bytes;

    if (!shell.job_control) {
        return NULL;
    }
    char *text = tree_copy(parser->tree, bytes + start,
                           parser->before - start);
    for (char *c = text; *c != '\0'; c++) {
        *c = *c == '\n' ? ' ' : *c;
    }
    return text;
}

/* NULL: an empty list, or an error. */
struct node *
parse_list(struct parser *parser, bool one_line)
{
    struct node *first = NULL;
    struct node **end = &first;

    for (;;) {
        if (!one_line) {
            skip_newlines(parser);
        }
        if (ends_list(parser, one_line)) {
            break;
        }
        size_t start = parser->start;
        struct node *node = parse_and_or(parser);
        if (node == NULL) {
            return NULL;
        }
        bool background = parser->token == TOKEN_AMPERSAND;
        if (background) {
            node = new_node(parser, NODE_BACKGROUND, node);
            node->name = job_text(parser, start);
        }
        *end = node;
        end = &(*end)->next;
        if (!background && parser->token != TOKEN_SEMICOLON &&
            (one_line || parser->token != TOKEN_NEWLINE)) {
            break;
        }
        lex_next(parser);
    }
    bool several = first != NULL && first->next != NULL;
    return several ? new_node(parser, NODE_LIST, first) : first;
}

/* A list that must have a command in it. */
struct node *
parse_body(struct parser *parser)
{
    if (parser->result != PARSED) {
        return NULL;
    }
    struct node *list = parse_list(parser, false);
    return list == NULL ? unexpected(parser) : list;
}

static struct node *
parse_and_or(struct parser *parser)
{
    struct node *left = parse_pipeline(parser);

    while (left != NULL && (parser->token == TOKEN_AND_IF ||
                            parser->token == TOKEN_OR_IF)) {
        bool and_if = parser->token == TOKEN_AND_IF;
        left = new_node(parser, and_if ? NODE_AND : NODE_OR, left);
        lex_next(parser);
        skip_newlines(parser);
        left->right = parse_pipeline(parser);
        if (left->right == NULL) {
            return NULL;
        }
    }
    return left;
}

static struct node *
parse_pipeline(struct parser *parser)
{
    bool negated = take_word(parser, "!");
    size_t start = parser->start;
    struct node *first = parse_command(parser);
    struct node *last = first;

    while (last != NULL && parser->token == TOKEN_PIPE) {
        lex_next(parser);
        skip_newlines(parser);
        last->next = parse_command(parser);
        last = last->next;
    }
    if (last == NULL) {
        return NULL;
    }
    if (first != last) {
        first = new_node(parser, NODE_PIPE, first);
    }
    if (first->kind == NODE_PIPE || first->kind == NODE_SIMPLE ||
        first->kind == NODE_SUBSHELL) {
        first->name = job_text(parser, start);
    }
    return negated ? new_node(parser, NODE_NOT, first) : first;
}

/* What follows must be this word. */
bool
want_word(struct parser *parser, const char *text)
{
    if (!take_word(parser, text)) {
        unexpected(parser);
        return false;
    }
    return true;
}

static struct node *
parse_group(struct parser *parser, enum node_kind kind)
{
    struct node *node = new_node(parser, kind, NULL);

    lex_next(parser);
    node->left = parse_body(parser);
    if (kind == NODE_GROUP) {
        return want_word(parser, "}") ? node : NULL;
    }
    if (parser->token != TOKEN_CLOSE) {
        return unexpected(parser);
    }
    lex_next(parser);
    return node;
}

struct word **
add_word(struct parser *parser, struct word **end, char *text)
{
    *end = tree_alloc(parser->tree, sizeof(**end));
    (*end)->text = text;
    return &(*end)->next;
}

static struct node *
parse_compound(struct parser *parser)
{
    return parser->token == TOKEN_OPEN ? parse_group(parser, NODE_SUBSHELL)
           : is_word(parser, "{")      ? parse_group(parser, NODE_GROUP)
           : is_word(parser, "if")     ? parse_if(parser)
           : is_word(parser, "while")  ? parse_loop(parser, NODE_WHILE)
           : is_word(parser, "until")  ? parse_loop(parser, NODE_UNTIL)
           : is_word(parser, "for")    ? parse_for(parser)
           : is_word(parser, "case")   ? parse_case(parser)
                                       : parse_simple(parser);
}

static struct node *
parse_command(struct parser *parser)
{
    if (parser->depth >= DEPTH_MAX) {
        complain("line %d: commands nested too deep", parser->line);
        parser->result = PARSE_ERROR;
        return NULL;
    }
    if (ends_list(parser, true)) {
        return unexpected(parser);
    }
    parser->depth++;
    struct node *node = parse_compound(parser);
    parser->depth--;
    if (node != NULL && node->kind != NODE_SIMPLE &&
        node->kind != NODE_FUNCTION) {
        parse_redirs(parser, &node->redirs);
    }
    return parser->result == PARSED ? node : NULL;
}

/* The target of a redirection. A here-document's body is read later. */
static bool
parse_redir(struct parser *parser, struct redir *redir)
{
    *redir = parser->redir;
    lex_next(parser);
    if (parser->token != TOKEN_WORD) {
        unexpected(parser);
        return false;
    }
    redir->target = parser->text;
    if (redir->kind == REDIR_HERE) {
        struct redir **end = &parser->here;
        while (*end != NULL) {
            end = &(*end)->next_here;
        }
        *end = redir;
    }
    lex_next(parser);
    return true;
}

/* => where the next one goes */
static struct redir **
parse_redirs(struct parser *parser, struct redir **redirs)
{
    while (parser->token == TOKEN_REDIR) {
        *redirs = tree_alloc(parser->tree, sizeof(**redirs));
        if (!parse_redir(parser, *redirs)) {
            break;
        }
        redirs = &(*redirs)->next;
    }
    return redirs;
}

/* At the parenthesis behind the name. */
static struct node *
parse_function(struct parser *parser, const struct word *name)
{
    struct node *node = new_node(parser, NODE_FUNCTION, NULL);

    node->name = name->text;
    lex_next(parser);
    if (parser->token != TOKEN_CLOSE || !var_is_name(node->name)) {
        return unexpected(parser);
    }
    lex_next(parser);
    skip_newlines(parser);
    node->left = parse_command(parser);
    return node;
}

static struct node *
parse_simple(struct parser *parser)
{
    struct node *node = new_node(parser, NODE_SIMPLE, NULL);
    struct word **words = &node->words;
    struct redir **redirs = &node->redirs;

    while (parser->token == TOKEN_WORD || parser->token == TOKEN_REDIR) {
        redirs = parse_redirs(parser, redirs);
        if (parser->token == TOKEN_WORD) {
            words = add_word(parser, words, parser->text);
            lex_next(parser);
        }
        if (parser->token == TOKEN_OPEN && node->redirs == NULL &&
            words == &node->words->next) {
            return parse_function(parser, node->words);
        }
    }
    bool empty = node->words == NULL && node->redirs == NULL;
    bool ended = parser->token != TOKEN_ERROR;
    return empty || !ended ? unexpected(parser) : node;
}

/* The parser's compound commands that are made of words: if, loops, case. */
#include "syntax.h"

/* At `if` or `elif`. */
struct node *
parse_if(struct parser *parser)
{
    struct node *node = new_node(parser, NODE_IF, NULL);

    lex_next(parser);
    node->left = parse_body(parser);
    if (!want_word(parser, "then")) {
        return NULL;
    }
    node->right = parse_body(parser);
    if (is_word(parser, "elif")) {
        node->other = parse_if(parser);
        return node->other == NULL ? NULL : node;
    }
    if (take_word(parser, "else")) {
        node->other = parse_body(parser);
    }
    return want_word(parser, "fi") ? node : NULL;
}

static struct node *
parse_do(struct parser *parser, struct node *node)
{
    if (!want_word(parser, "do")) {
        return NULL;
    }
    node->right = parse_body(parser);
    return want_word(parser, "done") ? node : NULL;
}

struct node *
parse_loop(struct parser *parser, enum node_kind kind)
{
    struct node *node = new_node(parser, kind, NULL);

    lex_next(parser);
    node->left = parse_body(parser);
    return parse_do(parser, node);
}

struct node *
parse_for(struct parser *parser)
{
    struct node *node = new_node(parser, NODE_FOR, NULL);
    struct word **end = &node->words;

    lex_next(parser);
    if (parser->token != TOKEN_WORD || !var_is_name(parser->text)) {
        return unexpected(parser);
    }
    node->name = parser->text;
    lex_next(parser);
    if (parser->token != TOKEN_SEMICOLON) {
        skip_newlines(parser);
    }
    if (take_word(parser, "in")) {
        while (parser->token == TOKEN_WORD) {
            end = add_word(parser, end, parser->text);
            lex_next(parser);
        }
        if (parser->token != TOKEN_SEMICOLON &&
            parser->token != TOKEN_NEWLINE) {
            return unexpected(parser);
        }
    } else {
        add_word(parser, end, (char *)"\"$@\"");
    }
    if (parser->token == TOKEN_SEMICOLON) {
        lex_next(parser);
    }
    skip_newlines(parser);
    return parse_do(parser, node);
}

/* [(] pattern { "|" pattern } ")" [list] [;;] */
static struct case_item *
parse_case_item(struct parser *parser)
{
    struct case_item *item = tree_alloc(parser->tree, sizeof(*item));
    struct word **end = &item->patterns;

    if (parser->token == TOKEN_OPEN) {
        lex_next(parser);
    }
    for (;; lex_next(parser)) {
        if (parser->token != TOKEN_WORD) {
            return unexpected(parser);
        }
        end = add_word(parser, end, parser->text);
        lex_next(parser);
        if (parser->token != TOKEN_PIPE) {
            break;
        }
    }
    if (parser->token != TOKEN_CLOSE) {
        return unexpected(parser);
    }
    lex_next(parser);
    item->body = parse_list(parser, false);
    if (parser->token == TOKEN_DOUBLE_SEMICOLON) {
        lex_next(parser);
        skip_newlines(parser);
    } else if (!is_word(parser, "esac")) {
        return unexpected(parser);
    }
    return parser->result == PARSED ? item : NULL;
}

struct node *
parse_case(struct parser *parser)
{
    struct node *node = new_node(parser, NODE_CASE, NULL);
    struct case_item **end = &node->items;

    lex_next(parser);
    if (parser->token != TOKEN_WORD) {
        return unexpected(parser);
    }
    add_word(parser, &node->words, parser->text);
    lex_next(parser);
    skip_newlines(parser);
    if (!want_word(parser, "in")) {
        return NULL;
    }
    skip_newlines(parser);
    while (!take_word(parser, "esac")) {
        *end = parse_case_item(parser);
        if (*end == NULL) {
            return NULL;
        }
        end = &(*end)->next;
    }
    return node;
}

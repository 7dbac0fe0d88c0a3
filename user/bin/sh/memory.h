#pragma once

/*
 * The shell's memory: a stack for what lives as long as one command, blocks
 * for trees, and texts that grow.
 */

#include <stdbool.h>
#include <stddef.h>

struct node;

/*
 * Temporary memory is a stack: what was made since temp_mark goes
 * with temp_release. A tree's memory lives as long as it has users.
 */
struct mark {
    void *block;
    size_t used;
};

void *temp_alloc(size_t size);
char *temp_copy(const char *text, size_t length);
struct mark temp_mark(void);
void temp_release(struct mark mark);

/*
 * A text that grows. Its bytes are temporary memory, or if `kept` the text's
 * own, to be freed; a NUL stands behind them as soon as there are any.
 */
struct text {
    char *bytes;
    size_t length;
    size_t room;
    bool kept;
};

void text_insert(struct text *text, size_t at, const char *bytes,
                 size_t length);
void text_add(struct text *text, const char *bytes, size_t length);

/* A text that knows of each byte whether it was quoted. */
struct marked {
    struct text text;
    struct text marks; /* 1: it was */
};

void marked_add(struct marked *marked, char c, bool quoted);

struct tree {
    struct node *root; /* NULL: an empty line */
    int users;
    void *blocks;
};

struct tree *tree_new(void);
void *tree_alloc(struct tree *tree, size_t size);
char *tree_copy(struct tree *tree, const char *text, size_t length);
void tree_put(struct tree *tree);
void *check_memory(void *memory);

/* Whether commands that run each other, as in x='eval "$x"', must stop. */
bool stack_is_full(void);

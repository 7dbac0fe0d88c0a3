/*
 * Functions. Essential fact: the body stays where the parser made it; the
 * function keeps the tree of which it is a part, and so does each call, since
 * a function may define itself anew while it runs.
 */
#include <stdlib.h>
#include <string.h>

#include "run.h"

#define CALLS_MAX 1000

struct function {
    struct function *next;
    char *name;
    struct tree *tree;
    struct node *body;
};

static struct function *functions;

static struct function **
find(const char *name)
{
    struct function **link = &functions;

    while (*link != NULL && strcmp((*link)->name, name) != 0) {
        link = &(*link)->next;
    }
    return link;
}

struct function *
function_find(const char *name)
{
    return *find(name);
}

/* NULL: there are no more */
const char *
function_name(size_t index)
{
    struct function *function = functions;

    while (function != NULL && index-- > 0) {
        function = function->next;
    }
    return function == NULL ? NULL : function->name;
}

/* body is a part of the tree that runs. */
void
function_define(const char *name, struct node *body)
{
    function_unset(name);
    struct function *function = check_memory(malloc(sizeof(*function)));
    *function = (struct function){
        .next = functions, .name = check_memory(strdup(name)),
        .tree = shell.tree, .body = body,
    };
    function->tree->users++;
    functions = function;
}

void
function_unset(const char *name)
{
    struct function **link = find(name);
    struct function *function = *link;

    if (function != NULL) {
        *link = function->next;
        tree_put(function->tree);
        free(function->name);
        free(function);
    }
}

int
function_call(struct function *function, int argc, char **argv)
{
    struct params params = shell.params;
    struct tree *before = shell.tree;
    struct tree *tree = function->tree;
    int loops = shell.loops;

    if (shell.calls == CALLS_MAX) {
        complain("%s: functions call each other too deep", argv[0]);
        return shell_fail();
    }
    shell.params = (struct params){.args = argv + 1, .count = argc - 1};
    shell.loops = 0;
    shell.calls++;
    shell.tree = tree;
    tree->users++;
    int status = run_node(function->body);
    tree_put(tree);
    shell.tree = before;
    shell.calls--;
    shell.loops = loops;
    params_free(&shell.params);
    shell.params = params;
    if (shell.unwind == UNWIND_RETURN) {
        shell.unwind = UNWIND_NOT;
    }
    return status;
}

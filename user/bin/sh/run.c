/*
 * Running a tree: one function for each kind of node, each sets and gives $?.
 *
 * Essential fact: a function that finds shell.unwind set after running a part
 * returns at once; the loop, the function or the prompt that it is meant for
 * clears it. There is no other way out but to leave the shell.
 */
#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <string.h>
#include <unistd.h>

#include "run.h"
#include "syntax.h"

/* set -e: leave, unless the command was asked only for its status. */
static int
check(int status)
{
    if (status != 0 && shell.opt['e'] && shell.tested == 0 &&
        shell.unwind == UNWIND_NOT) {
        shell_exit(status);
    }
    return status;
}

static int
run_simple(struct node *node)
{
    struct ready ready;

    if (!ready_make(node, &ready)) {
        return shell.status = shell_fail();
    }
    return check(run_ready(&ready, false));
}

/* Run the nodes up to `end` in processes of their own, joined by pipes. */
static int
run_job(struct node *node, const struct node *end, struct job job)
{
    struct stage stage = {.job = &job, .in = -1};
    size_t count = 0;

    for (struct node *n = node; n != end; n = n->next) {
        count++;
    }
    job.processes = temp_alloc(count * sizeof(*job.processes));
    pid_t pid = 0;
    for (; node != end; node = node->next) {
        int fds[2] = {-1, -1};
        if (node->next != end && pipe2(fds, O_CLOEXEC) < 0) {
            complain("pipe: %s", strerror(errno));
            pid = -1;
            break;
        }
        stage.out = fds[1];
        stage.unused = fds[0];
        pid = start(&stage, node);
        if (pid > 0) {
            job_add(&job, pid);
        }
        close_fd(stage.in);
        close_fd(stage.out);
        stage.in = stage.unused;
    }
    if (job.background) {
        job_remember(&job);
        return shell.status = pid > 0 ? 0 : 2;
    }
    int status = job_wait(&job);
    return shell.status = pid > 0 ? status : 2;
}

static int
run_pipe(struct node *node)
{
    return check(run_job(node->left, NULL, (struct job){.text = node->name}));
}

static int
run_subshell(struct node *node)
{
    return check(run_job(node, node->next, (struct job){.text = node->name}));
}

static int
run_background(struct node *node)
{
    struct node *left = node->left;
    struct job job = {.background = true, .text = node->name};

    return run_job(left->kind == NODE_PIPE ? left->left : left, NULL, job);
}

/* A command of which only the status is wanted. */
static int
run_tested(struct node *node)
{
    shell.tested++;
    int status = run_node(node);
    shell.tested--;
    return status;
}

static int
run_and_or(struct node *node)
{
    int status = run_tested(node->left);

    if (shell.unwind != UNWIND_NOT ||
        (status == 0) != (node->kind == NODE_AND)) {
        return status;
    }
    return run_node(node->right);
}

static int
run_not(struct node *node)
{
    int status = run_tested(node->left);

    if (shell.unwind == UNWIND_NOT) {
        status = shell.status = status == 0;
    }
    return status;
}

static int
run_list(struct node *node)
{
    for (struct node *n = node->left; n != NULL; n = n->next) {
        run_node(n);
        if (shell.unwind != UNWIND_NOT) {
            break;
        }
    }
    return shell.status;
}

static int
run_group(struct node *node)
{
    return run_node(node->left);
}

static int
run_if(struct node *node)
{
    int status = run_tested(node->left);

    if (shell.unwind != UNWIND_NOT) {
        return status;
    }
    struct node *chosen = status == 0 ? node->right : node->other;
    return chosen == NULL ? (shell.status = 0) : run_node(chosen);
}

/* After a part of a loop. => false if the loop is to end */
static bool
loop_goes_on(void)
{
    if (job_interrupted()) {
        dprintf(STDERR_FILENO, "\n");
        shell.unwind = UNWIND_COMMAND;
        shell.status = 130;
    }
    bool next = shell.unwind == UNWIND_CONTINUE;
    if ((next || shell.unwind == UNWIND_BREAK) && --shell.levels == 0) {
        shell.unwind = UNWIND_NOT;
        return next;
    }
    return shell.unwind == UNWIND_NOT;
}

static int
run_while(struct node *node)
{
    int status = 0;

    shell.loops++;
    do {
        bool ok = run_tested(node->left) == 0;
        if (shell.unwind != UNWIND_NOT) {
            continue;
        }
        if (ok != (node->kind == NODE_WHILE)) {
            break;
        }
        status = run_node(node->right);
    } while (loop_goes_on());
    shell.loops--;
    return shell.unwind == UNWIND_NOT ? (shell.status = status)
                                      : shell.status;
}

static int
run_for(struct node *node)
{
    int count;
    int status = 0;

    shell.line = node->line;
    char **values = expand_words(node->words, &count);
    if (values == NULL) {
        return shell.status = shell_fail();
    }
    shell.loops++;
    for (int i = 0; i < count; i++) {
        if (!var_set(node->name, values[i])) {
            status = shell_fail();
            break;
        }
        status = run_node(node->right);
        if (!loop_goes_on()) {
            break;
        }
    }
    shell.loops--;
    return shell.unwind == UNWIND_NOT ? (shell.status = status)
                                      : shell.status;
}

static bool
matches(const struct case_item *item, const char *subject)
{
    for (struct word *word = item->patterns; word; word = word->next) {
        char *pattern = expand_pattern(word->text);
        if (pattern == NULL) {
            shell.status = shell_fail();
            return false;
        }
        if (pattern_match(pattern, subject)) {
            return true;
        }
    }
    return false;
}

static int
run_case(struct node *node)
{
    shell.line = node->line;
    command_substituted = false;
    char *subject = expand_string(node->words->text, BARE);
    if (subject == NULL) {
        return shell.status = shell_fail();
    }
    struct case_item *item = node->items;
    while (item != NULL && !matches(item, subject)) {
        if (shell.unwind != UNWIND_NOT) {
            return shell.status;
        }
        item = item->next;
    }
    if (item == NULL || item->body == NULL) {
        return shell.status = 0;
    }
    return run_node(item->body);
}

static int
run_function(struct node *node)
{
    function_define(node->name, node->left);
    return shell.status = 0;
}

static int (*const runners[NODE_KINDS])(struct node *node) = {
    [NODE_SIMPLE] = run_simple,     [NODE_PIPE] = run_pipe,
    [NODE_AND] = run_and_or,        [NODE_OR] = run_and_or,
    [NODE_NOT] = run_not,           [NODE_LIST] = run_list,
    [NODE_BACKGROUND] = run_background,
    [NODE_SUBSHELL] = run_subshell, [NODE_GROUP] = run_group,
    [NODE_IF] = run_if,             [NODE_WHILE] = run_while,
    [NODE_UNTIL] = run_while,       [NODE_FOR] = run_for,
    [NODE_CASE] = run_case,         [NODE_FUNCTION] = run_function,
};

/* The redirections of a compound command are made around all of it. */
static int
run_redirected(struct node *node)
{
    struct saved_fd *saved = NULL;
    struct redir *redirs;

    if (!redirect_expand(node->redirs, &redirs)) {
        return shell.status = shell_fail();
    }
    bool ok = redirect_apply(redirs, &saved);
    int status = ok ? runners[node->kind](node) : 2;
    redirect_undo(saved, false);
    shell.status = status;
    return ok ? status : check(status);
}

int
run_node(struct node *node)
{
    if (shell.opt['n'] && !shell.interactive) {
        return shell.status;
    }
    if (stack_is_full()) {
        complain("commands run each other too deep");
        return shell.status = shell_fail();
    }
    struct mark mark = temp_mark();
    bool around = node->redirs != NULL && node->kind != NODE_SIMPLE &&
                  node->kind != NODE_SUBSHELL;
    int status = around ? run_redirected(node) : runners[node->kind](node);

    if (signals_caught() > 0 && shell.unwind == UNWIND_NOT) {
        traps_run();
        status = shell.status;
    }
    temp_release(mark);
    return status;
}

static void
run_tree(struct tree *tree)
{
    struct tree *before = shell.tree;

    shell.tree = tree;
    if (tree->root != NULL) {
        run_node(tree->root);
    }
    shell.tree = before;
    tree_put(tree);
}

/* Run line after line, to the end or to an error. */
int
run_source(struct source *source)
{
    struct tree *tree;
    enum parse_result result;
    struct mark mark = temp_mark();

    while ((result = parse_line(source, &tree)) != PARSE_END) {
        if (result == PARSED) {
            run_tree(tree);
        } else if (source->interrupted) {
            shell.status = 130;
        } else {
            shell.status = shell_fail();
        }
        temp_release(mark);
        if (source->terminal) {
            shell.unwind = UNWIND_NOT;
            source->at = source->text.length; /* the rest of a wrong line */
        } else if (shell.unwind != UNWIND_NOT) {
            break;
        }
    }
    return shell.status;
}

int
run_text(const char *text)
{
    struct source source;

    source_open_text(&source, text);
    return run_source(&source);
}

/* => -1 if the file cannot be opened */
int
run_file(const char *path)
{
    struct source source;

    if (!source_open_file(&source, path)) {
        return -1;
    }
    int status = run_source(&source);
    source_close(&source);
    return status;
}

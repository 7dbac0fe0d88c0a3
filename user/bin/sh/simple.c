/*
 * Simple commands: assignments, arguments and redirections, in the order that
 * POSIX gives: words are expanded first, then targets, and last the values
 * that are assigned, each of which sees those before it.
 */
#include <errno.h>
#include <stdio.h>
#include <string.h>
#include <unistd.h>

#include "run.h"

static size_t
assignment_name(const struct word *word)
{
    size_t name = var_name_length(word->text);

    return word->text[name] == '=' ? name : 0;
}

/* Expand. => false after a complaint */
bool
ready_make(const struct node *node, struct ready *ready)
{
    const struct word *word = node->words;

    *ready = (struct ready){.assignments = word, .text = node->name};
    shell.line = node->line;
    command_substituted = false;
    while (word != NULL && assignment_name(word) > 0) {
        word = word->next;
    }
    ready->words = word;
    ready->argv = expand_words(word, &ready->argc);
    if (ready->argv == NULL) {
        return false;
    }
    if (ready->argc > 0) {
        ready->builtin = builtin_find(ready->argv[0]);
        if (ready->builtin == NULL || !ready->builtin->special) {
            ready->function = function_find(ready->argv[0]);
        }
    }
    return redirect_expand(node->redirs, &ready->redirs);
}

/* With saved, what is assigned is exported, too, and can be undone. */
bool
ready_assign(const struct ready *ready, struct saved_var **saved)
{
    for (const struct word *w = ready->assignments; w != ready->words;
         w = w->next) {
        size_t length = assignment_name(w);
        char *name = temp_copy(w->text, length);
        char *value = expand_assignment(w->text + length + 1);
        if (saved != NULL && value != NULL) {
            var_save(name, saved);
        }
        if (value == NULL || !var_set(name, value)) {
            return false;
        }
        if (shell.opt['x']) {
            dprintf(STDERR_FILENO, "+ %s=%s\n", name, value);
        }
        if (saved != NULL) {
            var_export(name);
        }
    }
    return true;
}

static void
trace(const struct ready *ready)
{
    struct text line = {0};

    for (int i = 0; i < ready->argc; i++) {
        text_add(&line, " ", 1);
        text_add(&line, ready->argv[i], strlen(ready->argv[i]));
    }
    dprintf(STDERR_FILENO, "+%s\n", line.bytes);
}

/* What stdout still holds must be written before anyone else writes. */
static int
flush(const char *name, int status)
{
    if (fflush(stdout) == 0) {
        return status;
    }
    complain("%s: %s", name, strerror(errno));
    clearerr(stdout);
    return 1;
}

/* Assignments alone: a command that only sets $?. */
static int
run_assignments(struct ready *ready)
{
    struct saved_fd *saved_fds = NULL;

    bool ok = redirect_apply(ready->redirs, &saved_fds);
    redirect_undo(saved_fds, false);
    if (!ok) {
        return 2;
    }
    if (!ready_assign(ready, NULL)) {
        return shell_fail();
    }
    return command_substituted ? shell.status : 0;
}

static int
run_builtin(struct ready *ready)
{
    struct saved_fd *saved_fds = NULL;
    struct saved_var *saved = NULL;
    bool special = ready->builtin != NULL && ready->builtin->special &&
                   ready->function == NULL;
    bool exec = special && strcmp(ready->argv[0], "exec") == 0;
    bool stays = exec && ready->argc == 1;
    bool exports = !special || (exec && !stays); /* to what runs, and only it */
    int status = 2;

    if (!redirect_apply(ready->redirs, &saved_fds)) {
        status = special ? shell_fail() : 2;
    } else if (!ready_assign(ready, exports ? &saved : NULL)) {
        status = shell_fail();
    } else if (ready->function != NULL) {
        status = function_call(ready->function, ready->argc, ready->argv);
    } else {
        status = ready->builtin->function(ready->argc, ready->argv);
        status = flush(ready->argv[0], status);
    }
    redirect_undo(saved_fds, stays);
    var_restore(saved);
    return status;
}

/* in_copy: this process was made for the command, and may become it. */
int
run_ready(struct ready *ready, bool in_copy)
{
    if (shell.opt['x'] && ready->argc > 0) {
        trace(ready);
    }
    if (ready->argc == 0) {
        return shell.status = run_assignments(ready);
    }
    if (ready->function != NULL || ready->builtin != NULL) {
        return shell.status = run_builtin(ready);
    }
    if (!in_copy) {
        return shell.status = run_program(ready);
    }
    struct saved_var *saved = NULL;
    if (!ready_assign(ready, &saved) || !redirect_apply(ready->redirs, NULL)) {
        return 2;
    }
    return exec_program(ready->argv, var_environment());
}

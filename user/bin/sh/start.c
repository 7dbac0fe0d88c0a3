/*
 * Processes. Essential fact: a program is started with vfork, which needs no
 * copy of the shell and works where fork does not; everything it needs is made
 * ready before, since until the exec the child runs on the shell's own memory.
 * Only what the shell itself must do in a child (a subshell, a builtin or a
 * loop in a pipeline, $(...)) is forked.
 *
 * A kernel told to let parent and child share their memory (fork=share) would
 * show us the child's changes of `shell`, and its return from here would spoil
 * our stack: so we keep a copy, and the child does not return.
 */
#include <errno.h>
#include <fcntl.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "run.h"

bool command_substituted;

/* -1 is none. */
void
close_fd(int fd)
{
    if (fd >= 0) {
        close(fd);
    }
}

/* Pipe ends are close-on-exec, unless they are where they belong. */
static void
move_fd(int from, int to)
{
    if (from == to) {
        fcntl(to, F_SETFD, 0);
    } else if (from >= 0) {
        dup2(from, to);
        close(from);
    }
}

/* In a child, after job_child: put the pipes in their places. */
static void
connect_pipes(const struct stage *stage)
{
    int in = stage->in;

    close_fd(stage->unused);
    if (in < 0 && stage->job->background && !shell.job_control) {
        in = open("/dev/null", O_RDONLY);
    }
    move_fd(in, STDIN_FILENO);
    move_fd(stage->out, STDOUT_FILENO);
}

/* The child's half of start_program; its frames are gone when we go on. */
static __attribute__((noinline)) _Noreturn void
exec_child(const struct stage *stage, const struct ready *ready, char **envp)
{
    job_child(stage->job);
    connect_pipes(stage);
    if (!redirect_apply(ready->redirs, NULL)) {
        _exit(2);
    }
    _exit(exec_program(ready->argv, envp));
}

pid_t
start_program(struct stage *stage, const struct ready *ready)
{
    struct saved_var *saved = NULL;
    bool ok = ready_assign(ready, &saved);
    char **envp = var_environment();
    sigset_t before;

    signals_hold(&before);
    pid_t pid = ok ? vfork() : -1;
    if (pid == 0) {
        exec_child(stage, ready, envp);
    }
    signals_release(&before);
    if (ok && pid < 0) {
        complain("vfork: %s", strerror(errno));
    }
    var_restore(saved);
    return pid;
}

/* Run a program in the foreground, or become it. => its status */
int
run_program(const struct ready *ready)
{
    struct process process;
    struct job job = {.processes = &process, .text = ready->text};
    struct stage stage = {.job = &job, .in = -1, .out = -1, .unused = -1};

    pid_t child = start_program(&stage, ready);
    if (child > 0) {
        job_add(&job, child);
    }
    return job_wait(&job);
}

/* What a copy of the shell must not take for its own. */
static void
become_copy(void)
{
    shell.jobs = NULL; /* the shell's children are not ours */
    shell.interactive = false;
    shell.job_control = shell.opt['m'] = false;
    traps_drop();
}

static _Noreturn void
run_copy(const struct stage *stage, struct node *node)
{
    struct ready ready;

    job_child(stage->job);
    connect_pipes(stage);
    become_copy();
    if (node->kind == NODE_SUBSHELL) {
        struct redir *redirs;
        if (!redirect_expand(node->redirs, &redirs) ||
            !redirect_apply(redirs, NULL)) {
            shell_exit(2);
        }
        shell_exit(run_node(node->left));
    }
    if (node->kind == NODE_SIMPLE) {
        shell_exit(ready_make(node, &ready) ? run_ready(&ready, true) : 2);
    }
    shell_exit(run_node(node));
}

/* Whether to expand this here could change the shell, or read its input. */
static bool
has_effects(const char *text)
{
    return strchr(text, '`') != NULL || strstr(text, "$(") != NULL ||
           strstr(text, "${") != NULL;
}

/* Whether the command must be expanded in a copy of the shell. */
static bool
must_copy(const struct node *node)
{
    bool must = node->kind != NODE_SIMPLE || shell.opt['u'];

    for (const struct word *w = node->words; !must && w != NULL; w = w->next) {
        must = has_effects(w->text);
    }
    for (struct redir *r = node->redirs; !must && r != NULL; r = r->next) {
        must = has_effects(r->target);
    }
    return must;
}

/* Start a part of a pipeline. */
pid_t
start(struct stage *stage, struct node *node)
{
    struct ready ready;

    if (!must_copy(node)) {
        if (!ready_make(node, &ready)) {
            return -1;
        }
        if (ready.argc > 0 && ready.builtin == NULL && !ready.function) {
            return start_program(stage, &ready);
        }
    }
    struct shell before = shell;
    sigset_t mask;
    signals_hold(&mask);
    pid_t pid = fork();
    if (pid == 0) {
        run_copy(stage, node);
    }
    shell = before;
    signals_release(&mask);
    if (pid < 0) {
        complain("fork: %s", strerror(errno));
    }
    return pid;
}

/* All that comes out of fd, without the newlines at its end. */
static char *
read_all(int fd)
{
    struct text all = {0};
    char buf[512];
    ssize_t n;

    while ((n = read(fd, buf, sizeof(buf))) > 0 || (n < 0 && errno == EINTR)) {
        if (n > 0) {
            text_add(&all, buf, (size_t)n);
        }
    }
    char *text = temp_copy(all.bytes, all.length);
    size_t kept = 0;
    for (size_t i = 0; i < all.length; i++) {
        text[kept] = text[i];
        kept += text[i] != '\0';
    }
    while (kept > 0 && text[kept - 1] == '\n') {
        kept--;
    }
    text[kept] = '\0';
    return text;
}

static __attribute__((noinline)) _Noreturn void
substitute(const char *text, int out)
{
    struct job job = {0};

    job_child(&job);
    move_fd(out, STDOUT_FILENO);
    become_copy();
    shell.tested = 0;
    shell_exit(run_text(text));
}

/* The child stays in our process group: ^C is for both. */
void
expand_command(struct expansion *x, const char *text, bool quoted)
{
    struct shell before = shell;
    int fds[2];
    struct process process;
    struct job job = {.processes = &process};
    sigset_t mask;

    if (pipe2(fds, O_CLOEXEC) < 0) {
        complain("pipe: %s", strerror(errno));
        x->failed = true;
        return;
    }
    shell.job_control = false;
    signals_hold(&mask);
    pid_t child = fork();
    if (child == 0) {
        close(fds[0]);
        substitute(text, fds[1]);
    }
    shell = before;
    shell.job_control = false;
    signals_release(&mask);
    close(fds[1]);
    if (child < 0) {
        complain("fork: %s", strerror(errno));
        x->failed = true;
    } else {
        job_add(&job, child);
        put_value(x, read_all(fds[0]), quoted);
        before.status = job_wait(&job);
        before.unwind = shell.unwind;
    }
    close(fds[0]);
    shell = before;
    command_substituted = true;
}

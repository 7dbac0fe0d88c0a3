/*
 * Running a parsed list.
 *
 * Essential fact: a program is started with vfork, which needs no copy of the
 * shell and works where fork does not; everything it needs is made ready
 * before, since until the exec the child runs on the shell's own memory. Only
 * what the shell itself must do in a child (a subshell, a builtin in a
 * pipeline) is forked.
 */
#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "sh.h"

/* A command that is ready to run: its words and targets are expanded. */
struct ready {
    const struct command *command;
    char **assignments; /* NAME=value, ended by NULL */
    char **argv;        /* empty if there are only assignments */
    int argc;
    struct redir *redirs;
    builtin builtin;
};

/* The place of one command in its pipeline. */
struct stage {
    struct job *job;
    int in;     /* read end of the pipe before us, or -1 */
    int out;    /* write end of the pipe behind us, or -1 */
    int unused; /* read end of the pipe behind us, or -1 */
};

static int run_pipelines(struct pipeline *pipeline);
static int run_pipeline(struct pipeline *pipeline, bool in_background);
static void run_in_background(struct list *list);
static int run_here(struct ready *ready);
static bool make_ready(const struct command *command, struct ready *ready);
static bool start_all(struct command *command, struct job *job);
static pid_t start(struct stage *stage, struct ready *ready);
static pid_t start_program(struct stage *stage, struct ready *ready);
static pid_t start_copy(struct stage *stage, struct ready *ready);
static _Noreturn void run_copy(struct stage *stage, struct ready *ready);

int
run_list(struct list *list)
{
    for (; list != NULL; list = list->next) {
        if (list->background) {
            run_in_background(list);
        } else {
            run_pipelines(list->pipelines);
        }
    }
    return shell.status;
}

static int
run_pipelines(struct pipeline *pipeline)
{
    for (; pipeline != NULL; pipeline = pipeline->next) {
        bool ok = shell.status == 0;
        if (pipeline->when == ALWAYS || ok == (pipeline->when == IF_OK)) {
            shell.status = run_pipeline(pipeline, false);
        }
    }
    return shell.status;
}

/* A single pipeline needs no shell of its own; several are a subshell. */
static void
run_in_background(struct list *list)
{
    struct list inside = {.pipelines = list->pipelines};
    struct command command = {.subshell = &inside};
    struct pipeline subshell = {.commands = &command};
    bool single = list->pipelines->next == NULL;

    shell.status = run_pipeline(single ? list->pipelines : &subshell, true);
}

static int
run_pipeline(struct pipeline *pipeline, bool in_background)
{
    struct command *command = pipeline->commands;
    struct job job = {.background = in_background};
    struct ready ready;
    int status;

    /* What turns out to be a program is expanded again by start_all. */
    if (command->next == NULL && command->subshell == NULL && !in_background) {
        if (!make_ready(command, &ready)) {
            return 2;
        }
        if (ready.argc == 0 || ready.builtin != NULL) {
            status = run_here(&ready);
            return pipeline->negated ? status == 0 : status;
        }
    }
    int count = 0;
    for (; command != NULL; command = command->next) {
        count++;
    }
    job.pids = line_alloc((size_t)count * sizeof(pid_t));
    bool ok = start_all(pipeline->commands, &job);
    if (in_background) {
        job_remember(&job);
        return ok ? 0 : 2;
    }
    status = job_wait(&job);
    status = ok ? status : 2;
    return pipeline->negated ? status == 0 : status;
}

static void
close_fd(int fd)
{
    if (fd >= 0) {
        close(fd);
    }
}

/* Start every command, each pipe being made just before its writer. */
static bool
start_all(struct command *command, struct job *job)
{
    struct stage stage = {.job = job, .in = -1, .out = -1, .unused = -1};
    bool ok = true;

    for (; ok && command != NULL; command = command->next) {
        int fds[2] = {-1, -1};
        struct ready ready;
        if (command->next != NULL && pipe2(fds, O_CLOEXEC) < 0) {
            complain("pipe: %s", strerror(errno));
            fds[0] = fds[1] = -1;
            ok = false;
        }
        stage.out = fds[1];
        stage.unused = fds[0];
        pid_t pid = ok && make_ready(command, &ready) ? start(&stage, &ready)
                                                      : -1;
        if (pid > 0) {
            job_add(job, pid);
        }
        ok = pid > 0;
        close_fd(stage.in);
        close_fd(stage.out);
        stage.in = stage.unused;
    }
    close_fd(stage.in);
    return ok;
}

static pid_t
start(struct stage *stage, struct ready *ready)
{
    bool program = ready->command->subshell == NULL && ready->argc > 0 &&
                   ready->builtin == NULL;

    return program ? start_program(stage, ready) : start_copy(stage, ready);
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
connect_pipes(struct stage *stage)
{
    bool first_in_background = stage->job->background && stage->in < 0;

    close_fd(stage->unused);
    if (first_in_background && !shell.job_control) {
        stage->in = open("/dev/null", O_RDONLY);
    }
    move_fd(stage->in, STDIN_FILENO);
    move_fd(stage->out, STDOUT_FILENO);
}

/* The environment, with the command's own assignments in front. */
static char **
make_environment(char **assignments)
{
    size_t count = 0;
    size_t n = 0;

    for (; environ[count] != NULL; count++) {
        continue;
    }
    for (char **a = assignments; *a != NULL; a++) {
        count++;
    }
    char **envp = line_alloc((count + 1) * sizeof(*envp));
    for (char **a = assignments; *a != NULL; a++) {
        envp[n++] = *a;
    }
    for (char **e = environ; *e != NULL; e++) {
        size_t name = strcspn(*e, "=") + 1;
        bool replaced = false;
        for (char **a = assignments; *a != NULL; a++) {
            replaced = replaced || strncmp(*a, *e, name) == 0;
        }
        if (!replaced) {
            envp[n++] = *e;
        }
    }
    envp[n] = NULL;
    return envp;
}

/* The child's half of start_program; its frames are gone when we go on. */
static __attribute__((noinline)) _Noreturn void
exec_child(struct stage *stage, struct ready *ready, char **envp)
{
    job_child(stage->job);
    connect_pipes(stage);
    if (!redirect_apply(ready->redirs, NULL)) {
        _exit(2);
    }
    _exit(exec_program(ready->argv, envp));
}

static pid_t
start_program(struct stage *stage, struct ready *ready)
{
    struct stage copy = *stage; /* the child's writes must not reach ours */
    char **envp = make_environment(ready->assignments);

    pid_t pid = vfork();
    if (pid == 0) {
        exec_child(&copy, ready, envp);
    }
    if (pid < 0) {
        complain("vfork: %s", strerror(errno));
    }
    return pid;
}

/*
 * Fork a shell that does the rest itself. A kernel told to let parent and
 * child share their memory (fork=share) would show us the child's changes of
 * `shell`, and its return from here would spoil our stack: so we keep a copy,
 * and it does not return.
 */
static pid_t
start_copy(struct stage *stage, struct ready *ready)
{
    struct shell before = shell;

    fflush(stdout);
    pid_t pid = fork();
    if (pid == 0) {
        run_copy(stage, ready);
    }
    shell = before;
    if (pid < 0) {
        complain("fork: %s", strerror(errno));
    }
    return pid;
}

static _Noreturn void
run_copy(struct stage *stage, struct ready *ready)
{
    struct stage copy = *stage;

    job_child(stage->job);
    connect_pipes(&copy);
    shell.background = NULL; /* the shell's children are not ours */
    shell.interactive = false;
    shell.job_control = false;
    if (ready->command->subshell == NULL) {
        exit(run_here(ready));
    }
    if (!redirect_apply(ready->redirs, NULL)) {
        exit(2);
    }
    exit(run_list(ready->command->subshell));
}

/* Expand. => false after a complaint */
static bool
make_ready(const struct command *command, struct ready *ready)
{
    const struct word *word = command->words;
    size_t count = 0;

    *ready = (struct ready){.command = command};
    for (const struct word *w = word; w != NULL; w = w->next) {
        count++;
    }
    ready->assignments = line_alloc((count + 1) * sizeof(char *));
    count = 0;
    for (; word != NULL; word = word->next) {
        size_t name = var_name_length(word->text);
        if (name == 0 || word->text[name] != '=') {
            break;
        }
        char *assignment = expand_one(word->text);
        if (assignment == NULL) {
            return false;
        }
        ready->assignments[count++] = assignment;
    }
    ready->assignments[count] = NULL;
    ready->argv = expand_words(word, &ready->argc);
    if (ready->argv == NULL) {
        return false;
    }
    if (ready->argc > 0) {
        ready->builtin = builtin_find(ready->argv[0]);
    }
    return redirect_expand(command->redirs, &ready->redirs);
}

static void
assign(char **assignments)
{
    for (; *assignments != NULL; assignments++) {
        size_t name = strcspn(*assignments, "=");
        var_set(line_copy(*assignments, name), *assignments + name + 1);
    }
}

/* Assignments alone, or a builtin: done by this very process. */
static int
run_here(struct ready *ready)
{
    struct saved_fd *saved = NULL;
    int status = 2;

    assign(ready->assignments);
    if (redirect_apply(ready->redirs, &saved)) {
        status = ready->argc == 0 ? 0
                                  : ready->builtin(ready->argc, ready->argv);
        if (fflush(stdout) < 0) {
            complain("%s: %s", ready->argv[0], strerror(errno));
            status = 1;
        }
        if (ready->argc == 1 && strcmp(ready->argv[0], "exec") == 0) {
            redirect_keep(saved);
            return status;
        }
    }
    redirect_undo(saved);
    return status;
}

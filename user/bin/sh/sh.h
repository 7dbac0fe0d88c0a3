#pragma once

/*
 * The shell's shapes and its parts, in the order in which a line of text goes
 * through them: main.c reads it, lex.c and parse.c turn it into a list,
 * expand.c makes arguments of its words, run.c, redirect.c and jobs.c start
 * and await processes, builtins.c holds what the shell must do itself.
 *
 *     a && b | c > f ; d &
 *
 *     struct list      a && b | c > f            d     (background)
 *     struct pipeline  a --(if ok)--> b | c      d
 *     struct command   a              b  c > f   d
 */

#include <stdbool.h>
#include <stddef.h>
#include <sys/types.h>

/* A word as it was typed, quotes and dollars included. */
struct word {
    struct word *next;
    char *text;
};

enum redir_kind { REDIR_READ, REDIR_WRITE, REDIR_APPEND, REDIR_DUP };

struct redir {
    struct redir *next;
    enum redir_kind kind;
    int fd;       /* the descriptor to change */
    char *target; /* a word; expanded when the command is about to run */
};

/* Words and redirections, or a list in parentheses. */
struct command {
    struct command *next; /* the reader of our output in the pipeline */
    struct word *words;
    struct redir *redirs;
    struct list *subshell;
};

enum condition { ALWAYS, IF_OK, IF_FAILED };

struct pipeline {
    struct pipeline *next;
    enum condition when; /* run, by the status of the pipeline before */
    bool negated;
    struct command *commands;
};

struct list {
    struct list *next;
    struct pipeline *pipelines;
    bool background;
};

struct shell {
    const char *name; /* $0 */
    char **args;      /* $1 ... */
    int arg_count;    /* $# */
    int status;       /* $? */
    pid_t pid;        /* $$ */
    pid_t last_job;   /* $! */
    bool interactive; /* prompts, messages about jobs */
    bool job_control; /* each job is a process group; the tty is passed on */
    int tty;          /* a descriptor of it, if job_control */
    struct background *background; /* jobs.c's list */
};

extern struct shell shell;

/* A message on stderr, as "sh: text". */
void complain(const char *fmt, ...) __attribute__((format(printf, 1, 2)));

/* memory.c: memory that lives until the line was run; never NULL. */
void *line_alloc(size_t size);
char *line_copy(const char *text, size_t length);
void line_free(void);

/* lex.c, parse.c */
enum parse_result { PARSED, PARSE_MORE, PARSE_ERROR };

/* PARSE_MORE: text is good so far and wants another line. *list may be NULL. */
enum parse_result parse(const char *text, struct list **list);

/* vars.c: shell variables; the exported ones are in the environment. */
const char *var_get(const char *name);
void var_set(const char *name, const char *value);
void var_export(const char *name);
void var_unset(const char *name);

/* The length of the variable name at the start of text; 0 if none. */
size_t var_name_length(const char *text);

/* expand.c: NULL after a complaint. */
char **expand_words(const struct word *words, int *count);
char *expand_one(const char *text);

/* redirect.c */
struct saved_fd;

/* Expand the targets. => false after a complaint */
bool redirect_expand(struct redir *from, struct redir **to);

/*
 * Redirect. => false after a complaint
 * => what is undone is remembered in *saved, unless saved is NULL
 */
bool redirect_apply(const struct redir *redirs, struct saved_fd **saved);
void redirect_undo(struct saved_fd *saved);
void redirect_keep(struct saved_fd *saved);

/* run.c: all set and give $?. */
int run_list(struct list *list);

/* jobs.c: the processes of one pipeline. */
struct job {
    pid_t pgid; /* 0: the shell's own group */
    bool background;
    int count;
    pid_t *pids;
};

void job_control_start(void);
void job_control_signals(bool ours);
void job_child(const struct job *job);
void job_add(struct job *job, pid_t pid);
int job_wait(struct job *job);
void job_remember(const struct job *job);
void jobs_poll(void);
void jobs_wait_all(void);
int jobs_wait_one(pid_t pid);

/* builtins.c */
typedef int (*builtin)(int argc, char **argv);

builtin builtin_find(const char *name);

/* Replace this process by a program. => its status, after a complaint */
int exec_program(char **argv, char *const envp[]);

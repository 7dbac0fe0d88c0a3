#pragma once

/* From trees to processes: what the files that run commands share. */

#include "jobs.h"
#include "shared.h"
#include "sh.h"

struct source;

/* run.c: each sets and gives $?. */
int run_node(struct node *node);
int run_source(struct source *source);
int run_text(const char *text);
int run_file(const char *path);

/* expand.c: NULL after a complaint; all is in temporary memory. */
char **expand_words(const struct word *words, int *count);

/* An argument list in the making. */
struct args {
    char **list;
    size_t count;
    size_t room;
};

void args_add(struct args *args, char *arg);
void args_sort(struct args *args, size_t from);

/* How text that is expanded stands. */
enum quoting {
    BARE,   /* a word, as it was typed */
    INNER,  /* the word of ${x-word}: what is not quoted in it is split */
    DOUBLE, /* between double quotes */
    HERE,   /* a here-document: as DOUBLE, but " is a character */
};

struct expansion {
    struct args args;  /* the finished arguments */
    struct marked arg; /* the one in the making */
    bool split;        /* unquoted values are split, and patterns matched */
    bool assigns;      /* NAME=value: ~ also stands for itself behind : */
    bool begun;        /* there is an argument, be it empty */
    bool after_space;  /* white space of IFS ended the last argument */
    bool no_args;      /* "$@" gave nothing in this quoted string */
    bool failed;       /* after a complaint */
};

void expand_text(struct expansion *x, const char *s, enum quoting quoting);

/* One string that is never split; NULL after a complaint. */
char *expand_string(const char *text, enum quoting quoting);
char *expand_assignment(const char *text); /* what stands behind NAME= */
char *expand_pattern(const char *text);    /* \ in front of what was quoted */

/* field.c: building arguments, and cutting values where IFS says so. */
void put(struct expansion *x, char c, bool quoted);
void put_value(struct expansion *x, const char *value, bool quoted);
void put_all_args(struct expansion *x, bool star, bool quoted);
void end_arg(struct expansion *x);
char *arg_text(const struct expansion *x);
char *arg_pattern(const struct expansion *x);

/* param.c: the length of a parameter's name at the start of text, or 0. */
size_t param_name_length(const char *text, bool in_braces);

/* $NAME and, without its braces, ${...}. */
void expand_param(struct expansion *x, const char *text,
                  enum quoting quoting);

/* start.c: $(...), without its parentheses. */
void expand_command(struct expansion *x, const char *text, bool quoted);

/* Whether $? was set by a $(...) since this was made false. */
extern bool command_substituted;

/* pattern.c, glob.c, arith.c */
bool pattern_match(const char *pattern, const char *text);
bool pattern_is_plain(const char *pattern);
bool glob(const char *pattern, struct args *args);
bool arith_eval(const char *text, long *result);

/* redirect.c */
struct saved_fd;

/* Expand the targets. => false after a complaint */
bool redirect_expand(struct redir *from, struct redir **to);

/*
 * Redirect. => false after a complaint
 * => what is undone is remembered in *saved, unless saved is NULL
 */
bool redirect_apply(const struct redir *redirs, struct saved_fd **saved);
void redirect_undo(struct saved_fd *saved, bool stay);

/* simple.c: a simple command whose words and targets are expanded. */
struct ready {
    const struct word *assignments; /* the words in front of `words` */
    const struct word *words;
    char **argv; /* empty if there are only assignments */
    int argc;
    struct redir *redirs;
    struct function *function;
    const struct builtin *builtin; /* both NULL: a program */
    char *text; /* what the job is called */
};

bool ready_make(const struct node *node, struct ready *ready);
int run_ready(struct ready *ready, bool in_copy);

/* Assign; *saved is what that hid. => false after a complaint */
bool ready_assign(const struct ready *ready, struct saved_var **saved);

/* start.c: processes. */

/* The place of one command in its pipeline. */
struct stage {
    struct job *job;
    int in;     /* read end of the pipe before us, or -1 */
    int out;    /* write end of the pipe behind us, or -1 */
    int unused; /* read end of the pipe behind us, or -1 */
};

/* => the pid, or -1 after a complaint */
pid_t start(struct stage *stage, struct node *node);
pid_t start_program(struct stage *stage, const struct ready *ready);
int run_program(const struct ready *ready);
void close_fd(int fd);

/* program.c */
int exec_program(char **argv, char *const envp[]);
bool find_program(const char *name, const char *dirs, char *path);

/* builtins.c */
struct builtin {
    const char *name;
    int (*function)(int argc, char **argv);
    bool special; /* in POSIX's sense: an error in it ends a script */
};

const struct builtin *builtin_find(const char *name);
const char *builtin_name(size_t index); /* NULL: there are no more */

/* A number from 0 up, or -1 after a complaint. */
int number_argument(const char *command, const char *text);

/* set.c: the options of `set` and of the shell itself, the parameters. */

/*
 * Read options such as -eu and -o NAME, and letters that exist only_here.
 * => the index behind them, or -1
 */
int options_read(char **argv, const char *only_here);
void params_set(char **args, int count);
void params_free(struct params *params);

/* Builtins that stand in a file of their own. */
int builtin_bg(int argc, char **argv);
int builtin_cd(int argc, char **argv);
int builtin_command(int argc, char **argv);
int builtin_echo(int argc, char **argv);
int builtin_export(int argc, char **argv);
int builtin_fg(int argc, char **argv);
int builtin_getopts(int argc, char **argv);
int builtin_help(int argc, char **argv);
int builtin_jobs(int argc, char **argv);
int builtin_kill(int argc, char **argv);
int builtin_pwd(int argc, char **argv);
int builtin_read(int argc, char **argv);
int builtin_readonly(int argc, char **argv);
int builtin_set(int argc, char **argv);
int builtin_shift(int argc, char **argv);
int builtin_trap(int argc, char **argv);
int builtin_type(int argc, char **argv);
int builtin_ulimit(int argc, char **argv);
int builtin_umask(int argc, char **argv);
int builtin_unset(int argc, char **argv);
int builtin_wait(int argc, char **argv);

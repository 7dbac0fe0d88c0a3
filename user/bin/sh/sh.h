#pragma once

/*
 * The shell's shapes and its parts, in the order in which text goes through
 * them: source.c reads it (edit.c from a terminal), scan.c, lex.c and parse.c
 * make a tree, run.c walks it; expand.c and its kin make arguments of words,
 * redirect.c and jobs.c start and await processes, builtins*.c hold what the
 * shell must do itself.
 *
 *     if a | b; then c > f; fi &
 *
 *     BACKGROUND           left
 *       IF                 left, right (then), other (else)
 *         PIPE   SIMPLE    left: the first command; they are chained by next
 *          |
 *         SIMPLE - SIMPLE  words, redirs
 */

#include <signal.h>
#include <stdbool.h>
#include <stddef.h>
#include <sys/types.h>

#include "memory.h"

/* A word as it was typed, quotes and dollars included. */
struct word {
    struct word *next;
    char *text;
};

enum redir_kind {
    REDIR_READ,    /* < */
    REDIR_WRITE,   /* > */
    REDIR_CLOBBER, /* >| */
    REDIR_APPEND,  /* >> */
    REDIR_BOTH,    /* <> */
    REDIR_DUP,     /* <& and >& */
    REDIR_HERE,    /* << and <<- */
};

struct redir {
    struct redir *next;
    enum redir_kind kind;
    int fd;       /* the descriptor to change */
    char *target; /* a word, or the text of a here-document */
    bool literal; /* a here-document whose delimiter was quoted */
    bool tabs;    /* <<-: tabs in front of its lines go */
    struct redir *next_here; /* its body stands behind this one's */
};

enum node_kind {
    NODE_SIMPLE,     /* words, redirs */
    NODE_PIPE,       /* left: two or more, chained by next */
    NODE_AND,        /* left && right */
    NODE_OR,         /* left || right */
    NODE_NOT,        /* ! left */
    NODE_LIST,       /* left: what runs one after another, chained by next */
    NODE_BACKGROUND, /* left & */
    NODE_SUBSHELL,   /* ( left ) */
    NODE_GROUP,      /* { left } */
    NODE_IF,         /* if left; then right; else other; fi */
    NODE_WHILE,      /* while left; do right; done */
    NODE_UNTIL,
    NODE_FOR,        /* for name in words; do right; done */
    NODE_CASE,       /* case words in items esac */
    NODE_FUNCTION,   /* name() left */
    NODE_KINDS,
};

struct case_item {
    struct case_item *next;
    struct word *patterns;
    struct node *body; /* NULL: nothing */
};

struct node {
    struct node *next;
    enum node_kind kind;
    int line;
    struct word *words;
    struct redir *redirs;
    struct node *left;
    struct node *right;
    struct node *other;
    struct case_item *items;
    char *name; /* or the text of a job, if there is job control */
};

/* $1 ... ; a function has its own. */
struct params {
    char **args;
    int count;
    void *owned; /* set by `set`: to be freed with them; else NULL */
};

/* Why the functions of run.c return before their end. */
enum unwind {
    UNWIND_NOT,
    UNWIND_BREAK,
    UNWIND_CONTINUE,
    UNWIND_RETURN,
    UNWIND_COMMAND, /* to the prompt, after an error or ^C */
};

struct shell {
    const char *name; /* $0 */
    struct params params;
    int status;      /* $? */
    int line;        /* $LINENO */
    pid_t pid;       /* $$ */
    pid_t last_job;  /* $! */
    bool opt[128];   /* set -e is opt['e'] */
    bool interactive;
    bool job_control; /* each job is a process group; the tty is passed on */
    int tty;          /* a descriptor of it, if job_control */
    int tested;       /* conditions that run now: set -e does not count */
    int guarded;      /* `command`s that run now: errors do not end a script */
    int loops;        /* of the function that runs */
    int calls;        /* functions and files that `return` can leave */
    int levels;       /* loops that break and continue still have to leave */
    enum unwind unwind;
    char *traps[NSIG]; /* commands, "" to ignore a signal; EXIT is 0 */
    int trap_status;   /* of the command before the trap that runs, or -1 */
    struct tree *tree; /* the one that runs */
    struct job *jobs;  /* the current one first (jobs.c) */
    bool warned;       /* that there are stopped jobs: exit again leaves */
};

extern struct shell shell;

/* main.c */
void complain(const char *fmt, ...) __attribute__((format(printf, 1, 2)));

/* Leave the shell, or the copy of it that we are. */
_Noreturn void shell_exit(int status);

/*
 * An error that ends the shell if it is not interactive, else the command.
 * => 2
 */
int shell_fail(void);

/* vars.c: values are never NULL but for what is unset. */
const char *var_get(const char *name);
bool var_set(const char *name, const char *value);
void var_export(const char *name);
void var_readonly(const char *name);
bool var_unset(const char *name);
void var_import(void);
void var_print(const char *prefix, bool exported, bool readonly);
char **var_environment(void);

/* What a command's own assignment hid, to be put back. */
struct saved_var;

void var_save(const char *name, struct saved_var **saved);
void var_restore(struct saved_var *saved);

/* The length of the variable name at the start of text; 0 if none. */
size_t var_name_length(const char *text);
bool var_is_name(const char *text);

/* Print text so that the shell reads it as this one word. */
void print_quoted(const char *text);

/* functions.c */
struct function *function_find(const char *name);
void function_define(const char *name, struct node *body);
void function_unset(const char *name);
int function_call(struct function *function, int argc, char **argv);
const char *function_name(size_t index);

#pragma once

/*
 * Functions for several tools of user/bin. Messages are those of err.h; a
 * function that returns bool prints a message before it returns false.
 */

#include <stdbool.h>
#include <stdio.h>
#include <sys/stat.h>

/* Print how to call the tool, and exit. */
_Noreturn void usage(int status, const char *text);

/* For a tool without options: any option is an error; operands: from optind. */
void no_options(int argc, char **argv, int status, const char *text);

/* Print "tool: what: errno's text". => false, for the caller to return */
bool complain(const char *what);

/* Ask on stderr, and read a line of stdin. => whether it begins with y */
bool confirm(const char *fmt, ...) __attribute__((format(printf, 1, 2)));

/* Flush stdout. => the tool's exit status; ok: its work was successful */
int finish(bool ok);

/* A whole number of at least 0; otherwise the tool exits with this status. */
long number(const char *text, int status);

/* They allocate; if there is no memory, the tool exits with status 2. */
void *grow(void *old, size_t size);
char *join(const char *directory, const char *name);

/* The last part of a path, without trailing slashes, as a new string. */
char *last_part(const char *path);

/* Files to read: "-" is stdin, which is never closed. */
FILE *input_open(const char *name);
bool input_close(FILE *file, const char *name);

/* Call read_one for each name, or once for "-" if there is none. */
bool each_input(char **names, bool (*read_one)(FILE *file, const char *name));

/* Which part of each file head and tail write. */
struct ends {
    long count;
    bool bytes;      /* not lines */
    bool from_start; /* tail: all from number `count` on */
};

/*
 * What head and tail have in common: options, the default of 10 lines, titles
 * of several files. It calls show for each file. => the tool's exit status
 */
int each_end(int argc, char **argv, const char *usage_text, struct ends *ends,
             void (*show)(FILE *file));

/* Copy all bytes from one descriptor to another. */
bool copy_bytes(int from, const char *from_name, int to, const char *to_name);

/*
 * FROM TO, or FROM... DIRECTORY: call act(from, to) for each FROM. If the last
 * word is a directory, `to` is a name in it. With `as_file`, a symbolic link to
 * a directory is not taken for one.
 */
bool each_target(char **words, bool as_file,
                 bool (*act)(const char *from, const char *to));

/* Apply a mode of chmod, octal or symbolic, to a file's old mode. */
bool mode_change(const char *text, mode_t old, mode_t *mode);

/* A mode as ls -l shows it: drwxr-xr-x, with s and t for the special bits. */
#define MODE_LETTERS 11
void mode_letters(mode_t mode, char text[MODE_LETTERS]);

/* "@SECONDS" or "YYYY-MM-DD[ hh:mm[:ss]]" in UTC, a T or a blank between. */
bool time_parse(const char *text, struct timespec *moment);

/*
 * The character that an escape such as \n means. *at points behind the
 * backslash, and is moved behind the escape. If `zero`, an octal number has up
 * to three digits behind a 0. => -1: \c, -2: not an escape
 */
int escape(const char **at, bool zero);

/* Why a walk calls visit: a file; a directory before, or after its entries. */
enum walk_event { WALK_FILE, WALK_ENTER, WALK_LEAVE };

enum walk_result {
    WALK_DONE,
    WALK_SKIP, /* do not visit the directory's entries, nor LEAVE it */
    WALK_FAILED, /* as WALK_SKIP, and the walk has failed */
};

struct walk {
    const char *path;
    struct stat st;
    int depth;  /* 0 for the walk's own path */
    bool whole; /* LEAVE: each visit inside returned WALK_DONE */
};

/*
 * Visit path and all below it, sorted by name. Symbolic links are not followed,
 * except path itself if `follow`.
 */
bool walk(const char *path, bool follow,
          enum walk_result (*visit)(enum walk_event event, struct walk *at));

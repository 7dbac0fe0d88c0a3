#pragma once

/*
 * What several tools of user/bin do in the same way. Messages are those of
 * err.h; a function that gives bool has said why when it gives false.
 */

#include <stdbool.h>
#include <stdio.h>
#include <sys/stat.h>

/* Say how the tool is called, and exit. */
_Noreturn void usage(int status, const char *text);

/* For a tool without options: any is an error, and argv[optind] comes next. */
void no_options(int argc, char **argv, int status, const char *text);

/* "tool: what: errno's text". => false, so that one may return it */
bool complain(const char *what);

/* Ask on stderr, and read a line of stdin. => whether it begins with y */
bool confirm(const char *fmt, ...) __attribute__((format(printf, 1, 2)));

/* The status of a tool whose work went well or not, when stdout is written. */
int finish(bool ok);

/* A whole number of at least 0, or an error with the tool's end. */
long number(const char *text, int status);

/* As malloc's, but they end the tool (status 2) if there is no memory. */
void *grow(void *old, size_t size);
char *join(const char *directory, const char *name);

/* The last part of a path, without the slashes behind it, as a new string. */
char *last_part(const char *path);

/* Files to read: "-" is stdin, which is never closed. */
FILE *input_open(const char *name);
bool input_close(FILE *file, const char *name);

/* Call read_one for each name, or once for "-" if there is none. */
bool each_input(char **names, bool (*read_one)(FILE *file, const char *name));

/* What head and tail are asked for. */
struct ends {
    long count;
    bool bytes;      /* not lines */
    bool from_start; /* tail: all from that one on */
};

/*
 * The whole of head and tail but `show`: their options, the default of 10
 * lines, titles between several files. => the tool's status
 */
int each_end(int argc, char **argv, const char *usage_text, struct ends *ends,
             void (*show)(FILE *file));

/* Copy all bytes from one descriptor to another. */
bool copy_bytes(int from, const char *from_name, int to, const char *to_name);

/*
 * FROM TO, or FROM... DIRECTORY: call act(from, to) for each FROM, `to` being
 * inside the directory if the last word is one (and, if `as_file`, no symbolic
 * link to one).
 */
bool each_target(char **words, bool as_file,
                 bool (*act)(const char *from, const char *to));

/* A mode as chmod has it, octal or symbolic, applied to a file's old one. */
bool mode_change(const char *text, mode_t old, mode_t *mode);

/* A mode as ls -l shows it: drwxr-xr-x, with s and t where these bits are. */
#define MODE_LETTERS 11
void mode_letters(mode_t mode, char text[MODE_LETTERS]);

/* "@SECONDS" or "YYYY-MM-DD[ hh:mm[:ss]]" in UTC, a T or a blank between. */
bool time_parse(const char *text, struct timespec *moment);

/*
 * The character that an escape sequence such as \n stands for; *at is behind
 * the backslash and moves on. With \0 in front, an octal number has one digit
 * more if `zero`. => -1 for \c, -2 if it is none
 */
int escape(const char **at, bool zero);

/* Where a walk is: a file, a directory before or after what is in it. */
enum walk_event { WALK_FILE, WALK_ENTER, WALK_LEAVE };

enum walk_result {
    WALK_DONE,
    WALK_SKIP, /* of a directory that is entered: what is in it, and LEAVE */
    WALK_FAILED, /* the same, and the walk has failed */
};

struct walk {
    const char *path;
    struct stat st;
    int depth;  /* 0 for what was named */
    bool whole; /* LEAVE: no visit inside was skipped or failed */
};

/*
 * Visit path and all below it, names in order; symbolic links are not followed
 * unless `follow` says so for path itself.
 */
bool walk(const char *path, bool follow,
          enum walk_result (*visit)(enum walk_event event, struct walk *at));

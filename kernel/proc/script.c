/*
 * Scripts: texts whose first line, `#!interpreter argument`, names the program
 * that runs them.  Essential fact: only its first 256 bytes count.  If the name
 * goes on behind them, it is no script: what is left could be another's name.
 */
#include "abi/errno.h"
#include "common/string.h"

#include "mm/heap.h"
#include "mm/object.h"

#include "fs/path.h"

#include "proc/exec.h"

#define LINE_SIZE   256
#define ROOM        (SCRIPTS_MAX * LINE_SIZE) /* for all that precedes a path */
#define IS_BLANK(c) ((c) == ' ' || (c) == '\t')

/* => the end of the blanks, or of the word, that begins there */
static char *
skip(char *at, const char *end, bool blanks)
{
    while (at < end && IS_BLANK(*at) == blanks && (blanks || *at != '\0')) {
        at++;
    }
    return at;
}

/* => whether it is a script; then its interpreter, and argument if any */
static bool
parse(char line[LINE_SIZE], const char **name, const char **argument)
{
    char *end = memchr(line, '\n', LINE_SIZE);
    char *first = skip(line + 2, line + LINE_SIZE, true);
    char *behind = skip(first, line + LINE_SIZE, false);
    bool whole = end != NULL || behind < line + LINE_SIZE;

    if (line[0] != '#' || line[1] != '!' || !whole) {
        return false;
    }
    end = end != NULL ? end : line + LINE_SIZE - 1;
    while (IS_BLANK(end[-1])) {
        end--;
    }
    *end = '\0';
    *name = first;
    if (behind < end && *behind != '\0') {
        *behind = '\0';
        *argument = skip(behind + 1, end, true);
    }
    return first < end;
}

/* Put a string before all arguments. */
static void
prepend(struct args *args, const char *string)
{
    size_t size = strlen(string) + 1;
    u64 argc = args->words[args->first];

    args->given = memcpy((char *)args->given - size, string, size);
    args->givens++;
    args->words[--args->first] = argc + 1;
}

int
script_follow(struct args *args, const char *path, struct inode **program)
{
    char line[LINE_SIZE] = "";
    const char *name, *argument = NULL;
    struct inode *interpreter;
    size_t size = strlen(path) + 1;
    long got = object_read(inode_object(*program), 0, line, LINE_SIZE);

    if (got < 0 || !parse(line, &name, &argument)) {
        return (int)MIN(got, 0);
    }
    if (args->hidden) {
        return -ENOENT;
    }
    if (args->script == NULL
        && (args->script = kmalloc(ROOM + size)) != NULL) {
        args->given = memcpy(args->script + ROOM, path, size);
        args->givens = 1; /* it replaces argv[0] */
    }
    /* No name is the working directory, as for Linux. */
    int error = args->script == NULL ? -ENOMEM
                : path_find_program(*name != '\0' ? name : ".", &interpreter);
    if (error != 0) {
        return error;
    }
    program_put(*program);
    *program = interpreter;
    if (args->scripts++ == SCRIPTS_MAX) {
        return -ELOOP;
    }
    if (argument != NULL) {
        prepend(args, argument);
    }
    prepend(args, name);
    return 1;
}

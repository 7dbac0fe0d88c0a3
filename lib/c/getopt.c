/*
 * getopt: options of one letter. Essential fact: like GNU's, it takes options
 * behind operands too (`ls x -l`): it moves each one in front of the operands
 * that were passed over, so that at the end argv[optind] is the first operand.
 * With a `+` in front of the letters, options end at the first operand (POSIX).
 */
#include <stdbool.h>
#include <stdio.h>
#include <string.h>
#include <unistd.h>

#include "c/internal.h"

char *optarg;
int optind = 1;
int opterr = 1;
int optopt;

static char *letters; /* not yet read, of the option that was last moved */
static int operands;  /* passed over: they stand at argv[optind] */

/* Move argv[from] down to argv[to]; what stands between moves up by one. */
static void
move_down(char **argv, int from, int to)
{
    char *moved = argv[from];

    memmove(&argv[to + 1], &argv[to], (size_t)(from - to) * sizeof(*argv));
    argv[to] = moved;
}

/* Bring the next option to the front. => false if there is none */
static bool
next_option(int argc, char **argv, bool in_order)
{
    int at = optind + operands;

    while (at < argc && (argv[at][0] != '-' || argv[at][1] == '\0')) {
        if (in_order) {
            return false;
        }
        at++;
    }
    if (at >= argc) {
        return false;
    }
    operands = at - optind;
    move_down(argv, at, optind);
    letters = argv[optind++] + 1;
    return strcmp(letters, "-") != 0;
}

static int
bad_option(int letter, const char *what, bool silent)
{
    optopt = letter;
    if (opterr && !silent) {
        fprintf(stderr, "%s: %s -- '%c'\n", program_name(), what, letter);
    }
    return '?';
}

int
getopt(int argc, char *const const_argv[], const char *options)
{
    char **argv = (char **)const_argv;
    bool in_order = *options == '+';

    options += in_order;
    bool silent = *options == ':';
    if (letters == NULL || *letters == '\0') {
        if (!next_option(argc, argv, in_order)) {
            return -1;
        }
    }
    int letter = *letters++;
    const char *known = letter == ':' ? NULL : strchr(options, letter);
    if (known == NULL) {
        return bad_option(letter, "invalid option", silent);
    }
    if (known[1] != ':') {
        return letter;
    }
    if (*letters != '\0') {
        optarg = letters;
    } else if (optind + operands < argc) {
        move_down(argv, optind + operands, optind);
        optarg = argv[optind++];
    } else {
        bad_option(letter, "option requires an argument", silent);
        return silent ? ':' : '?';
    }
    letters = NULL;
    return letter;
}

/*
 * grep [-cEFHhilnoqrsvwx] PATTERN [FILE...] | -e PATTERN: print the lines that
 * match. PATTERN is a basic regular expression, with -E an extended one, with
 * -F a plain text.
 *
 * -i: capitals or not; -v: lines that do not match; -w, -x: whole words, lines.
 * -n: with numbers; -o: only what matched; -c: only how many; -l: only names
 * of files; -q: only the status. -h, -H: without, with the names of files.
 * -r: all files in directories. -s: no message about files that are missing.
 * Status: 0 if a line was found, 1 if none, 2 if something went wrong.
 */
#include <err.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "lib/tool.h"
#include "match.h"

#define USAGE "grep [-cEFHhilnoqrsvwx] PATTERN [FILE...] | -e PATTERN"

static bool want[128]; /* the options that were given, by their letters */
static bool with_names;
static bool working_directory; /* the tree is ".", which is not shown */
static bool found;
static bool failed;

static bool
trouble(const char *name)
{
    failed = true;
    return !want['s'] && complain(name);
}

/* number: the line's, or 0 for a count. */
static void
put_prefix(const char *name, long number)
{
    if (with_names) {
        printf("%s:", name);
    }
    if (want['n'] && number > 0) {
        printf("%ld:", number);
    }
}

/* Each match of the line by itself; empty ones are not shown. */
static void
put_matches(const char *line, size_t length, const char *name, long number)
{
    size_t start;
    size_t end = 0;

    while (pattern_find(line, length, end, &start, &end)) {
        if (end > start) {
            put_prefix(name, number);
            printf("%.*s\n", (int)(end - start), line + start);
        } else {
            end++;
        }
    }
}

/* => false if the rest of the file need not be read */
static bool
put_line(const char *line, size_t length, const char *name, long number,
         bool binary)
{
    if (want['q'] || want['l']) {
        return false;
    }
    if (want['c']) {
        return true;
    }
    if (binary) {
        warnx("%s: binary file matches", name);
        return false;
    }
    if (!want['o']) {
        put_prefix(name, number);
        fwrite(line, 1, length, stdout);
        putchar('\n');
    } else if (!want['v']) {
        put_matches(line, length, name, number);
    }
    return true;
}

static bool
grep(FILE *file, const char *name)
{
    static char *line;
    static size_t room;
    ssize_t length;
    long number = 0;
    long matches = 0;
    bool binary = false;
    size_t start;
    size_t end;

    name = strcmp(name, "-") == 0 ? "(standard input)" : name;
    while ((length = getline(&line, &room, file)) > 0) {
        length -= line[length - 1] == '\n';
        number++;
        binary = binary || memchr(line, '\0', (size_t)length) != NULL;
        if (pattern_find(line, (size_t)length, 0, &start, &end) ==
            want['v']) {
            continue;
        }
        matches++;
        if (!put_line(line, (size_t)length, name, number, binary)) {
            break;
        }
    }
    found = found || matches > 0;
    if (want['l'] && matches > 0) {
        puts(name);
    } else if (want['c'] && !want['q'] && !want['l']) {
        put_prefix(name, 0);
        printf("%ld\n", matches);
    }
    return true;
}

static void
grep_file(const char *name)
{
    FILE *file = strcmp(name, "-") == 0 ? stdin : fopen(name, "r");

    if (file == NULL) {
        trouble(name);
        return;
    }
    grep(file, name);
    if (ferror(file)) {
        trouble(name);
    }
    if (file != stdin) {
        fclose(file);
    }
}

static enum walk_result
visit(enum walk_event event, struct walk *at)
{
    /* In a tree neither links nor devices are read. */
    if (event == WALK_FILE && S_ISREG(at->st.st_mode)) {
        grep_file(at->path + (working_directory ? strlen("./") : 0));
    }
    return WALK_DONE;
}

/* Put a further pattern behind those there are, a newline between. */
static char *
add_pattern(char *patterns, const char *text)
{
    size_t length = patterns == NULL ? 0 : strlen(patterns);
    char *all = grow(patterns, length + strlen(text) + 2);

    if (patterns != NULL) {
        all[length++] = '\n';
    }
    strcpy(all + length, text);
    return all;
}

/* => the options for the matcher; all are noted in `want` */
static unsigned
take_options(int argc, char **argv, char **patterns)
{
    static const char letters[] = "EFixw"; /* in the order of their bits */
    unsigned flags = 0;
    int option;

    while ((option = getopt(argc, argv, "cEe:FHhilnoqrsvwx")) != -1) {
        if (option == '?') {
            usage(2, USAGE);
        }
        if (option == 'e') {
            *patterns = add_pattern(*patterns, optarg);
        } else if (option == 'h' || option == 'H') {
            want['h'] = want['H'] = false;
        }
        want[option] = true;
    }
    for (int i = 0; letters[i] != '\0'; i++) {
        flags |= want[(int)letters[i]] ? 1u << i : 0;
    }
    return flags;
}

int
main(int argc, char **argv)
{
    static char *here[] = {(char *)".", NULL};
    static char *standard[] = {(char *)"-", NULL};
    char *patterns = NULL;
    unsigned flags = take_options(argc, argv, &patterns);

    if (patterns == NULL && optind == argc) {
        usage(2, USAGE);
    }
    patterns = patterns == NULL ? argv[optind++] : patterns;
    const char *wrong = pattern_compile(patterns, flags);
    if (wrong != NULL) {
        errx(2, "%s", wrong);
    }
    argv += optind;
    working_directory = *argv == NULL && want['r'];
    if (*argv == NULL) {
        argv = want['r'] ? here : standard;
    }
    bool several = argv[1] != NULL;
    for (; *argv != NULL && !(want['q'] && found); argv++) {
        struct stat st;
        bool tree = want['r'] && stat(*argv, &st) == 0 &&
                    S_ISDIR(st.st_mode);
        with_names = want['H'] || ((several || tree) && !want['h']);
        if (!tree) {
            grep_file(*argv);
        } else if (!walk(*argv, true, visit)) {
            failed = true;
        }
    }
    finish(true);
    return failed && !(want['q'] && found) ? 2 : found ? 0 : 1;
}

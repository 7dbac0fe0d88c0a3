/*
 * chmod [-Rv] MODE FILE...: change modes. MODE is octal (755) or a list such as
 * u+x,go-w or a=rX: who (u g o a), how (+ - =), what (r w x X s t, or u g o).
 * -R also changes all files in directories; -v prints each file's mode.
 */
#include <string.h>
#include <unistd.h>

#include "lib/tool.h"

#define USAGE "chmod [-Rv] MODE FILE..."

static bool recursive;
static bool verbose;
static const char *mode_text;

static bool
change(const char *path, const struct stat *st)
{
    mode_t mode;
    char before[MODE_LETTERS];
    char after[MODE_LETTERS];

    if (!mode_change(mode_text, st->st_mode, &mode)) {
        return false;
    }
    if (chmod(path, mode & 07777) < 0) {
        return complain(path);
    }
    if (!verbose) {
        return true;
    }
    mode_letters(st->st_mode, before);
    mode_letters(mode, after);
    if (mode == st->st_mode) {
        printf("mode of '%s' retained as %04o (%s)\n", path, mode & 07777,
               after + 1);
    } else {
        printf("mode of '%s' changed from %04o (%s) to %04o (%s)\n", path,
               st->st_mode & 07777, before + 1, mode & 07777, after + 1);
    }
    return true;
}

/* In a tree, neither a symbolic link nor its target is changed. */
static enum walk_result
visit(enum walk_event event, struct walk *at)
{
    bool ok = event == WALK_LEAVE || S_ISLNK(at->st.st_mode) ||
              change(at->path, &at->st);

    if (event == WALK_ENTER && !recursive) {
        return ok ? WALK_SKIP : WALK_FAILED;
    }
    return ok ? WALK_DONE : WALK_FAILED;
}

/* => the index of the first operand: a word without -, or a mode such as -x */
static int
first_operand(char **argv)
{
    int i = 1;

    while (argv[i] != NULL && argv[i][0] == '-' &&
           strchr("rwxXstugo", argv[i][1]) == NULL) {
        i++;
    }
    return i;
}

int
main(int argc, char **argv)
{
    int option;
    bool ok = true;
    mode_t mode;

    while ((option = getopt(first_operand(argv), argv, "+Rv")) != -1) {
        recursive = recursive || option == 'R';
        verbose = verbose || option == 'v';
        if (option == '?') {
            usage(1, USAGE);
        }
    }
    if (argc - optind < 2) {
        usage(1, USAGE);
    }
    mode_text = argv[optind++];
    if (!mode_change(mode_text, S_IFREG, &mode)) {
        return 1;
    }
    for (; optind < argc; optind++) {
        ok = walk(argv[optind], true, visit) && ok;
    }
    return finish(ok);
}

/*
 * mv [-finv] FROM TO | FROM... DIRECTORY: rename files.
 * -i asks before it overwrites a file, -n overwrites none, -f does not ask (the
 * last of the three counts); -v names each file.
 */
#include <err.h>
#include <unistd.h>

#include "lib/tool.h"

#define USAGE "mv [-finv] FROM TO | FROM... DIRECTORY"

static bool ask;
static bool never;
static bool verbose;

static bool
move(const char *from, const char *to)
{
    struct stat old;
    struct stat st;

    if (lstat(from, &st) < 0) {
        return complain(from);
    }
    if (lstat(to, &old) == 0) {
        if (st.st_dev == old.st_dev && st.st_ino == old.st_ino) {
            warnx("'%s' and '%s' are the same file", from, to);
            return false;
        }
        if (never || (ask && !confirm("mv: overwrite '%s'? ", to))) {
            return true;
        }
    }
    if (rename(from, to) < 0) {
        warn("cannot move '%s' to '%s'", from, to);
        return false;
    }
    if (verbose) {
        printf("renamed '%s' -> '%s'\n", from, to);
    }
    return true;
}

int
main(int argc, char **argv)
{
    int option;

    while ((option = getopt(argc, argv, "finv")) != -1) {
        if (option == '?') {
            usage(1, USAGE);
        }
        verbose = verbose || option == 'v';
        if (option != 'v') {
            ask = option == 'i';
            never = option == 'n';
        }
    }
    if (argc - optind < 2) {
        usage(1, USAGE);
    }
    return finish(each_target(argv + optind, false, move));
}

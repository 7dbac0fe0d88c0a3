/*
 * rmdir [-pv] DIRECTORY...: remove empty directories. -p removes the other
 * directories of the path too: of a/b/c also a/b and a. -v names each one.
 */
#include <string.h>
#include <unistd.h>

#include "lib/tool.h"

static bool parents;
static bool verbose;

static bool
remove_directory(char *path)
{
    for (;;) {
        if (verbose) {
            printf("rmdir: removing directory, '%s'\n", path);
        }
        if (rmdir(path) < 0) {
            return complain(path);
        }
        char *slash = strrchr(path, '/');
        while (slash != NULL && slash > path && slash[1] == '\0') {
            *slash = '\0';
            slash = strrchr(path, '/');
        }
        if (!parents || slash == NULL || slash == path) {
            return true;
        }
        *slash = '\0';
    }
}

int
main(int argc, char **argv)
{
    int option;
    bool ok = true;

    while ((option = getopt(argc, argv, "pv")) != -1) {
        parents = parents || option == 'p';
        verbose = verbose || option == 'v';
        if (option == '?') {
            usage(1, "rmdir [-pv] DIRECTORY...");
        }
    }
    if (optind == argc) {
        usage(1, "rmdir [-pv] DIRECTORY...");
    }
    for (; optind < argc; optind++) {
        ok = remove_directory(argv[optind]) && ok;
    }
    return finish(ok);
}

/*
 * env [-i] [-u NAME] [NAME=VALUE...] [COMMAND [ARG...]]: run a command in a
 * changed environment, or print it. -i starts with an empty environment, -u
 * removes a name.
 */
#include <err.h>
#include <errno.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "lib/tool.h"

int
main(int argc, char **argv)
{
    static char *none[] = {NULL};
    int option;

    while ((option = getopt(argc, argv, "+iu:")) != -1) {
        if (option == '?') {
            usage(125, "env [-i] [-u NAME] [NAME=VALUE...] [COMMAND...]");
        }
        if (option == 'i') {
            environ = none;
        } else {
            unsetenv(optarg);
        }
    }
    for (; optind < argc && strchr(argv[optind], '=') != NULL; optind++) {
        putenv(argv[optind]);
    }
    if (optind < argc) {
        execvp(argv[optind], argv + optind);
        err(errno == ENOENT ? 127 : 126, "%s", argv[optind]);
    }
    for (char **entry = environ; *entry != NULL; entry++) {
        puts(*entry);
    }
    return finish(true);
}

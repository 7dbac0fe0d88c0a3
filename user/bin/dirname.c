/* dirname PATH...: all but the last part of each path. */
#include <string.h>
#include <unistd.h>

#include "lib/tool.h"

static const char *
directory_part(char *path)
{
    char *end = path + strlen(path);

    while (end > path && end[-1] == '/') {
        end--;
    }
    while (end > path && end[-1] != '/') {
        end--;
    }
    if (end == path) {
        return *path == '/' ? "/" : ".";
    }
    while (end > path + 1 && end[-1] == '/') {
        end--;
    }
    *end = '\0';
    return path;
}

int
main(int argc, char **argv)
{
    no_options(argc, argv, 1, "dirname PATH...");
    if (optind == argc) {
        usage(1, "dirname PATH...");
    }
    for (; optind < argc; optind++) {
        puts(directory_part(argv[optind]));
    }
    return finish(true);
}

/* basename PATH [SUFFIX]: the last part of a path, without the suffix. */
#include <string.h>
#include <unistd.h>

#include "lib/tool.h"

int
main(int argc, char **argv)
{
    no_options(argc, argv, 1, "basename PATH [SUFFIX]");
    argc -= optind;
    argv += optind;
    if (argc < 1 || argc > 2) {
        usage(1, "basename PATH [SUFFIX]");
    }
    char *part = last_part(argv[0]);
    size_t length = strlen(part);
    size_t cut = argc == 2 ? strlen(argv[1]) : 0;
    if (cut < length && strcmp(part + length - cut, argv[argc - 1]) == 0) {
        part[length - cut] = '\0';
    }
    puts(part);
    return finish(true);
}

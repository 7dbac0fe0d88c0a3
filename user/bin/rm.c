/* rm [-f] FILE...: remove files; -f is content if there is none. */
#include <errno.h>
#include <stdbool.h>
#include <stdio.h>
#include <string.h>
#include <unistd.h>

int
main(int argc, char **argv)
{
    bool force = argc > 1 && strcmp(argv[1], "-f") == 0;
    int first = force ? 2 : 1;
    int status = 0;

    if (argc < 2) {
        fprintf(stderr, "usage: rm [-f] FILE...\n");
        return 2;
    }
    for (int i = first; i < argc; i++) {
        if (unlink(argv[i]) < 0 && !(force && errno == ENOENT)) {
            fprintf(stderr, "rm: %s: %s\n", argv[i], strerror(errno));
            status = 1;
        }
    }
    return status;
}

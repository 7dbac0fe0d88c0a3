/* tee [-a] [FILE...]: write standard input to standard output and to files. */
#include <unistd.h>

#include "lib/tool.h"

int
main(int argc, char **argv)
{
    static char buf[4096];
    int option;
    bool append = false;
    bool ok = true;
    ssize_t n;

    while ((option = getopt(argc, argv, "a")) != -1) {
        append = true;
        if (option == '?') {
            usage(1, "tee [-a] [FILE...]");
        }
    }
    FILE **files = grow(NULL, (size_t)(argc - optind + 1) * sizeof(*files));
    int count = 0;
    files[count++] = stdout;
    for (; optind < argc; optind++) {
        files[count] = fopen(argv[optind], append ? "a" : "w");
        if (files[count] == NULL) {
            ok = complain(argv[optind]);
        } else {
            count++;
        }
    }
    while ((n = read(STDIN_FILENO, buf, sizeof(buf))) > 0) {
        for (int i = 0; i < count; i++) {
            if (fwrite(buf, 1, (size_t)n, files[i]) != (size_t)n ||
                fflush(files[i]) < 0) {
                ok = complain("write");
            }
        }
    }
    return finish(n == 0 ? ok : complain("read"));
}

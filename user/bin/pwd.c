/* pwd: print the working directory, without symbolic links. */
#include <err.h>
#include <unistd.h>

#include "lib/tool.h"

int
main(int argc, char **argv)
{
    no_options(argc, argv, 1, "pwd");
    char *path = getcwd(NULL, 0);
    if (path == NULL) {
        err(1, "the working directory");
    }
    puts(path);
    return finish(true);
}

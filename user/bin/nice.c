/*
 * nice [-n NUMBER] [COMMAND [ARG...]]: run a command with a nice value that is
 * higher by NUMBER (10), or print one's own.
 */
#include <err.h>
#include <errno.h>
#include <stdlib.h>
#include <sys/resource.h>
#include <unistd.h>

#include "lib/tool.h"

int
main(int argc, char **argv)
{
    long change = 10;
    char *end = NULL;
    int option;

    while ((option = getopt(argc, argv, "+n:")) != -1) {
        change = option == 'n' ? strtol(optarg, &end, 10) : 0;
        if (option == '?' || end == optarg || *end != '\0') {
            usage(125, "nice [-n NUMBER] [COMMAND [ARG...]]");
        }
    }
    if (optind == argc) {
        printf("%d\n", getpriority(PRIO_PROCESS, 0));
        return finish(true);
    }
    errno = 0;
    if (nice((int)change) == -1 && errno != 0) {
        warn("cannot set niceness");
    }
    execvp(argv[optind], argv + optind);
    err(errno == ENOENT ? 127 : 126, "%s", argv[optind]);
}

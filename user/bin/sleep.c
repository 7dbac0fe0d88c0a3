/* sleep SECONDS: wait; a fraction such as 0.25 may follow. */
#include <ctype.h>
#include <err.h>
#include <errno.h>
#include <stdlib.h>
#include <time.h>
#include <unistd.h>

#include "lib/tool.h"

/* => false if s is not a number of seconds */
static bool
parse_seconds(const char *s, struct timespec *time)
{
    char *end;

    if (!isdigit(*s) && !(*s == '.' && isdigit(s[1]))) {
        return false;
    }
    time->tv_sec = strtol(s, &end, 10);
    time->tv_nsec = 0;
    if (*end == '.') {
        long unit = 100000000;
        for (end++; isdigit(*end); end++) {
            time->tv_nsec += (*end - '0') * unit;
            unit /= 10;
        }
    }
    return *end == '\0';
}

int
main(int argc, char **argv)
{
    struct timespec time;

    no_options(argc, argv, 1, "sleep SECONDS");
    if (argc - optind != 1) {
        usage(1, "sleep SECONDS");
    }
    if (!parse_seconds(argv[optind], &time)) {
        errx(1, "%s: not a number of seconds", argv[optind]);
    }
    while (nanosleep(&time, &time) < 0) {
        if (errno != EINTR) {
            err(1, "nanosleep");
        }
    }
    return 0;
}

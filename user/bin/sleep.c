/* sleep SECONDS: wait; a fraction such as 0.25 may follow. */
#include <ctype.h>
#include <errno.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <time.h>

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

    if (argc != 2 || !parse_seconds(argv[1], &time)) {
        fprintf(stderr, "usage: sleep SECONDS\n");
        return 2;
    }
    while (nanosleep(&time, &time) < 0) {
        if (errno != EINTR) {
            perror("sleep");
            return 1;
        }
    }
    return 0;
}

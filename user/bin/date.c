/*
 * date [-u] [-d DATE | -r FILE] [+FORMAT]: print the time, in UTC, in a format
 * of strftime: %F %T, %s, %a %b %e and so on. -d prints another time, as touch
 * reads it; -r the time of a file's last write; -u changes nothing.
 */
#include <err.h>
#include <time.h>
#include <unistd.h>

#include "lib/tool.h"

#define USAGE "date [-u] [-d DATE | -r FILE] [+FORMAT]"

int
main(int argc, char **argv)
{
    static char text[4096];
    const char *format = "%a %b %e %H:%M:%S %Z %Y";
    struct timespec now;
    struct stat st;
    struct tm tm;
    int option;

    clock_gettime(CLOCK_REALTIME, &now);
    while ((option = getopt(argc, argv, "d:r:u")) != -1) {
        if (option == '?') {
            usage(1, USAGE);
        }
        if (option == 'd' && !time_parse(optarg, &now)) {
            return 1;
        }
        if (option == 'r') {
            if (stat(optarg, &st) < 0) {
                err(1, "%s", optarg);
            }
            now = st.st_mtim;
        }
    }
    if (optind < argc && argv[optind][0] == '+') {
        format = argv[optind++] + 1;
    }
    if (optind < argc) {
        usage(1, USAGE);
    }
    gmtime_r(&now.tv_sec, &tm);
    strftime(text, sizeof(text), format, &tm);
    puts(text);
    return finish(true);
}

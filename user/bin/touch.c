/*
 * touch [-acm] [-d DATE | -r FILE] FILE...: set the times of files to now, and
 * make files that do not exist (-c: do not). -a sets only the time of the last
 * read, -m only that of the last write; -r takes another file's times, -d a
 * date: "2026-11-29 22:13" in UTC, or @SECONDS.
 */
#include <err.h>
#include <errno.h>
#include <fcntl.h>
#include <unistd.h>

#include "lib/tool.h"

#define USAGE "touch [-acm] [-d DATE | -r FILE] FILE..."

static struct timespec times[2] = {{0, UTIME_NOW}, {0, UTIME_NOW}};
static bool no_create;

static bool
touch(const char *path)
{
    if (utimensat(AT_FDCWD, path, times, 0) == 0) {
        return true;
    }
    if (errno != ENOENT) {
        return complain(path);
    }
    if (no_create) {
        return true;
    }
    int fd = open(path, O_WRONLY | O_CREAT, 0666);
    if (fd < 0) {
        return complain(path);
    }
    bool ok = futimens(fd, times) == 0 || complain(path);
    close(fd);
    return ok;
}

static void
take_times(const char *path)
{
    struct stat st;

    if (stat(path, &st) < 0) {
        err(1, "%s", path);
    }
    times[0] = st.st_atim;
    times[1] = st.st_mtim;
}

int
main(int argc, char **argv)
{
    int option;
    bool reading = false;
    bool writing = false;
    bool ok = true;

    while ((option = getopt(argc, argv, "acd:mr:")) != -1) {
        if (option == '?') {
            usage(1, USAGE);
        }
        reading = reading || option == 'a';
        writing = writing || option == 'm';
        no_create = no_create || option == 'c';
        if (option == 'r') {
            take_times(optarg);
        } else if (option == 'd') {
            if (!time_parse(optarg, &times[0])) {
                return 1;
            }
            times[1] = times[0];
        }
    }
    if (optind == argc) {
        usage(1, USAGE);
    }
    if (reading != writing) {
        times[reading].tv_nsec = UTIME_OMIT;
    }
    for (; optind < argc; optind++) {
        ok = touch(argv[optind]) && ok;
    }
    return ok ? 0 : 1;
}

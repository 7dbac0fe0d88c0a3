/*
 * mkdir [-pv] [-m MODE] DIRECTORY...: make directories. -p makes those above it
 * too, and accepts that it exists; -m gives it a mode, as chmod reads it; -v
 * names each new directory.
 */
#include <errno.h>
#include <string.h>
#include <unistd.h>

#include "lib/tool.h"

#define USAGE "mkdir [-pv] [-m MODE] DIRECTORY..."

static bool parents;
static bool verbose;
static const char *mode_text;

static bool
make(const char *path, mode_t mode)
{
    struct stat st;

    if (mkdir(path, mode) == 0) {
        if (verbose) {
            printf("mkdir: created directory '%s'\n", path);
        }
        return true;
    }
    int error = errno;
    bool there = parents && stat(path, &st) == 0 && S_ISDIR(st.st_mode);
    errno = error;
    return there || complain(path);
}

/* Make each directory above the path, by cutting it at one slash after the
 * other. */
static bool
make_above(char *path)
{
    char *at = path + strspn(path, "/");

    while ((at = strchr(at, '/')) != NULL && at[strspn(at, "/")] != '\0') {
        *at = '\0';
        bool ok = make(path, 0777);
        *at = '/';
        if (!ok) {
            return false;
        }
        at += strspn(at, "/");
    }
    return true;
}

int
main(int argc, char **argv)
{
    int option;
    bool ok = true;
    mode_t mode = 0777;

    while ((option = getopt(argc, argv, "m:pv")) != -1) {
        if (option == '?') {
            usage(1, USAGE);
        }
        parents = parents || option == 'p';
        verbose = verbose || option == 'v';
        mode_text = option == 'm' ? optarg : mode_text;
    }
    if (optind == argc) {
        usage(1, USAGE);
    }
    if (mode_text != NULL && !mode_change(mode_text, 0777 | S_IFDIR, &mode)) {
        return 1;
    }
    mode &= 07777;
    for (; optind < argc; optind++) {
        bool made = !parents || make_above(argv[optind]);
        made = made && make(argv[optind], mode);
        /* The umask does not apply to the mode of -m. */
        if (made && mode_text != NULL && chmod(argv[optind], mode) < 0) {
            made = complain(argv[optind]);
        }
        ok = made && ok;
    }
    return finish(ok);
}

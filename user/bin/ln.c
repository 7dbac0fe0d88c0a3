/*
 * ln [-finsv] TARGET [NAME] | TARGET... DIRECTORY: give a file one more name
 * (by default the same name in the working directory). -s makes a symbolic link
 * instead; -f removes an existing NAME, -i asks first; -n replaces a NAME that
 * is a symbolic link to a directory; -v names each link.
 */
#include <err.h>
#include <errno.h>
#include <unistd.h>

#include "lib/tool.h"

#define USAGE "ln [-finsv] TARGET [NAME] | TARGET... DIRECTORY"

static bool symbolic;
static bool force;
static bool ask;
static bool verbose;

/* Remove an existing name, if the options allow it. => false: it stays */
static bool
remove_old(const char *target, const char *name)
{
    struct stat old;
    struct stat st;

    if (lstat(name, &old) < 0) {
        return true;
    }
    if (!symbolic && lstat(target, &st) == 0 && st.st_dev == old.st_dev &&
        st.st_ino == old.st_ino) {
        warnx("'%s' and '%s' are the same file", target, name);
        return false;
    }
    if (S_ISDIR(old.st_mode)) {
        errno = EISDIR;
        return complain(name);
    }
    if (ask && !confirm("ln: replace '%s'? ", name)) {
        return false;
    }
    return unlink(name) == 0 || complain(name);
}

static bool
make_link(const char *target, const char *name)
{
    struct stat st;

    if (!symbolic && lstat(target, &st) < 0) {
        return complain(target);
    }
    if (!symbolic && S_ISDIR(st.st_mode)) {
        warnx("%s: hard link not allowed for directory", target);
        return false;
    }
    if (force && !remove_old(target, name)) {
        return false;
    }
    if ((symbolic ? symlink : link)(target, name) < 0) {
        return complain(name);
    }
    if (verbose) {
        printf("'%s' %s '%s'\n", name, symbolic ? "->" : "=>", target);
    }
    return true;
}

int
main(int argc, char **argv)
{
    int option;
    bool as_file = false;

    while ((option = getopt(argc, argv, "finsv")) != -1) {
        if (option == '?') {
            usage(1, USAGE);
        }
        symbolic = symbolic || option == 's';
        force = force || option == 'f' || option == 'i';
        ask = option == 'f' ? false : ask || option == 'i';
        as_file = as_file || option == 'n';
        verbose = verbose || option == 'v';
    }
    if (optind == argc) {
        usage(1, USAGE);
    }
    if (argc - optind == 1) {
        char *here[] = {argv[optind], (char *)".", NULL};
        return finish(each_target(here, false, make_link));
    }
    return finish(each_target(argv + optind, as_file, make_link));
}

/*
 * rm [-dfiRrv] FILE...: remove files. -r or -R removes directories with all
 * files in them, -d empty directories; -i asks each time; -f ignores files that
 * do not exist, and cancels -i; -v names each file.
 */
#include <err.h>
#include <errno.h>
#include <string.h>
#include <unistd.h>

#include "lib/tool.h"

#define USAGE "rm [-dfiRrv] FILE..."

static bool recursive;
static bool empty_ones;
static bool force;
static bool ask;
static bool verbose;

static const char *
kind(const struct stat *st)
{
    return S_ISDIR(st->st_mode)    ? "directory"
           : S_ISLNK(st->st_mode)  ? "symbolic link"
           : S_ISFIFO(st->st_mode) ? "fifo"
           : !S_ISREG(st->st_mode) ? "special file"
           : st->st_size == 0      ? "regular empty file"
                                   : "regular file";
}

static enum walk_result
remove_one(const char *path, const struct stat *st)
{
    bool directory = S_ISDIR(st->st_mode);

    if (ask && !confirm("rm: remove %s '%s'? ", kind(st), path)) {
        return WALK_SKIP;
    }
    if ((directory ? rmdir : unlink)(path) < 0) {
        complain(path);
        return WALK_FAILED;
    }
    if (verbose) {
        printf("removed %s'%s'\n", directory ? "directory " : "", path);
    }
    return WALK_DONE;
}

static enum walk_result
visit(enum walk_event event, struct walk *at)
{
    if (event == WALK_FILE) {
        return remove_one(at->path, &at->st);
    }
    if (event == WALK_LEAVE) {
        return at->whole ? remove_one(at->path, &at->st) : WALK_SKIP;
    }
    if (recursive) {
        return ask && !confirm("rm: descend into directory '%s'? ", at->path)
                   ? WALK_SKIP : WALK_DONE;
    }
    if (empty_ones) {
        return remove_one(at->path, &at->st) == WALK_FAILED ? WALK_FAILED
                                                            : WALK_SKIP;
    }
    errno = EISDIR;
    complain(at->path);
    return WALK_FAILED;
}

/* The root, . and .. are never removed. */
static bool
is_kept(const char *path)
{
    char *name = last_part(path);

    return strcmp(name, "/") == 0 || strcmp(name, ".") == 0 ||
           strcmp(name, "..") == 0;
}

static bool
remove_tree(const char *path)
{
    struct stat st;

    if (force && lstat(path, &st) < 0 &&
        (errno == ENOENT || errno == ENOTDIR)) {
        return true;
    }
    if (recursive && is_kept(path)) {
        warnx("refusing to remove '%s'", path);
        return false;
    }
    return walk(path, false, visit);
}

int
main(int argc, char **argv)
{
    int option;
    bool ok = true;

    while ((option = getopt(argc, argv, "dfiRrv")) != -1) {
        if (option == '?') {
            usage(1, USAGE);
        }
        recursive = recursive || option == 'r' || option == 'R';
        empty_ones = empty_ones || option == 'd';
        force = option == 'i' ? false : force || option == 'f';
        ask = option == 'f' ? false : ask || option == 'i';
        verbose = verbose || option == 'v';
    }
    if (optind == argc && !force) {
        usage(1, USAGE);
    }
    for (; optind < argc; optind++) {
        ok = remove_tree(argv[optind]) && ok;
    }
    return finish(ok);
}

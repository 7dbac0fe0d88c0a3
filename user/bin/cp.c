/*
 * cp [-afinpRrv] FROM TO | FROM... DIRECTORY: copy files.
 * -r or -R copies directories too, and symbolic links as links; -p keeps modes,
 * owners and times; -a is -R and -p; -i asks before it overwrites a file, -n
 * overwrites none; -f replaces a file that is not writable; -v names each copy.
 */
#include <err.h>
#include <errno.h>
#include <fcntl.h>
#include <limits.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "lib/tool.h"

#define USAGE "cp [-afinpRrv] FROM TO | FROM... DIRECTORY"

static bool recursive;
static bool preserve;
static bool force;
static bool ask;
static bool never;
static bool verbose;
static mode_t mask;

static const char *root_from; /* what the walk began with */
static const char *root_to;

static bool
same_file(const struct stat *a, const struct stat *b)
{
    return a->st_dev == b->st_dev && a->st_ino == b->st_ino;
}

/* The owner comes first: to change it may clear bits of the mode. */
static bool
set_attributes(const char *to, const struct stat *st)
{
    struct timespec times[] = {st->st_atim, st->st_mtim};

    if (lchown(to, st->st_uid, st->st_gid) < 0 && errno != EPERM) {
        return complain(to);
    }
    if (!S_ISLNK(st->st_mode) && chmod(to, st->st_mode & 07777) < 0) {
        return complain(to);
    }
    return utimensat(AT_FDCWD, to, times, AT_SYMLINK_NOFOLLOW) == 0 ||
           complain(to);
}

static bool
copy_data(const char *from, const char *to, mode_t mode)
{
    int in = open(from, O_RDONLY);
    if (in < 0) {
        return complain(from);
    }
    int out = open(to, O_WRONLY | O_CREAT | O_TRUNC, mode & 0777);
    if (out < 0 && force && unlink(to) == 0) {
        out = open(to, O_WRONLY | O_CREAT | O_EXCL, mode & 0777);
    }
    bool ok = out >= 0 ? copy_bytes(in, from, out, to) : complain(to);
    close(in);
    if (out >= 0 && close(out) < 0) {
        ok = complain(to);
    }
    return ok;
}

static bool
copy_link(const char *from, const char *to)
{
    char target[PATH_MAX];
    ssize_t length = readlink(from, target, sizeof(target) - 1);

    if (length < 0) {
        return complain(from);
    }
    target[length] = '\0';
    return symlink(target, to) == 0 || complain(to);
}

/* `to` does not exist, or is a regular file to overwrite. */
static bool
copy_contents(const char *from, const char *to, const struct stat *st)
{
    if (S_ISLNK(st->st_mode)) {
        return copy_link(from, to);
    }
    if (S_ISREG(st->st_mode) || !recursive) {
        return copy_data(from, to, st->st_mode);
    }
    return mknod(to, st->st_mode & ~mask, st->st_rdev) == 0 || complain(to);
}

static enum walk_result
copy_file(const char *from, const char *to, const struct stat *st)
{
    struct stat old;
    bool there = (recursive ? lstat : stat)(to, &old) == 0;

    if (there && same_file(st, &old)) {
        warnx("'%s' and '%s' are the same file", from, to);
        return WALK_FAILED;
    }
    if (there && S_ISDIR(old.st_mode)) {
        warnx("cannot overwrite directory '%s' with a file", to);
        return WALK_FAILED;
    }
    if (there && (never || (ask && !confirm("cp: overwrite '%s'? ", to)))) {
        return WALK_SKIP;
    }
    bool link = S_ISLNK(st->st_mode) || (there && S_ISLNK(old.st_mode));
    if (there && recursive && (link || !S_ISREG(st->st_mode)) &&
        unlink(to) < 0) {
        complain(to);
        return WALK_FAILED;
    }
    if (verbose) {
        printf("'%s' -> '%s'\n", from, to);
    }
    return copy_contents(from, to, st) &&
                   (!preserve || set_attributes(to, st))
               ? WALK_DONE
               : WALK_FAILED;
}

/* Is the directory `to` the directory st, or somewhere inside it? */
static bool
is_inside(const char *to, const struct stat *st)
{
    char *up = join(to, ".");
    struct stat below = {0};
    struct stat here;
    bool inside = false;

    while (!inside && stat(up, &here) == 0 && !same_file(&here, &below)) {
        inside = same_file(&here, st);
        below = here;
        char *higher = join(up, "..");
        free(up);
        up = higher;
    }
    free(up);
    return inside;
}

/* A new directory is writable for us until its files are copied. */
static enum walk_result
enter_directory(const char *from, const char *to, struct walk *at)
{
    struct stat old;

    if (stat(to, &old) == 0) {
        if (!S_ISDIR(old.st_mode)) {
            warnx("cannot overwrite '%s' with a directory", to);
            return WALK_FAILED;
        }
    } else if (mkdir(to, (at->st.st_mode & 07777) | 0700) < 0) {
        complain(to);
        return WALK_FAILED;
    } else if (verbose) {
        printf("'%s' -> '%s'\n", from, to);
    }
    if (at->depth == 0 && is_inside(to, &at->st)) {
        warnx("cannot copy a directory, '%s', into itself, '%s'", from, to);
        return WALK_FAILED;
    }
    return WALK_DONE;
}

static enum walk_result
visit(enum walk_event event, struct walk *at)
{
    const char *below = at->path + strlen(root_from);
    char *to = at->depth == 0 ? strdup(root_to)
                              : join(root_to, below + strspn(below, "/"));
    enum walk_result result = WALK_DONE;

    if (event == WALK_FILE) {
        result = copy_file(at->path, to, &at->st);
    } else if (event == WALK_ENTER && !recursive) {
        warnx("-r not specified; omitting directory '%s'", at->path);
        result = WALK_FAILED;
    } else if (event == WALK_ENTER) {
        result = enter_directory(at->path, to, at);
    } else if (preserve && !set_attributes(to, &at->st)) {
        result = WALK_FAILED;
    }
    free(to);
    return result;
}

static bool
copy(const char *from, const char *to)
{
    root_from = from;
    root_to = to;
    return walk(from, !recursive, visit);
}

int
main(int argc, char **argv)
{
    int option;

    while ((option = getopt(argc, argv, "afinpRrv")) != -1) {
        recursive = recursive || strchr("aRr", option) != NULL;
        preserve = preserve || strchr("ap", option) != NULL;
        force = force || option == 'f';
        verbose = verbose || option == 'v';
        if (option == 'i' || option == 'n') { /* the last one counts */
            ask = option == 'i';
            never = option == 'n';
        }
        if (option == '?') {
            usage(1, USAGE);
        }
    }
    if (argc - optind < 2) {
        usage(1, USAGE);
    }
    mask = umask(0);
    umask(mask);
    return finish(each_target(argv + optind, false, copy));
}

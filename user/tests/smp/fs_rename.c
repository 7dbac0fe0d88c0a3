/*
 * fs_rename.c: on all processors directories are renamed, and exchanged, while
 * others go through them by `..' and ask for their path. Each sees the state
 * before or after a rename: an old or a new path, an old or a new parent, never
 * none. The tree never has a cycle, and all its names exist at the end.
 *
 * seconds: 60
 */
#include "smp.h"
#include <fcntl.h>
#include <sys/stat.h>

enum { MOVERS = 2, LOOKERS = 2, TURNS = 1500 };

/* p and q are two tops; `move' and what stands in it goes between them. */
static const char *const path_there[] = {
    "/p/move/in", "/q/move/in", "/p/other/in", "/q/other/in",
};

static char base[4096];
static ino_t top[2];

/* => whether the directory that we stand in has one of the paths it may have */
static int
path_is_one(void)
{
    char path[4096];
    size_t n = strlen(base);

    if (getcwd(path, sizeof(path)) == NULL || strncmp(path, base, n) != 0) {
        return 0;
    }
    for (int i = 0; i < 4; i++) {
        if (strcmp(path + n, path_there[i]) == 0) {
            return 1;
        }
    }
    return 0;
}

/* => whether two above us is one of the tops */
static int
above_is_top(void)
{
    struct stat above;

    return stat("../..", &above) == 0
        && (above.st_ino == top[0] || above.st_ino == top[1]);
}

/* From `in', which has a file; and `..' has `in'. */
static int
look(void)
{
    struct stat st;
    int good = 0;

    for (int n = 0; n < TURNS; n++) {
        good += path_is_one() && above_is_top() && stat("file", &st) == 0
            && stat("../in/file", &st) == 0;
    }
    return good == TURNS;
}

/* => whether the result is one that a race may give (both tops may be the same,
 * if they are exchanged between) */
static int
may_be(int result)
{
    return result == 0 || errno == ENOENT || errno == EEXIST;
}

/* Move one of two directories into the other, while another process does the
 * reverse; and back; and never into itself. */
static int
into(int number)
{
    const char *out = number % 2 ? "c/a" : "c/b";
    const char *in = number % 2 ? "c/b/a" : "c/a/b";
    int there = rename(out, in) == 0 || errno == ENOENT || errno == EINVAL;
    int back = rename(in, out) == 0 || errno == ENOENT;
    int itself = rename(out, number % 2 ? "c/a/c" : "c/b/c") == 0
        || (errno != ENOENT && errno != EINVAL);

    return there && back && !itself;
}

static int
shift(int number)
{
    unsigned long seed = (unsigned long)number;
    int good = 0;

    for (int n = 0; n < TURNS; n++) {
        switch (pick(&seed, 6)) {
        case 0:
            good += may_be(rename("p/move", "q/move"));
            break;
        case 1:
            good += may_be(rename("q/move", "p/move"));
            break;
        case 2:
            good += may_be(renameat2(AT_FDCWD, "p/other", AT_FDCWD, "q/other",
                                     RENAME_NOREPLACE));
            break;
        case 3:
            good += may_be(rename("q/other", "p/other"));
            break;
        case 4:
            good += renameat2(AT_FDCWD, "p", AT_FDCWD, "q", RENAME_EXCHANGE)
                == 0;
            break;
        default:
            good += into(number);
            break;
        }
    }
    return good == TURNS;
}

static void
make(const char *parent, const char *name)
{
    char path[64];

    snprintf(path, sizeof(path), "%s/%s", parent, name);
    mkdir(path, 0700);
    snprintf(path, sizeof(path), "%s/%s/in", parent, name);
    mkdir(path, 0700);
    snprintf(path, sizeof(path), "%s/%s/in/file", parent, name);
    close(open(path, O_CREAT | O_WRONLY, 0600));
}

/* => whether it was under one of the two, with all that is in it */
static int
unmake(const char *name)
{
    char path[64];
    int good = 0;

    for (int i = 0; i < 2; i++) {
        const char *parent = i ? "p" : "q";
        snprintf(path, sizeof(path), "%s/%s/in/file", parent, name);
        good += unlink(path) == 0;
        snprintf(path, sizeof(path), "%s/%s/in", parent, name);
        good += rmdir(path) == 0;
        snprintf(path, sizeof(path), "%s/%s", parent, name);
        good += rmdir(path) == 0;
    }
    return good == 3;
}

static int
links_of(const char *path, ino_t *ino)
{
    struct stat st = { 0 };

    stat(path, &st);
    *ino = st.st_ino;
    return (int)st.st_nlink;
}

int
main(void)
{
    struct gate *gate = shared(sizeof(*gate));
    pid_t pid[MOVERS + LOOKERS];
    int good = 0;

    if (getcwd(base, sizeof(base)) == NULL || strcmp(base, "/") == 0) {
        base[0] = '\0';
    }
    mkdir("p", 0700);
    mkdir("q", 0700);
    mkdir("c", 0700);
    mkdir("c/a", 0700);
    mkdir("c/b", 0700);
    make("p", "move");
    make("p", "other");
    is(links_of("p", &top[0]), 4, "two are in one top");
    is(links_of("q", &top[1]), 2, "none in the other");
    for (int i = 0; i < MOVERS + LOOKERS; i++) {
        if (i < LOOKERS) {
            chdir(i % 2 ? "p/move/in" : "p/other/in");
        }
        pid[i] = must_fork();
        if (pid[i] == 0) {
            on_cpu(i);
            meet(gate, MOVERS + LOOKERS);
            _exit(i < LOOKERS ? look() : shift(i));
        }
        chdir(i < LOOKERS ? "../../.." : ".");
    }
    for (int i = 0; i < MOVERS + LOOKERS; i++) {
        good += code_of(pid[i]) == 1;
    }
    is(good, MOVERS + LOOKERS, "each sees what was or what is");
    is(links_of("p", &top[0]) + links_of("q", &top[1]), 6,
        "each top counts what is in it");
    ok(unmake("move") && unmake("other"), "all is under one of the tops");
    ok(rmdir("p") == 0 && rmdir("q") == 0, "which are empty then");
    good = (rmdir("c/a/b") == 0) + (rmdir("c/b/a") == 0);
    good += (rmdir("c/a") == 0) + (rmdir("c/b") == 0);
    is(good, 2, "no circle has left the tree");
    is(rmdir("c"), 0, "and nothing is left");
    return done();
}

/*
 * path.c: how paths are walked: `.', `..', slashes in odd places, names that
 * are too long; mkdir, rmdir, unlink, chdir and getcwd at their edges.
 */
#include "tap.h"

#include "raw.h"
#include <fcntl.h>
#include <sys/stat.h>

static char base[600], here[600];

static void
touch(const char *name)
{
    close(open(name, O_WRONLY | O_CREAT, 0644));
}

static int
exists(const char *path)
{
    struct stat st;
    return stat(path, &st) == 0;
}

/* We are in the directory `below' of the one we started in. */
static int
at(const char *below)
{
    size_t n = strlen(base);
    return getcwd(here, sizeof(here)) && strncmp(here, base, n) == 0
        && strcmp(here + n, *below || n ? below : "/") == 0;
}

static void
test_walk(void)
{
    mkdir("d", 0755);
    mkdir("d/e", 0755);
    touch("d/f");
    ok(exists("d/f"), "a plain path");
    ok(exists("./d/./f"), "dots stay where they are");
    ok(exists("d/e/../f"), "two dots go up");
    ok(exists("d//f"), "two slashes are one");
    ok(exists("d////e///"), "as are many");
    ok(exists("d/e/../../d/e/../f"), "down and up and down");
    ok(exists("/../../dev/null"), "above the root is the root");
    ok(exists("//dev//null"), "a path may begin with two slashes");
    ok(!exists("d/f/") && errno == ENOTDIR, "a slash after a file");
    ok(!exists("d/f/.") && errno == ENOTDIR, "a dot in a file");
    ok(!exists("d/f/..") && errno == ENOTDIR, "two dots in a file");
    ok(!exists("d/g/..") && errno == ENOENT, "two dots in nothing");
    ok(!exists("D/f") && errno == ENOENT, "capitals are other letters");
}

static void
test_chdir(void)
{
    is(chdir("d"), 0, "chdir");
    ok(at("/d"), "getcwd tells it");
    is(chdir("e/../e/./"), 0, "chdir by a winding path");
    ok(at("/d/e"), "getcwd is straight");
    ok(exists("../f"), "paths begin there");
    is(chdir("../.."), 0, "up again");
    ok(at(""), "where we started");
    fails(chdir("d/f"), ENOTDIR, "chdir to a file");
    fails(chdir("none"), ENOENT, "to nothing");
    fails(chdir(""), ENOENT, "to no name");
    ok(at(""), "a failure does not change the directory");
    is(chdir("/"), 0, "to the root");
    is_str(getcwd(here, sizeof(here)), "/", "getcwd: /");
    chdir(base[0] ? base : "/");
    is(raw(NR_getcwd, P(here), 1, 0, 0), -ERANGE, "getcwd in one byte");
    is(raw(NR_getcwd, P(here), 0, 0, 0), -ERANGE, "in none");
    chdir("d");
    is(raw(NR_getcwd, P(here), strlen(base) + 2, 0, 0), -ERANGE,
        "in one too few");
    is(raw(NR_getcwd, P(here), strlen(base) + 3, 0, 0), strlen(base) + 3,
        "in just enough, which it returns");
    chdir("..");
}

static void
test_mkdir(void)
{
    fails(mkdir("d", 0755), EEXIST, "mkdir where there is a directory");
    fails(mkdir("d/f", 0755), EEXIST, "where there is a file");
    fails(mkdir("none/x", 0755), ENOENT, "in nothing");
    fails(mkdir("d/f/x", 0755), ENOTDIR, "in a file");
    fails(mkdir("", 0755), ENOENT, "without a name");
    fails(mkdir("/", 0755), EEXIST, "the root");
    fails(mkdir(".", 0755), EEXIST, "a dot");
    fails(mkdir("d/..", 0755), EEXIST, "two dots");
    is(mkdir("s/", 0755), 0, "with a slash behind");
    is(rmdir("s/"), 0, "which rmdir takes too");
    umask(077);
    mkdir("u", 0777);
    umask(022);
    struct stat st;
    stat("u", &st);
    is(st.st_mode & 0777, 0700, "mkdir heeds the umask");
    rmdir("u");
}

static void
test_remove(void)
{
    fails(rmdir("d"), ENOTEMPTY, "rmdir of a directory that is not empty");
    fails(rmdir("d/f"), ENOTDIR, "of a file");
    fails(rmdir("none"), ENOENT, "of nothing");
    fails(rmdir("d/e/."), EINVAL, "of a dot");
    fails(rmdir("d/e/.."), ENOTEMPTY, "of two dots");
    fails(rmdir("/"), EBUSY, "of the root");
    fails(rmdir(""), ENOENT, "of no name");
    fails(unlink("d/e"), EISDIR, "unlink of a directory");
    fails(unlink("d/e/"), EISDIR, "with a slash");
    fails(unlink("d/f/"), ENOTDIR, "of a file with a slash");
    fails(unlink("."), EISDIR, "of a dot");
    fails(unlink("d/f/x"), ENOTDIR, "through a file");
    fails(unlink("none"), ENOENT, "of nothing");
    fails(open("new/", O_WRONLY | O_CREAT, 0644), EISDIR,
        "no file is made with a slash behind");
    is(unlink("d/f"), 0, "unlink of a file");
    is(rmdir("d/e"), 0, "rmdir of an empty directory");
    is(rmdir("d"), 0, "and of the one above");
}

static void
test_long(void)
{
    static char name[300], path[5000];

    memset(name, 'n', 255);
    touch(name);
    ok(exists(name), "a name of 255 bytes");
    unlink(name);
    name[255] = 'n';
    fails(open(name, O_WRONLY | O_CREAT, 0644), ENAMETOOLONG, "of 256");
    fails(mkdir(name, 0755), ENAMETOOLONG, "for mkdir too");
    fails(unlink(name), ENAMETOOLONG, "for unlink too");
    for (int i = 0; i < 4094; i += 2) {
        memcpy(path + i, "./", 2);
    }
    ok(exists(path), "a path of 4094 bytes");
    strcat(path, ".");
    ok(exists(path), "of 4095");
    strcat(path, "/");
    ok(!exists(path) && errno == ENAMETOOLONG, "of 4096");
}

/* A directory is removed while it is a process's working directory. */
static void
test_gone(void)
{
    mkdir("gone", 0755);
    chdir("gone");
    is(rmdir("../gone"), 0, "rmdir of the current directory");
    ok(!getcwd(here, sizeof(here)) && errno == ENOENT, "it has no path");
    fails(open("x", O_WRONLY | O_CREAT, 0644), ENOENT, "no file in it");
    fails(mkdir("x", 0755), ENOENT, "no directory");
    ok(exists("."), "it is still there");
    is(chdir(base[0] ? base : "/"), 0, "one can leave it");
}

int
main(void)
{
    getcwd(base, sizeof(base));
    if (strcmp(base, "/") == 0) {
        base[0] = 0;
    }
    test_walk();
    test_chdir();
    test_mkdir();
    test_remove();
    test_long();
    test_gone();
    return done();
}

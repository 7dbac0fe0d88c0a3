/*
 * getdents.c: a directory is read in pieces of any size. Each name comes once;
 * names that are made or removed meanwhile do not disturb the others.
 */
#include "tap.h"

#include "raw.h"
#include <dirent.h>
#include <fcntl.h>
#include <sys/stat.h>

#define FILES 100

struct entry {
    unsigned long ino;
    long off;
    unsigned short reclen;
    unsigned char type;
    char name[];
};

static int seen[FILES], dots, others, wrong_type, wrong_length;

static void
name_of(int i, char *name)
{
    snprintf(name, 32, "file-%0*d", 1 + i % 20, i);
}

static void
count(const struct entry *e)
{
    char name[32];

    wrong_length += e->reclen % 8 != 0 || e->reclen < 20 + strlen(e->name);
    if (strcmp(e->name, ".") == 0 || strcmp(e->name, "..") == 0) {
        dots++;
        wrong_type += e->type != 4;
        return;
    }
    for (int i = 0; i < FILES; i++) {
        name_of(i, name);
        if (strcmp(name, e->name) == 0) {
            seen[i]++;
            wrong_type += e->type != 8;
            return;
        }
    }
    others++;
}

/* Read all of fd with a buffer of this size; => the last result */
static long
read_all(int fd, int size)
{
    static _Alignas(8) char buf[8192];
    long n;

    memset(seen, 0, sizeof(seen));
    dots = others = wrong_type = wrong_length = 0;
    while ((n = raw(NR_getdents64, fd, P(buf), size, 0)) > 0) {
        for (long at = 0; at < n;) {
            struct entry *e = (struct entry *)(buf + at);
            count(e);
            at += e->reclen;
        }
    }
    return n;
}

static int
each_once(void)
{
    for (int i = 0; i < FILES; i++) {
        if (seen[i] != 1) {
            return 0;
        }
    }
    return dots == 2 && others == 0;
}

static void
test_sizes(int fd)
{
    static const int sizes[] = { 64, 100, 512, 4096, 8192 };
    char name[64];

    for (int i = 0; i < 5; i++) {
        lseek(fd, 0, SEEK_SET);
        snprintf(name, sizeof(name), "a buffer of %d: the end", sizes[i]);
        is(read_all(fd, sizes[i]), 0, name);
        ok(each_once(), "each name once, and the dots");
        ok(wrong_type == 0 && wrong_length == 0, "types and lengths");
    }
    is(read_all(fd, 4096), 0, "at the end there is nothing");
    ok(dots == 0, "not even dots");
    lseek(fd, 0, SEEK_SET);
    is(read_all(fd, 8), -EINVAL, "a buffer of 8 is too small");
    is(read_all(fd, 20), -EINVAL, "and one of 20");
    is(read_all(fd, 4096), 0, "which loses nothing");
    ok(each_once(), "each name once");
}

static void
test_library(void)
{
    DIR *dir = opendir("d");
    struct dirent *e;
    char path[300];
    int n = 0;

    ok(dir != NULL, "opendir");
    while ((e = readdir(dir)) != NULL) {
        if (e->d_name[0] == '.') {
            continue;
        }
        snprintf(path, sizeof(path), "d/%s", e->d_name);
        n += unlink(path) == 0;
    }
    closedir(dir);
    is(n, FILES, "every file is found and removed while reading");
    is(rmdir("d"), 0, "nothing is left");
    ok(opendir("d") == NULL && errno == ENOENT, "opendir of nothing");
}

static void
test_errors(void)
{
    char buf[512];
    int fd, ends[2];

    fd = open("plain", O_RDWR | O_CREAT, 0644);
    is(raw(NR_getdents64, fd, P(buf), sizeof(buf), 0), -ENOTDIR, "a file");
    ok(opendir("plain") == NULL && errno == ENOTDIR, "opendir of one");
    close(fd);
    unlink("plain");
    pipe(ends);
    is(raw(NR_getdents64, ends[0], P(buf), sizeof(buf), 0), -ENOTDIR,
        "a pipe");
    is(raw(NR_getdents64, 99, P(buf), sizeof(buf), 0), -EBADF, "nothing");
    mkdir("gone", 0755);
    fd = open("gone", O_RDONLY);
    rmdir("gone");
    is(raw(NR_getdents64, fd, P(buf), sizeof(buf), 0), -ENOENT,
        "a directory that was removed");
    close(fd);
}

int
main(void)
{
    char name[32], path[64];
    int fd;

    mkdir("d", 0755);
    for (int i = 0; i < FILES; i++) {
        name_of(i, name);
        snprintf(path, sizeof(path), "d/%s", name);
        close(open(path, O_WRONLY | O_CREAT, 0644));
    }
    fd = open("d", O_RDONLY | O_DIRECTORY);
    test_sizes(fd);
    close(fd);
    test_library();
    test_errors();
    return done();
}

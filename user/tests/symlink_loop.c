/*
 * symlink_loop.c: a walk follows 40 links, wherever they are on the path; at
 * the next it gives up.
 */
#include "names.h"

/* name0 -> name1 -> ... -> name`links` (which is what `end` leads to). */
static void
chain(const char *name, int links, const char *end)
{
    char from[32], to[32];

    for (int i = 0; i < links; i++) {
        snprintf(from, sizeof(from), "%s%d", name, i);
        snprintf(to, sizeof(to), "%s%d", name, i + 1);
        symlink(i == links - 1 ? end : to, from);
    }
}

static void
unchain(const char *name, int links)
{
    char from[32];

    for (int i = 0; i < links; i++) {
        snprintf(from, sizeof(from), "%s%d", name, i);
        unlink(from);
    }
}

static void
test_chain(void)
{
    struct stat st;
    char buf[8];

    put("file", "end");
    chain("c", 41, "file");
    is_str(text_of("c1"), "end", "40 links are followed");
    fails(open("c0", O_RDONLY), ELOOP, "41 are not");
    fails(stat("c0", &st), ELOOP, "by stat");
    fails(access("c0", F_OK), ELOOP, "by access");
    fails(chmod("c0", 0600), ELOOP, "by chmod");
    fails(truncate("c0", 0), ELOOP, "by truncate");
    is(lstat("c0", &st), 0, "lstat follows none");
    is(readlink("c0", buf, sizeof(buf)), 2, "nor does readlink");
    is_str(text_of("file"), "end", "nothing happened to the file");
    unchain("c", 41);
    chain("n", 41, "new");
    close(open("n1", O_WRONLY | O_CREAT, 0600));
    ok(exists("new"), "O_CREAT follows 40");
    unlink("new");
    fails(open("n0", O_WRONLY | O_CREAT, 0600), ELOOP, "not 41");
    ok(!exists("new"), "and makes nothing");
    unchain("n", 41);
    unlink("file");
}

static void
test_directories(void)
{
    struct stat st;

    mkdir("d", 0755);
    put("d/file", "deep");
    chain("e", 41, "d");
    is(stat("e1/file", &st), 0, "40 links to a directory");
    fails(stat("e0/file", &st), ELOOP, "41");
    fails(mkdir("e0/new", 0755), ELOOP, "for mkdir");
    fails(unlink("e0/file"), ELOOP, "for unlink");
    fails(rename("e0/file", "x"), ELOOP, "for rename");
    fails(link("e0/file", "x"), ELOOP, "for link");
    fails(symlink("x", "e0/new"), ELOOP, "for symlink");
    fails(chdir("e0"), ELOOP, "for chdir");
    unchain("e", 41);
    /* 25 on the way and 15 at the end are 40 */
    chain("w", 26, "d");
    chdir("d");
    chain("v", 15, "file");
    chdir("..");
    is_str(text_of("w1/v0"), "deep", "25 on the way, and 15 at the end");
    fails(open("w0/v0", O_RDONLY), ELOOP, "26 and 15");
    is(lstat("w0/v0", &st), 0, "lstat spares those at the end");
    unchain("w", 26);
    unchain("d/v", 15);
    unlink("d/file");
}

/* A path through one link many times. */
static void
test_repeated(void)
{
    static char path[400];
    struct stat st;

    symlink(".", "d/dot");
    strcpy(path, "d");
    for (int i = 0; i < 40; i++) {
        strcat(path, "/dot");
    }
    is(stat(path, &st), 0, "one link 40 times");
    strcat(path, "/dot");
    fails(stat(path, &st), ELOOP, "41 times");
    is(lstat(path, &st), 0, "but not at the end");
    unlink("d/dot");
    rmdir("d");
}

/* Each link leads through the one before it, twice: 1, 3, 7, 15, 31, 63. */
static void
test_nested(void)
{
    struct stat st;

    mkdir("d", 0755);
    symlink("d", "t0");
    symlink("t0/../t0", "t1");
    symlink("t1/../t1", "t2");
    symlink("t2/../t2", "t3");
    symlink("t3/../t3", "t4");
    symlink("t4/../t4", "t5");
    is(stat("t4", &st), 0, "links in links: 31 in all");
    ok(S_ISDIR(st.st_mode), "lead where they should");
    fails(stat("t5", &st), ELOOP, "63 in all");
    for (int i = 0; i < 6; i++) {
        char name[8];
        snprintf(name, sizeof(name), "t%d", i);
        unlink(name);
    }
    rmdir("d");
}

static void
test_circles(void)
{
    struct stat st;

    symlink("self", "self");
    symlink("b", "a");
    symlink("a", "b");
    symlink("deeper/x", "deeper");
    fails(stat("self", &st), ELOOP, "a link to itself");
    fails(stat("self/x", &st), ELOOP, "as a directory");
    fails(stat("a", &st), ELOOP, "two links to each other");
    fails(open("b", O_WRONLY | O_CREAT, 0600), ELOOP, "not to be made");
    fails(stat("deeper", &st), ELOOP, "one below itself");
    is(rename("a", "c"), 0, "they can be renamed");
    fails(stat("b", &st), ENOENT, "which ends the circle");
    unlink("self");
    unlink("b");
    unlink("c");
    is(unlink("deeper"), 0, "and removed");
}

int
main(void)
{
    test_chain();
    test_directories();
    test_repeated();
    test_nested();
    test_circles();
    return done();
}

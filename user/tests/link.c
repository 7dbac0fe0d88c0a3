/*
 * link.c: a file with several names: one inode, one set of bytes, a count of
 * the names. It is freed after its last name, when no process has it open.
 */
#include "names.h"

static void
test_names(void)
{
    struct stat st;
    int fd = open("a", O_RDWR | O_CREAT, 0640);

    write(fd, "text", 4);
    is(links_of("a"), 1, "a new file has one name");
    is(link("a", "b"), 0, "link gives it another");
    ok(same("a", "b"), "both stand for one inode");
    is(links_of("a"), 2, "which has two names");
    is(links_of("b"), 2, "by either");
    is_str(text_of("b"), "text", "the bytes are the same");
    put("b", "other text");
    is_str(text_of("a"), "other text", "by whichever name they are written");
    is(chmod("b", 0604), 0, "so is the mode");
    is(mode_of("a"), 0604, "by either name");
    mkdir("d", 0755);
    is(link("d/../a", "d/c"), 0, "a name in another directory");
    is(links_of("a"), 3, "is one more");
    is(unlink("a"), 0, "the first name goes");
    ok(!exists("a"), "and is gone");
    is(links_of("b"), 2, "the others are there");
    is_str(text_of("d/c"), "other text", "with the bytes");
    is(unlink("b"), 0, "the second goes");
    is(unlink("d/c"), 0, "and the last");
    fstat(fd, &st);
    is(st.st_nlink, 0, "a file without a name has none");
    is(pread(fd, &st, 5, 0), 5, "but can be read");
    is(pwrite(fd, "x", 1, 0), 1, "and written");
    close(fd);
    rmdir("d");
}

static void
test_kinds(void)
{
    symlink("target", "link");
    is(link("link", "again"), 0, "link of a symbolic link");
    ok(same("link", "again"), "gives that another name");
    is(links_of("link"), 2, "which counts");
    is_str(target_of("again"), "target", "and leads there, too");
    mkfifo("pipe", 0600);
    is(link("pipe", "other"), 0, "link of a pipe with a name");
    ok(same("pipe", "other"), "is the same pipe");
    unlink("link");
    unlink("again");
    unlink("pipe");
    unlink("other");
}

static void
test_linkat(void)
{
    struct stat status;
    char path[64];
    int dir, fd;

    put("file", "at");
    symlink("file", "to");
    mkdir("d", 0755);
    dir = open("d", O_RDONLY | O_DIRECTORY);
    is(linkat(AT_FDCWD, "file", dir, "one", 0), 0,
        "linkat into a directory that is open");
    is(linkat(dir, "one", AT_FDCWD, "two", 0), 0, "and out of it");
    ok(same("file", "two") && links_of("file") == 3, "the same file");
    is(linkat(AT_FDCWD, "to", dir, "link", 0), 0, "of a symbolic link");
    ok(same("to", "d/link"), "is that");
    is(linkat(AT_FDCWD, "to", dir, "led", AT_SYMLINK_FOLLOW), 0,
        "AT_SYMLINK_FOLLOW");
    ok(same("file", "d/led"), "is where it leads");
    fd = open("file", O_RDONLY);
    is(linkat(fd, "", AT_FDCWD, "three", AT_EMPTY_PATH), 0,
        "AT_EMPTY_PATH: what is open");
    ok(same("file", "three"), "is the file");
    snprintf(path, sizeof(path), "/proc/self/fd/%d", fd);
    is(linkat(AT_FDCWD, path, AT_FDCWD, "four", AT_SYMLINK_FOLLOW), 0,
        "by its link in /proc");
    ok(same("file", "four"), "too");
    unlink("file");
    unlink("two");
    unlink("three");
    unlink("four");
    unlink("d/one");
    unlink("d/led");
    fails(linkat(fd, "", AT_FDCWD, "new", AT_EMPTY_PATH), ENOENT,
        "a file that lost its last name gets no other");
    fails(linkat(AT_FDCWD, path, AT_FDCWD, "new", AT_SYMLINK_FOLLOW), ENOENT,
        "in no way");
    chown("d", 0, 7);
    chmod("d", 02755);
    fails(linkat(fd, "", dir, "new", AT_EMPTY_PATH), ENOENT,
        "nor into a directory that gives its group");
    fstat(fd, &status);
    is(status.st_gid, 0, "which it does not get");
    close(fd);
    close(dir);
    unlink("to");
    unlink("d/link");
    is(rmdir("d"), 0, "nothing is left");
}

static void
test_many(void)
{
    char name[16];
    int made = 0, gone = 0;

    put("file", "many");
    for (int i = 0; i < 300; i++) {
        snprintf(name, sizeof(name), "n%d", i);
        made += link("file", name) == 0;
    }
    is(made, 300, "300 more names");
    is(links_of("file"), 301, "all are counted");
    unlink("file");
    is_str(text_of("n299"), "many", "each stands for the file");
    for (int i = 0; i < 300; i++) {
        snprintf(name, sizeof(name), "n%d", i);
        gone += unlink(name) == 0;
    }
    is(gone, 300, "all can go");
}

int
main(void)
{
    test_names();
    test_kinds();
    test_linkat();
    test_many();
    return done();
}

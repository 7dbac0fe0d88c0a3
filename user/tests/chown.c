/*
 * chown.c: chown sets owner and group, also of a link if it is not followed; -1
 * leaves an id as it is; and the file loses its set-user-ID and set-group-ID
 * bits.
 */
#include "names.h"

static int
owned(const char *name, unsigned uid, unsigned gid)
{
    struct stat st = stat_of(name);

    return st.st_uid == uid && st.st_gid == gid;
}

static void
test_ids(void)
{
    put("file", "text");
    ok(owned("file", 0, 0), "root's files are root's");
    is(chown("file", 1, 2), 0, "chown");
    ok(owned("file", 1, 2), "sets both");
    is(chown("file", -1, 3), 0, "-1 for the owner");
    ok(owned("file", 1, 3), "sets the group");
    is(chown("file", 4, -1), 0, "-1 for the group");
    ok(owned("file", 4, 3), "sets the owner");
    is(chown("file", -1, -1), 0, "twice -1");
    ok(owned("file", 4, 3), "sets nothing");
    is(chown("file", 4000000000u, 70000), 0, "large numbers");
    ok(owned("file", 4000000000u, 70000), "are kept");
    is(mode_of("file"), 0644, "the mode stays");
    is(stat_of("file").st_size, 4, "the size, too");
    link("file", "name");
    chown("name", 5, 6);
    ok(owned("file", 5, 6), "both names have one owner");
    rename("name", "other");
    ok(owned("other", 5, 6), "a rename keeps it");
    unlink("other");
}

static void
test_calls(void)
{
    int fd = open("file", O_RDONLY), dir;

    mkdir("dir", 0755);
    dir = open("dir", O_RDONLY);
    is(fchown(fd, 7, 8), 0, "fchown, by a descriptor only to read");
    ok(owned("file", 7, 8), "sets them");
    is(fchown(dir, 9, 10), 0, "fchown of a directory");
    ok(owned("dir", 9, 10), "sets them");
    symlink("file", "link");
    is(chown("link", 11, 12), 0, "chown follows a link");
    ok(owned("file", 11, 12) && owned("link", 0, 0), "to the file");
    is(lchown("link", 13, 14), 0, "lchown does not");
    ok(owned("file", 11, 12) && owned("link", 13, 14), "it is the link's");
    is(mode_of("link"), 0777, "whose mode stays");
    put("dir/in", "");
    is(fchownat(dir, "in", 15, 16, 0), 0, "fchownat");
    ok(owned("dir/in", 15, 16), "in a directory that is open");
    is(fchownat(AT_FDCWD, "link", 17, 18, 0), 0, "follows");
    ok(owned("file", 17, 18), "a link");
    is(fchownat(AT_FDCWD, "link", 19, 20, AT_SYMLINK_NOFOLLOW), 0,
        "AT_SYMLINK_NOFOLLOW");
    ok(owned("file", 17, 18) && owned("link", 19, 20), "does not");
    is(fchownat(fd, "", 21, 22, AT_EMPTY_PATH), 0, "AT_EMPTY_PATH");
    ok(owned("file", 21, 22), "is what is open");
    close(fd);
    close(dir);
    unlink("link");
    unlink("dir/in");
    rmdir("dir");
}

static void
test_bits(void)
{
    chmod("file", 06755);
    is(chown("file", 1, 1), 0, "chown of a program");
    is(mode_of("file"), 0755, "takes both bits");
    chmod("file", 06755);
    chown("file", -1, -1);
    is(mode_of("file"), 0755, "even if no id changes");
    chmod("file", 02644);
    chown("file", 2, 2);
    is(mode_of("file"), 02644, "S_ISGID of what no group executes stays");
    chmod("file", 01644);
    chown("file", 3, 3);
    is(mode_of("file"), 01644, "the sticky bit stays");
    mkdir("dir", 0755);
    chmod("dir", 07755);
    chown("dir", 1, 1);
    is(mode_of("dir"), 07755, "and all of a directory");
    rmdir("dir");
    unlink("file");
}

/* A new file in a directory with S_ISGID has the directory's group. */
static void
test_group_of_directory(void)
{
    mkdir("dir", 0755);
    chown("dir", 1, 30);
    put("dir/a", "");
    ok(owned("dir/a", 0, 0), "a new file is its maker's");
    chmod("dir", 02755);
    put("dir/b", "");
    ok(owned("dir/b", 0, 30), "with S_ISGID it has the directory's group");
    mkdir("dir/c", 0755);
    ok(owned("dir/c", 0, 30), "a directory, too");
    is(mode_of("dir/c"), 02755, "and hands that on");
    symlink("x", "dir/d");
    ok(owned("dir/d", 0, 30), "a link has it");
    mkfifo("dir/e", 0600);
    ok(owned("dir/e", 0, 30), "a pipe has it");
    unlink("dir/a");
    unlink("dir/b");
    rmdir("dir/c");
    unlink("dir/d");
    unlink("dir/e");
    is(rmdir("dir"), 0, "nothing is left");
}

int
main(void)
{
    test_ids();
    test_calls();
    test_bits();
    test_group_of_directory();
    return done();
}

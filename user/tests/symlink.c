/*
 * symlink.c: a symbolic link stands for a path: its text, which calls follow it
 * and which do not, and where a relative path in it begins.
 */
#include "names.h"

static char here[600];

static void
test_itself(void)
{
    struct stat st;
    char buf[16];

    is(symlink("some/where", "l"), 0, "a link may lead to nothing");
    is(lstat("l", &st), 0, "lstat tells of the link");
    ok(S_ISLNK(st.st_mode), "that it is one");
    is(st.st_mode & 07777, 0777, "with all rights");
    is(st.st_size, 10, "as long as its path");
    is(st.st_nlink, 1, "with one name");
    fails(stat("l", &st), ENOENT, "stat follows it");
    is_str(target_of("l"), "some/where", "readlink tells the path");
    memset(buf, '#', sizeof(buf));
    is(readlink("l", buf, sizeof(buf)), 10, "and its length");
    ok(memcmp(buf, "some/where######", 16) == 0, "with no zero behind it");
    is(readlink("l", buf, 4), 4, "a short buffer is filled");
    ok(memcmp(buf, "some/where######", 16) == 0, "and no more");
    umask(0777);
    symlink("x", "m");
    umask(022);
    is(mode_of("m"), 0777, "the umask is not for links");
    is(symlink("l", "n"), 0, "a link to a link");
    is_str(target_of("n"), "l", "says what it was told");
    is(symlink("a//b/../", "o"), 0, "whatever that is");
    is_str(target_of("o"), "a//b/../", "to the letter");
    is(unlink("l"), 0, "unlink removes a link");
    ok(!exists("l") && exists("n"), "and no other");
    unlink("m");
    unlink("n");
    unlink("o");
}

static void
test_follow(void)
{
    struct stat st;

    put("file", "text");
    mkdir("d", 0755);
    put("d/in", "inner");
    symlink("file", "to-file");
    symlink("d", "to-dir");
    symlink("to-dir", "twice");
    is_str(text_of("to-file"), "text", "open follows a link");
    put("to-file", "new");
    is_str(text_of("file"), "new", "to write, too");
    is_str(text_of("to-dir/in"), "inner", "a link to a directory is walked");
    is_str(text_of("twice/in"), "inner", "and a link to that");
    ok(stat("to-dir", &st) == 0 && S_ISDIR(st.st_mode), "stat follows");
    ok(lstat("to-dir", &st) == 0 && S_ISLNK(st.st_mode), "lstat does not");
    ok(lstat("to-dir/", &st) == 0 && S_ISDIR(st.st_mode),
        "but with a slash behind");
    ok(lstat("to-dir/.", &st) == 0 && S_ISDIR(st.st_mode), "or a dot");
    fails(stat("to-file/", &st), ENOTDIR, "a slash wants a directory");
    is(access("to-file", R_OK), 0, "access follows");
    fails(mkdir("to-dir", 0755), EEXIST, "mkdir does not");
    fails(rmdir("to-dir"), ENOTDIR, "nor rmdir");
    fails(rmdir("to-dir/"), ENOTDIR, "whatever is behind it");
    fails(unlink("to-dir/"), ENOTDIR, "nor unlink");
    is(truncate("to-file", 1), 0, "truncate follows");
    is_str(text_of("file"), "n", "and cuts the file");
    is(unlink("to-file"), 0, "unlink removes the link");
    is_str(text_of("file"), "n", "not the file");
    fails(rmdir("d"), ENOTEMPTY, "the directory is as it was");
}

static void
test_begin(void)
{
    char path[700];

    /* from before: d/in, file, to-dir and twice */
    symlink("in", "d/near");
    symlink("../file", "d/up");
    snprintf(path, sizeof(path), "%s/file", here);
    symlink(path, "d/whole");
    symlink("..", "d/parent");
    symlink("/", "root");
    is_str(text_of("d/near"), "inner", "a path begins where its link is");
    is_str(text_of("to-dir/near"), "inner", "by a link, too");
    is_str(text_of("d/up"), "n", "it may go up");
    is_str(text_of("d/whole"), "n", "or begin at the root");
    is_str(text_of("d/parent/d/parent/file"), "n", "or lead in a circle");
    snprintf(path, sizeof(path), "root%s/d/in", here);
    is_str(text_of(path), "inner", "a link to the root is walked");
    is_str(text_of("to-dir/../file"), "n", "`..' is the directory's");
    mkdir("d/sub", 0755);
    symlink("d/sub", "deep");
    is_str(text_of("deep/../in"), "inner", "not the link's");
    fails(chdir("d/near"), ENOTDIR, "chdir to a link to a file");
    is(chdir("twice"), 0, "to one to a directory");
    snprintf(path, sizeof(path), "%s/d", here);
    static char where[600];
    is_str(getcwd(where, sizeof(where)), path, "is to the directory");
    chdir("..");
    is_str(getcwd(where, sizeof(where)), here, "whose `..' is this one");
    unlink("d/near");
    unlink("d/up");
    unlink("d/whole");
    unlink("d/parent");
    unlink("root");
    unlink("deep");
    rmdir("d/sub");
}

static void
test_create(void)
{
    symlink("fresh", "to-new");
    int fd = open("to-new", O_WRONLY | O_CREAT, 0600);
    ok(fd >= 0, "O_CREAT goes through a link to nothing");
    close(fd);
    ok(S_ISREG(stat_of("fresh").st_mode), "and makes what it leads to");
    is(mode_of("fresh"), 0600, "with the mode");
    unlink("fresh");
    fails(open("to-new", O_WRONLY | O_CREAT | O_EXCL, 0600), EEXIST,
        "with O_EXCL the link is in the way");
    ok(!exists("fresh"), "and nothing is made");
    fails(mkdir("to-new", 0755), EEXIST, "mkdir makes nothing, either");
    symlink("d/fresh", "to-deep");
    close(open("to-deep", O_WRONLY | O_CREAT, 0600));
    ok(exists("d/fresh"), "through a link to another directory");
    unlink("d/fresh");
    symlink("no/fresh", "to-none");
    fails(open("to-none", O_WRONLY | O_CREAT, 0600), ENOENT,
        "to a directory that is not there");
    symlink("to-new", "to-to");
    close(open("to-to", O_WRONLY | O_CREAT, 0600));
    ok(exists("fresh"), "through two links");
    unlink("fresh");
    symlink("fresh/", "to-slash");
    fails(open("to-slash", O_WRONLY | O_CREAT, 0600), EISDIR,
        "with a slash in the link");
    unlink("to-new");
    unlink("to-deep");
    unlink("to-none");
    unlink("to-to");
    unlink("to-slash");
}

static void
test_at(void)
{
    char buf[16] = "";
    int dir = open("d", O_RDONLY | O_DIRECTORY);

    is(symlinkat("in", dir, "l"), 0, "symlinkat");
    is(readlinkat(dir, "l", buf, sizeof(buf)), 2, "readlinkat");
    ok(memcmp(buf, "in", 3) == 0, "in a directory that is open");
    is_str(text_of("d/l"), "inner", "the link is there");
    is(unlinkat(dir, "l", 0), 0, "unlinkat removes it");
    close(dir);
}

static void
test_long(void)
{
    static char target[4200], back[4200];

    memset(target, 't', 4095);
    for (int i = 100; i < 4095; i += 100) {
        target[i] = '/';
    }
    is(symlink(target, "l"), 0, "a target of 4095 bytes");
    is(stat_of("l").st_size, 4095, "is that long");
    is(readlink("l", back, sizeof(back)), 4095, "and can be read");
    ok(memcmp(back, target, 4095) == 0, "to the letter");
    fails(open("l", O_RDONLY), ENOENT, "it can be followed");
    unlink("l");
}

int
main(void)
{
    getcwd(here, sizeof(here));
    test_itself();
    test_follow();
    test_begin();
    test_create();
    test_at();
    test_long();
    unlink("to-dir");
    unlink("twice");
    unlink("d/in");
    unlink("file");
    is(rmdir("d"), 0, "nothing is left");
    return done();
}

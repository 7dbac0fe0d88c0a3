/*
 * rename.c: a renamed file keeps its inode, its bytes and its open descriptors,
 * and a directory its entries; a file that had the new name loses it.
 */
#include "names.h"

static char here[600];

/* We are at this path below the directory we started in. */
static int
at(const char *below)
{
    static char now[600];
    size_t n = strcmp(here, "/") == 0 ? 0 : strlen(here);

    return getcwd(now, sizeof(now)) != NULL && strncmp(now, here, n) == 0
        && strcmp(now + n, below) == 0;
}

static void
test_file(void)
{
    struct stat was, is_now;
    int fd;

    put("a", "text");
    was = stat_of("a");
    fd = open("a", O_RDWR);
    is(rename("a", "b"), 0, "rename");
    ok(!exists("a"), "the old name is gone");
    ok(stat_of("b").st_ino == was.st_ino, "the new one is the same file");
    is_str(text_of("b"), "text", "with its bytes");
    is(pwrite(fd, "TEXT", 4, 0), 4, "an open descriptor writes it");
    is_str(text_of("b"), "TEXT", "under the new name");
    fstat(fd, &is_now);
    is(is_now.st_nlink, 1, "it has one name");
    put("c", "victim");
    int gone = open("c", O_RDONLY);
    is(rename("b", "c"), 0, "over another file");
    is_str(text_of("c"), "TEXT", "it takes its place");
    fstat(gone, &is_now);
    is(is_now.st_nlink, 0, "which has no name now");
    is(lseek(gone, 0, SEEK_END), 6, "but its open descriptor keeps it");
    close(gone);
    link("c", "d");
    is(rename("c", "d"), 0, "from one name of a file to another");
    ok(exists("c") && exists("d"), "both stay");
    is(links_of("c"), 2, "they are two");
    put("e", "e");
    is(rename("e", "d"), 0, "over one of two names");
    is(links_of("c"), 1, "the other is left");
    is_str(text_of("d"), "e", "and the new one is there");
    close(fd);
    unlink("c");
    unlink("d");
}

static void
test_move(void)
{
    mkdir("x", 0755);
    mkdir("y", 0755);
    mkdir("x/d", 0755);
    put("x/d/f", "deep");
    is(links_of("x"), 3, "a directory has a link of each below it");
    is(rename("x/d", "y/e"), 0, "a directory to another one");
    is_str(text_of("y/e/f"), "deep", "takes along what is in it");
    is(links_of("x"), 2, "the old one has a link less");
    is(links_of("y"), 3, "the new one has one more");
    ok(same("y/e/..", "y"), "its `..' is the new one");
    mkdir("x/void", 0755);
    is(rename("y/e", "x/void"), 0, "over an empty directory");
    is_str(text_of("x/void/f"), "deep", "it takes its place");
    is(links_of("x"), 3, "one link came and one went");
    is(links_of("y"), 2, "and one left");
    ok(same("x/void/..", "x"), "`..' is right again");
    is(rename("x", "y/x"), 0, "with all that is below");
    is_str(text_of("y/x/void/f"), "deep", "however deep");
    ok(same("y/x/void/../..", "y"), "`..' twice");
    fails(rename("y", "y/x/void/y"), EINVAL, "not below itself");
    fails(rename("y/x/void", "y"), ENOTEMPTY, "nor onto its parent's");
    ok(exists("y/x/void/f"), "a failure moves nothing");
    is(rename("y/x", "x"), 0, "and back");
}

static void
test_cwd(void)
{
    struct stat st;

    /* from before: x/void/f, y */
    chdir("x/void");
    ok(at("/x/void"), "getcwd, below");
    is(rename("../../x", "../../z"), 0, "the parent has another name");
    ok(at("/z/void"), "getcwd tells it");
    is_str(text_of("f"), "deep", "paths begin where we are");
    is(rename("../void", "../../y/w"), 0, "our own directory moves");
    ok(at("/y/w"), "getcwd tells it");
    ok(stat("..", &st) == 0 && st.st_ino == stat_of("../../y").st_ino,
        "`..' goes to the new parent");
    is(rename("f", "../f"), 0, "a file goes up, by `..'");
    is_str(text_of("../../y/f"), "deep", "to where `..' is now");
    chdir("..");
    ok(at("/y"), "chdir `..' goes there");
    chdir("..");
    ok(at(strcmp(here, "/") == 0 ? "/" : ""), "and up again");
    unlink("y/f");
    rmdir("y/w");
    is(rmdir("y") | rmdir("z"), 0, "nothing is left");
}

/* A process's working directory is replaced by another directory. */
static void
test_replaced(void)
{
    char path[600];

    mkdir("old", 0755);
    mkdir("new", 0755);
    put("new/in", "in");
    chdir("old");
    is(rename("../new", "../old"), 0, "our empty directory is replaced");
    ok(getcwd(path, sizeof(path)) == NULL && errno == ENOENT,
        "we are nowhere");
    fails(open("f", O_WRONLY | O_CREAT, 0600), ENOENT, "nothing is made");
    fails(open("in", O_RDONLY), ENOENT, "nor is the new one's here");
    is(chdir(here), 0, "a full path leads back");
    is_str(text_of("old/in"), "in", "the new one is there");
    unlink("old/in");
    rmdir("old");
}

static void
test_links(void)
{
    put("file", "text");
    symlink("file", "l");
    is(rename("l", "m"), 0, "a symbolic link");
    is_str(target_of("m"), "file", "is renamed itself");
    is_str(text_of("file"), "text", "not where it leads");
    put("other", "other");
    is(rename("other", "m"), 0, "over a symbolic link");
    ok(S_ISREG(stat_of("m").st_mode), "it is replaced itself");
    is_str(text_of("file"), "text", "not where it led");
    mkdir("d", 0755);
    symlink("d", "to");
    is(rename("m", "to/in"), 0, "through a link to a directory");
    is_str(text_of("d/in"), "other", "is into that");
    unlink("d/in");
    unlink("to");
    rmdir("d");
    unlink("file");
}

static void
test_exchange(void)
{
    mkdir("p", 0755);
    mkdir("q", 0755);
    mkdir("p/d", 0755);
    put("p/d/in", "in");
    put("q/f", "file");
    is(renameat2(AT_FDCWD, "p/d", AT_FDCWD, "q/f", RENAME_EXCHANGE), 0,
        "a directory and a file exchange places");
    is_str(text_of("q/f/in"), "in", "the directory is there");
    is_str(text_of("p/d"), "file", "the file here");
    is(links_of("p"), 2, "the one has a link less");
    is(links_of("q"), 3, "the other one more");
    ok(same("q/f/..", "q"), "`..' goes to its place");
    is(renameat2(AT_FDCWD, "p/d", AT_FDCWD, "q/g", RENAME_NOREPLACE), 0,
        "RENAME_NOREPLACE to a free name");
    is_str(text_of("q/g"), "file", "renames");
    int dir = open("q", O_RDONLY | O_DIRECTORY);
    is(renameat(dir, "g", AT_FDCWD, "p/g"), 0, "renameat out of a directory");
    is(renameat(AT_FDCWD, "p/g", dir, "h"), 0, "and into one");
    is_str(text_of("q/h"), "file", "that is open");
    close(dir);
    unlink("q/h");
    unlink("q/f/in");
    rmdir("q/f");
    is(rmdir("p") | rmdir("q"), 0, "nothing is left");
}

int
main(void)
{
    getcwd(here, sizeof(here));
    test_file();
    test_move();
    test_cwd();
    test_replaced();
    test_links();
    test_exchange();
    return done();
}

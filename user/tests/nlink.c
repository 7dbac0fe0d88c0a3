/*
 * nlink.c: a directory has a link for its name, one for its own dot, and one
 * for the two dots of each directory in it.
 */
#include "names.h"

static long
links_open(int fd)
{
    struct stat st;

    return fstat(fd, &st) == 0 ? (long)st.st_nlink : -1;
}

int
main(void)
{
    int fd;

    mkdir("d", 0755);
    is(links_of("d"), 2, "an empty directory: its name and its dot");
    put("d/file", "");
    symlink("..", "d/link");
    mkfifo("d/pipe", 0600);
    is(links_of("d"), 2, "what is no directory does not count");
    mkdir("d/a", 0755);
    is(links_of("d"), 3, "a directory in it does");
    mkdir("d/b", 0755);
    is(links_of("d"), 4, "and another");
    mkdir("d/b/c", 0755);
    is(links_of("d"), 4, "one further below does not");
    is(links_of("d/b"), 3, "it is its parent's");
    is(rmdir("d/b/c"), 0, "rmdir");
    is(links_of("d/b"), 2, "takes one");
    rename("d/a", "d/e");
    is(links_of("d"), 4, "another name for one changes nothing");
    rename("d/e", "d/b/e");
    is(links_of("d"), 3, "a move takes it from one");
    is(links_of("d/b"), 3, "and gives it to the other");
    mkdir("d/f", 0755);
    rename("d/b/e", "d/f");
    is(links_of("d"), 4, "over an empty one: one comes, one goes");
    is(links_of("d/b"), 2, "and goes from where it was");
    fd = open("d/f", O_RDONLY | O_DIRECTORY);
    is(links_open(fd), 2, "one that is open");
    rmdir("d/f");
    is(links_open(fd), 0, "has none when it is removed");
    close(fd);
    mkdir("d/g", 0755);
    fd = open("d/g", O_RDONLY | O_DIRECTORY);
    rename("d/b", "d/g");
    is(links_open(fd), 0, "or when another took its place");
    close(fd);
    is(links_of("d"), 3, "its parent has lost one link for that");
    rmdir("d/g");
    unlink("d/file");
    unlink("d/link");
    unlink("d/pipe");
    is(links_of("d"), 2, "in the end there are two again");
    is(rmdir("d"), 0, "and the directory goes");
    return done();
}

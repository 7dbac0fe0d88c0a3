/*
 * faccessat.c: whether a file may be read, written or executed, by path or by
 * descriptor; for a symbolic link, whether its target may, or the link itself.
 */
#include "names.h"

int
main(void)
{
    int dir, fd;

    mkdir("d", 0755);
    put("d/f", "text");
    chmod("d/f", 0);
    symlink("f", "d/l");
    symlink("none", "d/n");
    dir = open("d", O_RDONLY | O_DIRECTORY);
    fd = open("d/f", O_RDONLY);
    is(faccessat(dir, "f", F_OK, 0), 0, "F_OK in a directory that is open");
    is(faccessat(AT_FDCWD, "d/f", F_OK, 0), 0, "or from here");
    is(faccessat(dir, "f", R_OK | W_OK, 0), 0, "root may read and write");
    fails(faccessat(dir, "f", X_OK, 0), EACCES, "not execute");
    is(faccessat(dir, "l", R_OK, 0), 0, "through a link");
    fails(faccessat(dir, "l", X_OK, 0), EACCES, "it is the file that counts");
    is(faccessat(dir, "l", X_OK, AT_SYMLINK_NOFOLLOW), 0,
        "AT_SYMLINK_NOFOLLOW: the link, which all may do all with");
    fails(faccessat(dir, "n", F_OK, 0), ENOENT, "a link to nothing");
    is(faccessat(dir, "n", F_OK, AT_SYMLINK_NOFOLLOW), 0, "is itself there");
    is(faccessat(dir, "f", R_OK, AT_EACCESS), 0, "AT_EACCESS");
    is(faccessat(fd, "", R_OK | W_OK, AT_EMPTY_PATH), 0,
        "AT_EMPTY_PATH: what is open, however it is");
    fails(faccessat(fd, "", X_OK, AT_EMPTY_PATH), EACCES, "nor that");
    is(faccessat(dir, "", X_OK, AT_EMPTY_PATH), 0, "a directory: searched");
    is(faccessat(AT_FDCWD, "", F_OK, AT_EMPTY_PATH), 0, "the current one");
    chmod("d/f", 0010);
    is(faccessat(dir, "f", X_OK, 0), 0, "one x, whosever: root may execute");
    chmod("d", 0);
    is(faccessat(AT_FDCWD, "d", R_OK | W_OK | X_OK, 0), 0,
        "of a directory without rights root may do all");
    is(access("/dev/null", R_OK | W_OK), 0, "a device can be written");
    fails(access("/dev/null", X_OK), EACCES, "not executed");
    close(fd);
    close(dir);
    unlink("d/l");
    unlink("d/n");
    unlink("d/f");
    is(rmdir("d"), 0, "nothing is left");
    return done();
}

/*
 * mknod.c: makes regular files and FIFOs, with the mode of the call without the
 * bits of the umask.
 */
#include "names.h"

static int
kind(const char *name)
{
    return (int)(stat_of(name).st_mode & S_IFMT);
}

int
main(void)
{
    int dir;

    is(mknod("f", S_IFREG | 0666, 0), 0, "mknod of a file");
    is(kind("f"), S_IFREG, "is one");
    is(mode_of("f"), 0644, "with the mode less the umask");
    is(stat_of("f").st_size, 0, "empty");
    put("f", "text");
    is_str(text_of("f"), "text", "it is as any other");
    fails(mknod("f", S_IFREG | 0666, 0), EEXIST, "it is there");
    is_str(text_of("f"), "text", "and is left alone");
    is(mknod("g", 0600, 0), 0, "no kind");
    is(kind("g"), S_IFREG, "is a file");
    is(mknod("p", S_IFIFO | 0666, 0), 0, "mknod of a pipe");
    is(kind("p"), S_IFIFO, "is one");
    is(mode_of("p"), 0644, "with the mode less the umask");
    is(links_of("p"), 1, "one name");
    is(stat_of("p").st_size, 0, "and no size");
    is(mkfifo("q", 0604), 0, "mkfifo");
    is(kind("q"), S_IFIFO, "is the same");
    is(mode_of("q"), 0604, "with its mode");
    fails(mkfifo("q", 0600), EEXIST, "it is there");
    umask(0);
    mknod("s", S_IFREG | 07777, 0);
    is(mode_of("s"), 07777, "all twelve bits");
    umask(077);
    mkfifo("t", 0777);
    is(mode_of("t"), 0700, "another umask");
    umask(022);
    mkdir("d", 0755);
    dir = open("d", O_RDONLY | O_DIRECTORY);
    is(mknodat(dir, "f", S_IFREG | 0640, 0), 0, "mknodat");
    is(mode_of("d/f"), 0640, "in a directory that is open");
    is(mkfifoat(dir, "p", 0640), 0, "mkfifoat");
    is(kind("d/p"), S_IFIFO, "too");
    close(dir);
    is(rename("p", "d/r"), 0, "a pipe can have another name");
    is(kind("d/r"), S_IFIFO, "which is the pipe");
    unlink("f");
    unlink("g");
    unlink("q");
    unlink("s");
    unlink("t");
    unlink("d/f");
    unlink("d/p");
    is(unlink("d/r"), 0, "and be removed");
    is(rmdir("d"), 0, "nothing is left");
    return done();
}

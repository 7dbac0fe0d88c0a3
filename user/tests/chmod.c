/*
 * chmod.c: chmod sets the twelve bits of a mode, for every kind of file; other
 * changes of the file do not change them.
 */
#include "names.h"

static void
test_bits(void)
{
    int good = 0;

    put("file", "text");
    mkdir("dir", 0755);
    for (int mode = 0; mode <= 07777; mode += 0111) {
        good += chmod("file", mode) == 0 && mode_of("file") == mode;
        good += chmod("dir", mode) == 0 && mode_of("dir") == mode;
    }
    is(good, 2 * (07777 / 0111 + 1), "every bit is kept, of both kinds");
    is(chmod("file", 0100644), 0, "chmod with a kind in the mode");
    ok(S_ISREG(stat_of("file").st_mode) && mode_of("file") == 0644,
        "leaves it a file");
    is(chmod("dir", 0170000), 0, "of another kind");
    ok(S_ISDIR(stat_of("dir").st_mode) && mode_of("dir") == 0,
        "leaves it a directory");
    is(mkdir("dir/in", 0700), 0, "root may write in it");
    is(mode_of("dir/in"), 0700, "and search it");
    rmdir("dir/in");
    chmod("dir", 0755);
}

static void
test_calls(void)
{
    int fd = open("file", O_RDONLY), dir = open("dir", O_RDONLY);

    is(fchmod(fd, 04711), 0, "fchmod, by a descriptor only to read");
    is(mode_of("file"), 04711, "sets the mode");
    is(fchmod(dir, 01777), 0, "fchmod of a directory");
    is(mode_of("dir"), 01777, "the sticky bit");
    put("dir/in", "");
    is(fchmodat(dir, "in", 0641, 0), 0, "fchmodat");
    is(mode_of("dir/in"), 0641, "in a directory that is open");
    is(fchmodat(AT_FDCWD, "dir/in", 0614, 0), 0, "or here");
    is(mode_of("dir/in"), 0614, "by a path");
    symlink("dir/in", "link");
    is(chmod("link", 02600), 0, "chmod through a link");
    is(mode_of("dir/in"), 02600, "is of the file");
    is(mode_of("link"), 0777, "not of the link");
    close(fd);
    close(dir);
    unlink("link");
    unlink("dir/in");
    rmdir("dir");
}

static void
test_kept(void)
{
    int fd;

    chmod("file", 06755);
    rename("file", "name");
    is(mode_of("name"), 06755, "a rename keeps all bits");
    link("name", "other");
    chmod("other", 04755);
    is(mode_of("name"), 04755, "both names have one mode");
    fd = open("name", O_WRONLY | O_TRUNC);
    write(fd, "text", 4);
    is(mode_of("name"), 04755, "a write by root keeps them");
    close(fd);
    fd = open("name", O_RDWR);
    chmod("name", 0);
    is(write(fd, "x", 1), 1, "an open descriptor still writes");
    close(fd);
    umask(077);
    is(chmod("name", 0666), 0, "the umask");
    is(mode_of("name"), 0666, "is not for chmod");
    umask(022);
    unlink("name");
    unlink("other");
    umask(0);
    is(mkdir("s", 07777), 0, "mkdir takes");
    is(mode_of("s"), 01777, "the sticky bit, and no other");
    fd = open("f", O_WRONLY | O_CREAT, 07777);
    is(mode_of("f"), 07777, "open takes all twelve");
    close(fd);
    unlink("f");
    rmdir("s");
    umask(022);
}

/* A file without x bits is not executed; one x bit is enough. */
static int
run(void *mode)
{
    char *args[] = { "x", NULL };

    chmod("x", (int)(long)mode);
    execv("x", args);
    return errno;
}

static void
test_execute(void)
{
    put("x", "no program");
    exited(in_child(run, (void *)0666), EACCES, "no x: not to be executed");
    exited(in_child(run, (void *)0001), ENOEXEC, "one x: tried");
    is(access("x", X_OK), 0, "access says so");
    chmod("x", 0666);
    fails(access("x", X_OK), EACCES, "and that");
    is(access("x", R_OK | W_OK), 0, "root may read and write");
    chmod("x", 0);
    is(access("x", R_OK | W_OK), 0, "whatever the mode is");
    unlink("x");
}

int
main(void)
{
    test_bits();
    test_calls();
    test_kept();
    test_execute();
    return done();
}

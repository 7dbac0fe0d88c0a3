/*
 * times.c: which of a file's three times a call changes: before the call they
 * are set to old ones, if possible, and after it they are read.
 *
 * The letters in a row say what changed: a the time of the last access, m that
 * of the last change of the bytes, c that of the inode.
 */
#include "names.h"

static const struct timespec old[2] = { { 1000, 0 }, { 1000, 0 } };
static const char *watched[2];
static struct stat before[2];

static int
differ(struct timespec a, struct timespec b)
{
    return a.tv_sec != b.tv_sec || a.tv_nsec != b.tv_nsec;
}

/* utimensat sets c to now. Wait until a change of another file gets a later
 * time, whatever clock the times are from: then a change would be seen. */
static void
age(const char *one, const char *other)
{
    watched[0] = one;
    watched[1] = other;
    for (int i = 0; i < 2; i++) {
        utimensat(AT_FDCWD, watched[i], old, AT_SYMLINK_NOFOLLOW);
        before[i] = stat_of(watched[i]);
    }
    do {
        chmod("clock", 0600);
    } while (!differ(stat_of("clock").st_ctim, before[1].st_ctim));
}

/* What moved, of the first thing watched and of the second. */
static const char *
moved(void)
{
    static char text[16];
    char *at = text;

    for (int i = 0; i < 2; i++) {
        struct stat now = stat_of(watched[i]);
        *at = i == 1 ? ' ' : *at;
        at += i;
        if (differ(now.st_atim, before[i].st_atim)) {
            *at++ = 'a';
        }
        if (differ(now.st_mtim, before[i].st_mtim)) {
            *at++ = 'm';
        }
        if (differ(now.st_ctim, before[i].st_ctim)) {
            *at++ = 'c';
        }
    }
    *at = '\0';
    return text;
}

#define MOVES(call, want, name)                                            \
    do {                                                                   \
        age("d", "d/f");                                                   \
        call;                                                              \
        is_str(moved(), want, name ": what moved, of directory and file"); \
    } while (0)

static void
test_bytes(int fd)
{
    char buf[16];

    MOVES(read(fd, buf, 4), " a", "read");
    MOVES(pread(fd, buf, 4, 0), " a", "pread");
    MOVES(write(fd, "text", 4), " mc", "write");
    MOVES(pwrite(fd, "text", 4, 0), " mc", "pwrite");
    MOVES(write(fd, "text", 0), " ", "write of nothing");
    MOVES(ftruncate(fd, 4), " mc", "ftruncate");
    MOVES(ftruncate(fd, 4), " mc", "to the same size");
    MOVES(truncate("d/f", 8), " mc", "truncate");
    MOVES(close(open("d/f", O_WRONLY | O_TRUNC)), " mc", "O_TRUNC");
    MOVES(close(open("d/f", O_WRONLY | O_TRUNC)), " mc", "of an empty file");
    MOVES(close(open("d/f", O_RDWR)), " ", "open");
    MOVES(lseek(fd, 0, SEEK_SET), " ", "lseek");
    MOVES(fallocate(fd, 0, 0, 100), " mc", "fallocate");
    MOVES(fsync(fd), " ", "fsync");
}

static void
test_inode(int fd)
{
    struct stat st;

    MOVES(chmod("d/f", 0600), " c", "chmod");
    MOVES(chmod("d/f", 0600), " c", "to the same mode");
    MOVES(fchmod(fd, 0644), " c", "fchmod");
    MOVES(chown("d/f", 1, 1), " c", "chown");
    MOVES(chown("d/f", 0, 0), " c", "back");
    MOVES(stat("d/f", &st), " ", "stat");
    MOVES(access("d/f", R_OK), " ", "access");
    MOVES(futimens(fd, NULL), " amc", "futimens");
    MOVES(chmod("d", 0755), "c ", "chmod of the directory");
}

static void
test_names(void)
{
    MOVES(link("d/f", "d/g"), "mc c", "link");
    MOVES(link("d/f", "d/g"), " ", "which fails");
    MOVES(unlink("d/g"), "mc c", "unlink of one of two names");
    MOVES(rename("d/f", "d/g"); rename("d/g", "d/f"), "mc c", "rename");
    MOVES(rename("d/f", "d/f"), " ", "to itself");
    MOVES(symlink("x", "d/l"), "mc ", "symlink");
    MOVES(unlink("d/l"), "mc ", "unlink of that");
    MOVES(mkdir("d/s", 0755), "mc ", "mkdir");
    MOVES(rmdir("d/s"), "mc ", "rmdir");
    MOVES(mkfifo("d/p", 0600), "mc ", "mkfifo");
    MOVES(unlink("d/p"), "mc ", "unlink of that");
    MOVES(close(open("d/n", O_WRONLY | O_CREAT, 0600)), "mc ", "O_CREAT");
    MOVES(close(open("d/n", O_WRONLY | O_CREAT, 0600)), " ",
        "of what is there");
    link("d/f", "d/h");
    age("d", "d/h");
    rename("d/n", "d/f");
    is_str(moved(), "mc c", "a rename over it: it lost a name");
    unlink("d/h");
    mkdir("e", 0755);
    put("d/x", "");
    age("d", "e");
    rename("d/x", "e/x");
    is_str(moved(), "mc mc", "a move: both directories");
    put("d/x", "");
    age("e", "d/x");
    rename("d/x", "e/x");
    watched[1] = "e/x";
    is_str(moved(), "mc c", "and the file's own, which it took along");
    unlink("e/x");
    rmdir("e");
}

/* A rename of a directory, what reading does to one, and links. */
static void
test_others(void)
{
    char buf[16];
    struct stat st;

    mkdir("d/s", 0755);
    age("d/s", "d");
    rename("d/s", "d/t");
    watched[0] = "d/t";
    is_str(moved(), "c mc", "a directory gets another name");
    rmdir("d/t");
    symlink("f", "d/l");
    age("d/l", "d/f");
    readlink("d/l", buf, sizeof(buf));
    is_str(moved(), "a ", "readlink");
    age("d/l", "d/f");
    stat("d/l", &st);
    is_str(moved(), "a ", "to follow a link");
    age("d/l", "d/f");
    lstat("d/l", &st);
    is_str(moved(), " ", "not to follow it");
    unlink("d/l");
}

int
main(void)
{
    int fd;

    put("clock", "");
    mkdir("d", 0755);
    put("d/f", "text text text");
    fd = open("d/f", O_RDWR);
    test_bytes(fd);
    test_inode(fd);
    close(fd);
    test_names();
    test_others();
    unlink("d/f");
    unlink("clock");
    is(rmdir("d"), 0, "nothing is left");
    return done();
}

/*
 * file_times.c: which of a file's three times a call changes.
 */
#include "tap.h"

#include "raw.h"
#include <fcntl.h>
#include <sys/stat.h>

static int fd;
static char buf[8];

/* First all three times are long ago, the last read before the last write. The
 * letters are those that changed: a(ccessed), m(odified), c(hanged). */
static struct stat before;

static void
set_old(void)
{
    struct timespec times[2] = { { 1000, 5 }, { 2000, 6 } };

    utimensat(AT_FDCWD, "file", times, 0);
    stat("file", &before);
    nap(20); /* Linux's clock for files ticks */
}

static int
moved(struct timespec a, struct timespec b)
{
    return a.tv_sec != b.tv_sec || a.tv_nsec != b.tv_nsec;
}

static void
changed(const char *want, const char *name)
{
    struct stat st;
    char got[4] = "", *at = got;

    stat("file", &st);
    if (moved(st.st_atim, before.st_atim)) {
        *at++ = 'a';
    }
    if (moved(st.st_mtim, before.st_mtim)) {
        *at++ = 'm';
    }
    if (moved(st.st_ctim, before.st_ctim)) {
        *at++ = 'c';
    }
    is_str(got, want, name);
    set_old();
}

static void
test_contents(void)
{
    set_old();
    pread(fd, buf, 4, 0);
    changed("a", "a read of what is newer than the last read");
    pread(fd, buf, 4, 100);
    changed("a", "a read at the end");
    pwrite(fd, "x", 1, 0);
    changed("mc", "a write");
    pwrite(fd, "x", 0, 0);
    changed("", "a write of nothing");
    ftruncate(fd, 4);
    changed("mc", "ftruncate to the same size");
    truncate("file", 4);
    changed("mc", "truncate to the same size");
    truncate("file", 5);
    changed("mc", "truncate to another");
    fallocate(fd, 0, 0, 100);
    changed("mc", "fallocate");
    fallocate(fd, FALLOC_FL_PUNCH_HOLE | FALLOC_FL_KEEP_SIZE, 0, 10);
    changed("mc", "a hole");
    close(open("file", O_RDWR));
    changed("", "open and close");
    close(open("file", O_WRONLY | O_TRUNC));
    changed("mc", "open with O_TRUNC");
    close(open("file", O_WRONLY | O_TRUNC));
    changed("mc", "of what is empty, too");
}

static void
test_relatime(void)
{
    struct timespec times[2] = { { 0, UTIME_NOW }, { 0, UTIME_OMIT } };

    pwrite(fd, "text", 4, 0);
    nap(20);
    utimensat(AT_FDCWD, "file", times, 0);
    nap(20);
    fchmod(fd, 0600);
    nap(20);
    pread(fd, buf, 4, 0);
    stat("file", &before);
    nap(20);
    pread(fd, buf, 4, 0);
    changed("", "a second read does not count");
}

static void
test_attributes(void)
{
    fchmod(fd, 0640);
    changed("c", "fchmod");
    fchown(fd, (uid_t)-1, (gid_t)-1);
    changed("c", "fchown of nothing");
}

static void
utime_is(const struct timespec *times, long asec, long ansec, long msec,
    long mnsec, const char *name)
{
    struct stat st;

    is(utimensat(AT_FDCWD, "file", times, 0), 0, name);
    stat("file", &st);
    ok(st.st_atim.tv_sec == asec && st.st_atim.tv_nsec == ansec, "atime");
    ok(st.st_mtim.tv_sec == msec && st.st_mtim.tv_nsec == mnsec, "mtime");
}

static void
test_utimens(void)
{
    struct stat st, other;
    struct timespec both[2] = { { 10, 20 }, { 30, 999999999 } };
    struct timespec one[2] = { { 5, UTIME_OMIT }, { 40, 50 } };
    struct timespec none[2] = { { 5, UTIME_OMIT }, { 5, UTIME_OMIT } };
    struct timespec early[2] = { { -10, 20 }, { -1, 999999999 } };
    struct timespec now[2] = { { 5, UTIME_NOW }, { 5, UTIME_OMIT } };

    utime_is(both, 10, 20, 30, 999999999, "utimensat sets both");
    utime_is(one, 10, 20, 40, 50, "one");
    stat("file", &st);
    nap(20);
    utime_is(none, 10, 20, 40, 50, "none");
    stat("file", &other);
    ok(!moved(st.st_ctim, other.st_ctim), "then ctime stays, too");
    utime_is(early, -10, 20, -1, 999999999, "times before 1970");
    is(utimensat(AT_FDCWD, "file", now, 0), 0, "now");
    stat("file", &st);
    ok(st.st_atim.tv_sec > 1000000000 && st.st_mtim.tv_sec == -1, "is atime");
    is(futimens(fd, NULL), 0, "now, by a descriptor");
    stat("file", &st);
    ok(!moved(st.st_atim, st.st_mtim) && !moved(st.st_mtim, st.st_ctim),
        "is all three, and one moment");
}

int
main(void)
{
    fd = open("file", O_RDWR | O_CREAT, 0600);
    write(fd, "text", 4);
    test_contents();
    test_relatime();
    test_attributes();
    test_utimens();
    unlink("file");
    return done();
}

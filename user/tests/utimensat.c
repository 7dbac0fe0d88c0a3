/*
 * utimensat.c: sets each of two times to now or to a given one, or leaves it;
 * for the target of a link, for the link itself, and for an open file.
 */
#include "names.h"

#include <sys/time.h>

static int
has(const char *name, long access, long change)
{
    struct stat st = stat_of(name);

    return st.st_atim.tv_sec == access / 1000
        && st.st_atim.tv_nsec == access % 1000 * 1000000
        && st.st_mtim.tv_sec == change / 1000
        && st.st_mtim.tv_nsec == change % 1000 * 1000000;
}

/* From thousandths of a second. */
static struct timespec
ms(long count)
{
    return (struct timespec){ count / 1000, count % 1000 * 1000000 };
}

static int
set(const char *name, struct timespec access, struct timespec change,
    int flags)
{
    struct timespec times[2] = { access, change };

    return utimensat(AT_FDCWD, name, times, flags);
}

/* The time lies between two readings of the clock, or a tick before the first.
 */
static int
is_now(struct timespec t, struct timeval from)
{
    struct timeval to;
    long us = t.tv_sec * 1000000 + t.tv_nsec / 1000;

    gettimeofday(&to, NULL);
    return us >= from.tv_sec * 1000000 + from.tv_usec - 20000
        && us <= to.tv_sec * 1000000 + to.tv_usec;
}

static void
test_forms(void)
{
    const struct timespec now = { 0, UTIME_NOW }, omit = { 7, UTIME_OMIT };
    struct timeval from;
    struct stat st;

    gettimeofday(&from, NULL);
    put("f", "text");
    st = stat_of("f");
    ok(is_now(st.st_atim, from) && is_now(st.st_mtim, from)
            && is_now(st.st_ctim, from), "a new file has three times of now");
    is(set("f", ms(1500), ms(2250), 0), 0, "two times");
    ok(has("f", 1500, 2250), "are kept, with their fractions");
    ok(is_now(stat_of("f").st_ctim, from), "the inode's is now");
    is(set("f", omit, ms(3000), 0), 0, "UTIME_OMIT for the access");
    ok(has("f", 1500, 3000), "sets the other");
    is(set("f", ms(4000), omit, 0), 0, "UTIME_OMIT for the change");
    ok(has("f", 4000, 3000), "sets the one");
    gettimeofday(&from, NULL);
    is(set("f", now, ms(5000), 0), 0, "UTIME_NOW for the access");
    st = stat_of("f");
    ok(is_now(st.st_atim, from) && st.st_mtim.tv_sec == 5, "is now");
    is(set("f", ms(6000), now, 0), 0, "UTIME_NOW for the change");
    st = stat_of("f");
    ok(is_now(st.st_mtim, from) && st.st_atim.tv_sec == 6, "is now");
    set("f", ms(1000), ms(1000), 0);
    is(utimensat(AT_FDCWD, "f", NULL, 0), 0, "no times at all");
    st = stat_of("f");
    ok(is_now(st.st_atim, from) && is_now(st.st_mtim, from), "are now");
    set("f", ms(1000), ms(2000), 0);
    is(set("f", omit, omit, 0), 0, "UTIME_OMIT twice");
    ok(has("f", 1000, 2000), "sets nothing");
}

static void
test_edges(void)
{
    struct timespec last = { 2, 999999999 }, first = { 0, 0 };
    struct stat st;

    set("f", first, last, 0);
    st = stat_of("f");
    is(st.st_atim.tv_sec | st.st_atim.tv_nsec, 0, "the very first time");
    is(st.st_mtim.tv_nsec, 999999999, "the last nanosecond");
    set("f", (struct timespec){ -5, 250000000 }, first, 0);
    st = stat_of("f");
    ok(st.st_atim.tv_sec == -5 && st.st_atim.tv_nsec == 250000000,
        "a time before that");
    set("f", (struct timespec){ 5000000000, 0 }, first, 0);
    is(stat_of("f").st_atim.tv_sec, 5000000000, "one far ahead");
}

static void
test_which(void)
{
    struct timespec times[2] = { { 10, 0 }, { 20, 0 } };
    int fd = open("f", O_RDONLY), dir;

    is(futimens(fd, times), 0, "futimens, by a descriptor only to read");
    ok(has("f", 10000, 20000), "sets them");
    symlink("f", "l");
    is(set("l", ms(30000), ms(40000), 0), 0, "by a link");
    ok(has("f", 30000, 40000), "are the file's");
    is(set("l", ms(50000), ms(60000), AT_SYMLINK_NOFOLLOW), 0,
        "AT_SYMLINK_NOFOLLOW");
    ok(has("f", 30000, 40000) && has("l", 50000, 60000), "the link's");
    mkdir("d", 0755);
    put("d/in", "");
    is(set("d", ms(70000), ms(80000), 0), 0, "of a directory");
    ok(has("d", 70000, 80000), "are kept");
    dir = open("d", O_RDONLY | O_DIRECTORY);
    is(utimensat(dir, "in", times, 0), 0, "in a directory that is open");
    ok(has("d/in", 10000, 20000), "are kept");
    times[0].tv_sec = 90;
    is(futimens(dir, times), 0, "futimens of a directory");
    ok(has("d", 90000, 20000), "is its own");
    link("f", "g");
    set("g", ms(1000), ms(2000), 0);
    ok(has("f", 1000, 2000), "both names have the same times");
    rename("f", "h");
    ok(has("h", 1000, 2000), "a rename keeps them");
    chmod("h", 0600);
    ok(has("h", 1000, 2000), "chmod, too");
    close(fd);
    close(dir);
    unlink("g");
    unlink("h");
    unlink("l");
    unlink("d/in");
    is(rmdir("d"), 0, "nothing is left");
}

int
main(void)
{
    test_forms();
    test_edges();
    test_which();
    return done();
}

/*
 * dup.c: descriptors: dup, dup2, dup3 and fcntl. Duplicates share the open
 * file (offset, status flags), not the close-on-exec flag.
 */
#include "tap.h"

#include "raw.h"
#include <fcntl.h>

static int fd;

static void
test_dup(void)
{
    int two = dup(fd);

    is(two, fd + 1, "dup: the lowest free descriptor");
    lseek(two, 5, SEEK_SET);
    is(lseek(fd, 0, SEEK_CUR), 5, "shares the offset");
    fcntl(two, F_SETFL, O_APPEND);
    ok(fcntl(fd, F_GETFL) & O_APPEND, "and the status flags");
    fcntl(fd, F_SETFL, 0);
    fcntl(two, F_SETFD, FD_CLOEXEC);
    is(fcntl(fd, F_GETFD), 0, "not close-on-exec");
    is(fcntl(dup(two), F_GETFD), 0, "which a duplicate never has");
    close(two + 1);
    is(close(fd), 0, "close of the first");
    is(lseek(two, 0, SEEK_CUR), 5, "leaves the second");
    is(dup(two), fd, "dup fills the gap");
    close(two);
    fails(dup(two), EBADF, "dup of nothing");
    fails(dup(-1), EBADF, "dup of -1");
}

static void
test_dup2(void)
{
    int p[2];
    char c;

    is(dup2(fd, 50), 50, "dup2 to a number");
    is(lseek(50, 7, SEEK_SET), 7, "which works");
    is(dup2(50, 50), 50, "to itself: nothing happens");
    fcntl(50, F_SETFD, FD_CLOEXEC);
    dup2(50, 50);
    is(fcntl(50, F_GETFD), FD_CLOEXEC, "not even to close-on-exec");
    is(dup2(fd, 50), 50, "over another one");
    is(fcntl(50, F_GETFD), 0, "clears close-on-exec");
    close(50);
    fails(dup2(50, 50), EBADF, "nothing to itself");
    fails(dup2(50, fd), EBADF, "nothing over something");
    ok(fcntl(fd, F_GETFD) == 0, "which stays open");
    fails(dup2(fd, -1), EBADF, "to -1");
    fails(dup2(fd, 1 << 30), EBADF, "to a number too large");
    pipe(p);
    is(dup2(fd, p[1]), p[1], "over the end of a pipe");
    is(read(p[0], &c, 1), 0, "closes it");
    close(p[0]);
    close(p[1]);
}

static void
test_dup3(void)
{
    is(dup3(fd, 51, O_CLOEXEC), 51, "dup3 with O_CLOEXEC");
    is(fcntl(51, F_GETFD), FD_CLOEXEC, "sets it");
    is(raw(NR_dup3, fd, 51, 0, 0), 51, "without");
    is(fcntl(51, F_GETFD), 0, "clears it");
    is(raw(NR_dup3, fd, fd, 0, 0), -EINVAL, "to itself is an error here");
    is(raw(NR_dup3, fd, 51, O_NONBLOCK, 0), -EINVAL, "so is another flag");
    is(raw(NR_dup3, 99, 51, 0, 0), -EBADF, "nothing to somewhere");
    close(51);
}

static void
test_fcntl(void)
{
    int two = fcntl(fd, F_DUPFD, 20);

    is(two, 20, "F_DUPFD: from 20 upwards");
    is(fcntl(fd, F_DUPFD, 20), 21, "the next");
    is(fcntl(two, F_GETFD), 0, "without close-on-exec");
    close(21);
    is(fcntl(fd, F_DUPFD_CLOEXEC, 20), 21, "F_DUPFD_CLOEXEC");
    is(fcntl(21, F_GETFD), FD_CLOEXEC, "with it");
    close(21);
    close(20);
    fails(fcntl(fd, F_DUPFD, -1), EINVAL, "from -1");
    fails(fcntl(fd, F_DUPFD, 1 << 30), EINVAL, "from a number too large");
    fails(fcntl(99, F_DUPFD, 0), EBADF, "of nothing");
    fails(fcntl(99, F_GETFD), EBADF, "F_GETFD of nothing");
    fails(fcntl(99, F_GETFL), EBADF, "F_GETFL of nothing");
    fails(fcntl(fd, 9999), EINVAL, "a command that is not there");
    is(fcntl(fd, F_SETFD, FD_CLOEXEC | 6), 0, "F_SETFD, more bits than one");
    is(fcntl(fd, F_GETFD), FD_CLOEXEC, "keeps the one");
    fcntl(fd, F_SETFD, 0);
    is(fcntl(fd, F_GETFL) & O_ACCMODE, O_RDWR, "F_GETFL: the access mode");
    is(fcntl(fd, F_SETFL, O_WRONLY | O_NONBLOCK | O_CREAT), 0, "F_SETFL");
    is(fcntl(fd, F_GETFL) & (O_ACCMODE | O_NONBLOCK | O_CREAT | O_APPEND),
        O_RDWR | O_NONBLOCK, "changes only what may change");
    fcntl(fd, F_SETFL, 0);
    is(fcntl(fd, F_GETFL) & O_NONBLOCK, 0, "and back");
}

static void
test_append_later(void)
{
    write(fd, "0123456789", 10);
    lseek(fd, 2, SEEK_SET);
    fcntl(fd, F_SETFL, O_APPEND);
    write(fd, "x", 1);
    is(lseek(fd, 0, SEEK_CUR), lseek(fd, 0, SEEK_END),
        "O_APPEND set later writes at the end");
    fcntl(fd, F_SETFL, 0);
    lseek(fd, 2, SEEK_SET);
    write(fd, "y", 1);
    is(lseek(fd, 0, SEEK_CUR), 3, "cleared, where the offset is");
}

/* Standard descriptors can be closed and opened again. */
static int
without_standard(void *unused)
{
    (void)unused;
    close(0);
    close(1);
    close(2);
    return open("/dev/null", O_RDWR) == 0 && dup(0) == 1 && dup(1) == 2
        && open("/dev/zero", O_RDONLY) == 3 + (fd == 3) ? 3 : 4;
}

int
main(void)
{
    fd = open("file", O_RDWR | O_CREAT | O_TRUNC, 0644);
    test_dup();
    fd = open("file", O_RDWR);
    ok(fd == 4, "one descriptor is lost on purpose");
    close(3);
    test_dup2();
    test_dup3();
    test_fcntl();
    test_append_later();
    close(4);
    fd = -1;
    exited(in_child(without_standard, NULL), 3, "0, 1 and 2 made anew");
    unlink("file");
    return done();
}

/*
 * dev_full.c: /dev/full, on which a program can see what it does when a disk is
 * full: it gives zeros, and no write to it succeeds.
 */
#include "names.h"

#include <poll.h>
#include <sys/sysmacros.h>
#include <sys/uio.h>

static void
test_calls(int fd)
{
    char bytes[100], zeros[100] = "";
    struct iovec none = { bytes, 0 }, some[2] = { none, { bytes, 9 } };
    struct pollfd poller = { fd, POLLIN | POLLOUT, 0 };
    struct stat st;

    ok(fstat(fd, &st) == 0 && S_ISCHR(st.st_mode), "a character device");
    ok(major(st.st_rdev) == 1 && minor(st.st_rdev) == 7, "with its number");
    is(st.st_mode & 0777, 0666, "for all");
    memset(bytes, 1, sizeof(bytes));
    is(read(fd, bytes, sizeof(bytes)), sizeof(bytes), "it can be read");
    ok(memcmp(bytes, zeros, sizeof(zeros)) == 0, "zeros are there");
    fails(write(fd, bytes, 1), ENOSPC, "a byte does not fit");
    fails(write(fd, bytes, 0), ENOSPC, "nothing does not fit");
    fails(write(fd, (void *)16, 1), ENOSPC, "and is not looked at");
    fails(writev(fd, some, 2), ENOSPC, "nor does a vector fit");
    is(writev(fd, &none, 1), 0, "but an empty one does");
    fails(pwrite(fd, bytes, 1, 1 << 20), ENOSPC, "nor far behind");
    is(lseek(fd, 1000, SEEK_SET), 0, "it stays at its beginning");
    fails(ftruncate(fd, 0), EINVAL, "and has no size");
    ok(poll(&poller, 1, 0) == 1 && poller.revents == (POLLIN | POLLOUT),
        "it seems ready for both");
}

static void
test_stream(void)
{
    int fd = open("/dev/full", O_WRONLY | O_CREAT | O_TRUNC | O_APPEND, 0600);

    ok(fd >= 0, "as a shell opens it");
    fails(write(fd, "x", 1), ENOSPC, "it is full");
    close(fd);
    FILE *file = fopen("/dev/full", "w");
    ok(file != NULL && fputs("text", file) >= 0, "a buffer takes a text");
    is(fflush(file), EOF, "which cannot be written out");
    ok(ferror(file), "the stream remembers it");
    fclose(file);
}

int
main(void)
{
    int fd = open("/dev/full", O_RDWR);

    ok(fd >= 0, "/dev/full");
    test_calls(fd);
    close(fd);
    test_stream();
    return done();
}

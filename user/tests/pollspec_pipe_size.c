/*
 * pollspec_pipe_size.c: F_GETPIPE_SZ and F_SETPIPE_SZ: sizes are rounded up to
 * powers of two of pages, hold what they say, and are of the pipe, not of an
 * end; what is in a pipe stays there.
 * seconds: 25
 */
#include "pollspec.h"

#include <sys/stat.h>

static int fds[2];
static char block[8192];

static long
size_of(int fd)
{
    return raw(NR_fcntl, fd, F_GETPIPE_SZ, 0, 0);
}

static long
resize(int fd, long size)
{
    return raw(NR_fcntl, fd, F_SETPIPE_SZ, size, 0);
}

/* A pipe of this size takes so many bytes. */
static void
takes(long size, const char *name)
{
    must_pipe(fds);
    resize(fds[0], size);
    is(fill(fds[1]), size, name);
    is(bytes_in(fds[0]), (int)size, "and has them all");
    close_both(fds);
}

static void
test_sizes(void)
{
    static const long cases[][2] = {
        { 0, 4096 }, { 1, 4096 }, { 4096, 4096 }, { 4097, 8192 },
        { 8192, 8192 }, { 12288, 16384 }, { 65535, 65536 }, { 65536, 65536 },
        { 65537, 131072 }, { 524289, 1048576 }, { 1048576, 1048576 },
    };
    must_pipe(fds);
    is(size_of(fds[0]), 65536, "a new pipe has 65536 bytes");
    is(size_of(fds[1]), 65536, "at both ends");
    for (int i = 0; i < COUNT_OF(cases); i++) {
        char name[64];
        snprintf(name, sizeof(name), "%ld bytes asked for", cases[i][0]);
        is(resize(fds[i % 2], cases[i][0]), cases[i][1], name);
        is(size_of(fds[0]), cases[i][1], "are told at one end");
        is(size_of(fds[1]), cases[i][1], "and the other");
    }
    close_both(fds);
    takes(4096, "4096 bytes fit");
    takes(16384, "16384 bytes fit");
    takes(131072, "131072 bytes fit");
    takes(1048576, "a million bytes fit");
}

static void
test_contents(void)
{
    must_pipe(fds);
    for (int i = 0; i < (int)sizeof(block); i++) {
        block[i] = (char)(i * 7 + i / 251);
    }
    write(fds[1], block, sizeof(block));
    is(resize(fds[1], 4096), -EBUSY, "not smaller than what is in it");
    is(size_of(fds[1]), 65536, "it stays as it was");
    is(resize(fds[1], 8192), 8192, "but just as large");
    is(fill(fds[1]), 0, "then it is full");
    is(poll_now(fds[1], OUT), 0, "and poll says so");
    is(resize(fds[1], 16384), 16384, "larger again");
    is(poll_now(fds[1], OUT), OUT, "gives room");
    is(fill(fds[1]), 8192, "for so many bytes more");
    static char got[sizeof(block)];
    is(read(fds[0], got, sizeof(got)), sizeof(got), "the first are read");
    ok(memcmp(got, block, sizeof(got)) == 0, "unchanged");
    is(resize(fds[0], 8192), 8192, "it shrinks to what is left");
    is(bytes_in(fds[0]), 8192, "which is all there");
    drain(fds[0], 8192);
    is(resize(fds[0], 4096), 4096, "empty: as small as can be");
    close_both(fds);
    /* Where its bytes go round the end of the buffer. */
    must_pipe(fds);
    resize(fds[0], 8192);
    fill(fds[1]);
    drain(fds[0], 4096);
    write(fds[1], block, 4096);
    is(resize(fds[0], 32768), 32768, "a pipe that has gone round grows");
    drain(fds[0], 4096);
    is(read(fds[0], got, 4096), 4096, "its last bytes");
    ok(memcmp(got, block, 4096) == 0, "are those last written");
    close_both(fds);
}

static int
grow(void *unused)
{
    (void)unused;
    return resize(fds[0], 131072) == 131072 ? 7 : 1;
}

static void
test_owners(void)
{
    int status;
    must_pipe(fds);
    exited(in_child(grow, NULL), 7, "a child changes the size");
    is(size_of(fds[1]), 131072, "for its parent");
    resize(fds[0], 4096);
    fill(fds[1]);
    pid_t pid = when_asleep(grow, NULL);
    is(write(fds[1], "x", 1), 1, "who waits for room");
    waitpid(pid, &status, 0);
    exited(status, 7, "gets it from a new size");
    close_both(fds);
    mkfifo("fifo", 0600);
    int both = open("fifo", O_RDWR), other = open("fifo", O_RDWR);
    is(resize(both, 4096), 4096, "a named pipe has a size");
    is(size_of(other), 4096, "for all that opened it");
    close(both);
    is(size_of(other), 4096, "while one is open");
    close(other);
    both = open("fifo", O_RDWR);
    is(size_of(both), 65536, "after the last it is as new");
    close(both);
    unlink("fifo");
}

static void
test_errors(void)
{
    must_pipe(fds);
    int file = open("file", O_RDWR | O_CREAT, 0644);
    returns(size_of(file), -EBADF, "a file has no such size");
    returns(resize(file, 4096), -EBADF, "to set");
    returns(size_of(999), -EBADF, "nor what is not open");
    returns(resize(fds[0], 0x80000001L), -EINVAL, "more than 2^31");
    is(size_of(fds[0]), 65536, "changes nothing");
    close(file);
    unlink("file");
    close_both(fds);
}

int
main(void)
{
    test_sizes();
    test_contents();
    test_owners();
    test_errors();
    return done();
}

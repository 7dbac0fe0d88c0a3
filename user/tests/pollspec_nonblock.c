/*
 * pollspec_nonblock.c: O_NONBLOCK, wherever it is set: whole and part reads
 * and writes of pipes and named pipes, opening named pipes, whose flag it is;
 * and FIONREAD.
 */
#include "pollspec.h"

#include <sys/stat.h>

static int fds[2];
static char block[70000];

static void
begin(int flags)
{
    if (pipe2(fds, flags) < 0) {
        perror("pipe2");
        exit(99);
    }
}

static void
test_pipe(void)
{
    begin(O_NONBLOCK);
    is(fcntl(fds[0], F_GETFL), O_RDONLY | O_NONBLOCK, "pipe2 O_NONBLOCK");
    is(fcntl(fds[1], F_GETFL), O_WRONLY | O_NONBLOCK, "is for both ends");
    fails(read(fds[0], block, 1), EAGAIN, "nothing to read: EAGAIN");
    is(read(fds[0], block, 0), 0, "0 bytes can be read");
    is(write(fds[1], "abc", 3), 3, "there is room");
    is(read(fds[0], block, 10), 3, "what is there is read");
    fails(read(fds[0], block, 10), EAGAIN, "there is no more");
    is(write(fds[1], block, sizeof(block)), 65536,
        "a large write is cut to what has room");
    fails(write(fds[1], block, 1), EAGAIN, "no room for a byte");
    fails(write(fds[1], block, sizeof(block)), EAGAIN, "nor for many");
    is(write(fds[1], block, 0), 0, "0 bytes can be written");
    is(bytes_in(fds[0]), 65536, "FIONREAD counts them");
    drain(fds[0], 4096);
    is(write(fds[1], block, sizeof(block)), 4096, "a block read is room");
    drain(fds[0], 4096);
    is(write(fds[1], block, 4096), 4096, "for a block");
    drain(fds[0], 65536);
    fill(fds[1]);
    drain(fds[0], 4096);
    is(write(fds[1], block, 4095), 4095, "4095 bytes");
    fails(write(fds[1], block, 4096), EAGAIN,
        "a write of PIPE_BUF is whole or not at all");
    close(fds[1]);
    drain(fds[0], 1 << 20);
    is(read(fds[0], block, 1), 0, "no writer: the end, not EAGAIN");
    close(fds[0]);
    begin(O_NONBLOCK);
    close(fds[0]);
    act(SIGPIPE, TO_IGNORE, 0, 0);
    fails(write(fds[1], "x", 1), EPIPE, "no reader: EPIPE, not EAGAIN");
    act(SIGPIPE, TO_DEFAULT, 0, 0);
    close(fds[1]);
}

static void
test_flags(void)
{
    begin(0);
    is(fcntl(fds[0], F_GETFL), O_RDONLY, "pipe2 without flags");
    is(fcntl(fds[0], F_SETFL, O_NONBLOCK), 0, "F_SETFL sets it");
    is(fcntl(fds[0], F_GETFL), O_RDONLY | O_NONBLOCK, "for one end");
    is(fcntl(fds[1], F_GETFL), O_WRONLY, "not for the other");
    fails(read(fds[0], block, 1), EAGAIN, "a read does not wait");
    int copy = dup(fds[0]);
    is(fcntl(copy, F_GETFL), O_RDONLY | O_NONBLOCK, "dup has it, too");
    fcntl(copy, F_SETFL, 0);
    is(fcntl(fds[0], F_GETFL), O_RDONLY, "and takes it from both");
    pid_t pid = must_fork();
    if (pid == 0) {
        fcntl(fds[0], F_SETFL, O_NONBLOCK);
        _exit(0);
    }
    waitpid(pid, NULL, 0);
    is(fcntl(fds[0], F_GETFL), O_RDONLY | O_NONBLOCK,
        "a child sets it for its parent");
    int off = 0, on = 1;
    is(ioctl(fds[0], 0x5421, &off), 0, "FIONBIO");
    is(fcntl(fds[0], F_GETFL), O_RDONLY, "clears it");
    is(ioctl(fds[0], 0x5421, &on), 0, "and");
    is(fcntl(fds[0], F_GETFL), O_RDONLY | O_NONBLOCK, "sets it");
    close(copy);
    close_both(fds);
    int fd = open("file", O_RDWR | O_CREAT | O_NONBLOCK, 0644);
    is(fcntl(fd, F_GETFL) & O_NONBLOCK, O_NONBLOCK, "a file can have it");
    is(write(fd, "abc", 3), 3, "it is written");
    lseek(fd, 0, SEEK_SET);
    is(read(fd, block, 10), 3, "and read");
    is(read(fd, block, 10), 0, "to its end as ever");
    close(fd);
    unlink("file");
}

static int
open_other_end(void *flags)
{
    int fd = open("fifo", *(int *)flags);
    return fd >= 0 ? 7 : 1;
}

static void
test_fifo(void)
{
    int to_write = O_WRONLY, to_read = O_RDONLY, status;
    mkfifo("fifo", 0600);
    fails(open("fifo", O_WRONLY | O_NONBLOCK), ENXIO,
        "to write, nobody reads: ENXIO");
    int in = open("fifo", O_RDONLY | O_NONBLOCK);
    ok(in >= 0, "to read it opens at once");
    is(read(in, block, 1), 0, "no writer: the end");
    int out = open("fifo", O_WRONLY | O_NONBLOCK);
    ok(out >= 0, "to write, now somebody reads");
    fails(read(in, block, 1), EAGAIN, "a writer, no byte: EAGAIN");
    is(write(out, block, sizeof(block)), 65536, "a write is cut");
    fails(write(out, block, 1), EAGAIN, "a full pipe: EAGAIN");
    close(out);
    is(bytes_in(in), 65536, "the bytes stay without a writer");
    drain(in, 65536);
    is(read(in, block, 1), 0, "then the end");
    close(in);
    pid_t pid = when_asleep(open_other_end, &to_write);
    in = open("fifo", O_RDONLY);
    ok(in >= 0, "without it an open to read waits for a writer");
    waitpid(pid, &status, 0);
    exited(status, 7, "who opens, too");
    close(in);
    pid = when_asleep(open_other_end, &to_read);
    out = open("fifo", O_WRONLY);
    ok(out >= 0, "an open to write waits for a reader");
    waitpid(pid, &status, 0);
    exited(status, 7, "who opens, too");
    close(out);
    int both = open("fifo", O_RDWR);
    ok(both >= 0, "for both it opens at once");
    is(write(both, "ab", 2), 2, "it takes bytes");
    is(read(both, block, 5), 2, "and gives them");
    fcntl(both, F_SETFL, O_NONBLOCK);
    fails(read(both, block, 1), EAGAIN, "its own end is a writer");
    close(both);
    unlink("fifo");
}

static void
test_bytes(void)
{
    begin(0);
    is(bytes_in(fds[0]), 0, "FIONREAD of an empty pipe");
    write(fds[1], block, 5);
    write(fds[1], block, 10000);
    is(bytes_in(fds[0]), 10005, "of two writes");
    is(bytes_in(fds[1]), 10005, "at the other end, too");
    drain(fds[0], 6);
    is(bytes_in(fds[0]), 9999, "after a read");
    returns(raw(NR_ioctl, fds[0], FIONREAD, 1, 0), -EFAULT, "a bad place");
    close(fds[1]);
    is(bytes_in(fds[0]), 9999, "without a writer");
    close(fds[0]);
    int fd = open("file", O_RDWR | O_CREAT | O_TRUNC, 0644);
    write(fd, block, 100);
    is(bytes_in(fd), 0, "of a file: to its end");
    lseek(fd, 30, SEEK_SET);
    is(bytes_in(fd), 70, "from where one is");
    close(fd);
    unlink("file");
    fd = open("/dev/null", O_RDWR);
    int there = -1;
    fails(ioctl(fd, FIONREAD, &there), ENOTTY, "/dev/null has no such count");
    close(fd);
}

/* One waits, the other does not: the flag is of the open file. */
static int
read_one(void *unused)
{
    (void)unused;
    return (int)read(fds[0], block, 1);
}

static void
test_mixed(void)
{
    int status;
    mkfifo("fifo", 0600);
    int both = open("fifo", O_RDWR);
    fds[0] = both;
    int quick = open("fifo", O_RDONLY | O_NONBLOCK);
    pid_t pid = must_fork();
    if (pid == 0) {
        _exit(read_one(NULL));
    }
    until_state(pid, 'S');
    fails(read(quick, block, 1), EAGAIN, "one reader waits, another does not");
    fcntl(both, F_SETFL, O_NONBLOCK);
    is(state_of(pid), 'S', "who waits is not woken by the flag");
    write(both, "x", 1);
    waitpid(pid, &status, 0);
    exited(status, 1, "but by a byte");
    close(quick);
    close(both);
    unlink("fifo");
}

int
main(void)
{
    test_pipe();
    test_flags();
    test_fifo();
    test_bytes();
    test_mixed();
    return done();
}

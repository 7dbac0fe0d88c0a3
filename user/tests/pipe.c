/*
 * pipe.c: bytes in order, end of file, EPIPE, short reads, and the flags of
 * pipe2. (How much a pipe holds is pipe_full.c.)
 */
#include "tap.h"

#include "raw.h"
#include <fcntl.h>
#include <sys/stat.h>

static void
test_bytes(void)
{
    int p[2];
    char buf[32] = "";

    is(pipe(p), 0, "pipe");
    ok(p[0] != p[1] && p[0] > 2 && p[1] > 2, "two descriptors");
    ok(p[1] == p[0] + 1, "the lowest that are free");
    is(write(p[1], "hello world", 11), 11, "write");
    is(read(p[0], buf, 5), 5, "a short read");
    is_str(buf, "hello", "gets the first bytes");
    is(read(p[0], buf, sizeof(buf)), 6, "the rest, not waiting for more");
    ok(memcmp(buf, " world", 6) == 0, "in order");
    write(p[1], "ab", 2);
    write(p[1], "cd", 2);
    is(read(p[0], buf, sizeof(buf)), 4, "two writes, one read");
    is(write(p[1], "x", 0), 0, "a write of nothing");
    write(p[1], "z", 1);
    is(read(p[0], buf, 0), 0, "a read of nothing");
    is(read(p[0], buf, 9), 1, "leaves what is there");
    close(p[1]);
    is(read(p[0], buf, 1), 0, "end of file");
    is(read(p[0], buf, 1), 0, "again");
    close(p[0]);
}

static void
test_wrong(void)
{
    int p[2];
    char c = 0;
    struct stat st;

    pipe(p);
    fails(read(p[1], &c, 1), EBADF, "no read of the writing end");
    fails(write(p[0], &c, 1), EBADF, "no write to the reading end");
    fails(lseek(p[0], 0, SEEK_SET), ESPIPE, "no lseek");
    fails(lseek(p[1], 0, SEEK_CUR), ESPIPE, "of either end");
    is(fstat(p[0], &st), 0, "fstat");
    ok(S_ISFIFO(st.st_mode), "says it is a pipe");
    is(st.st_size, 0, "of size 0");
    is(fcntl(p[0], F_GETFL) & O_ACCMODE, O_RDONLY, "one end only reads");
    is(fcntl(p[1], F_GETFL) & O_ACCMODE, O_WRONLY, "one only writes");
    is(raw(NR_ioctl, p[0], 0x5401, P(&st), 0), -ENOTTY, "it is no terminal");
    close(p[0]);
    close(p[1]);
    fails(read(p[0], &c, 1), EBADF, "closed is closed");
}

static int
write_to_none(void *unused)
{
    int p[2];
    (void)unused;
    pipe(p);
    close(p[0]);
    write(p[1], "x", 1);
    return 1;
}

static void
test_epipe(void)
{
    int p[2];
    sigset_t mask;

    killed(in_child(write_to_none, NULL), SIGPIPE, "no reader: SIGPIPE");
    pipe(p);
    close(p[0]);
    signal(SIGPIPE, SIG_IGN);
    fails(write(p[1], "x", 1), EPIPE, "ignored: EPIPE");
    signal(SIGPIPE, SIG_DFL);
    sigemptyset(&mask);
    sigaddset(&mask, SIGPIPE);
    sigprocmask(SIG_BLOCK, &mask, NULL);
    fails(write(p[1], "x", 1), EPIPE, "blocked: EPIPE");
    is(write(p[1], "x", 0), 0, "nothing can be written");
    signal(SIGPIPE, SIG_IGN);
    sigprocmask(SIG_UNBLOCK, &mask, NULL);
    signal(SIGPIPE, SIG_DFL);
    close(p[1]);
}

static void
test_flags(void)
{
    int p[2];
    char c;

    is(pipe2(p, O_CLOEXEC), 0, "pipe2 with O_CLOEXEC");
    is(fcntl(p[0], F_GETFD), FD_CLOEXEC, "sets the flag of one end");
    is(fcntl(p[1], F_GETFD), FD_CLOEXEC, "and of the other");
    is(fcntl(p[0], F_GETFL) & O_NONBLOCK, 0, "and nothing else");
    close(p[0]);
    close(p[1]);
    is(pipe2(p, O_NONBLOCK), 0, "pipe2 with O_NONBLOCK");
    is(fcntl(p[0], F_GETFD), 0, "is not close-on-exec");
    ok(fcntl(p[0], F_GETFL) & O_NONBLOCK, "does not block here");
    ok(fcntl(p[1], F_GETFL) & O_NONBLOCK, "nor there");
    fails(read(p[0], &c, 1), EAGAIN, "read of an empty pipe: EAGAIN");
    write(p[1], "x", 1);
    is(read(p[0], &c, 1), 1, "one byte is there");
    fails(read(p[0], &c, 1), EAGAIN, "and gone");
    close(p[1]);
    is(read(p[0], &c, 1), 0, "end of file is no EAGAIN");
    close(p[0]);
    fails(pipe2(p, O_APPEND), EINVAL, "a flag that is not for pipes");
    fails(pipe2(p, 1), EINVAL, "O_WRONLY neither");
    is(open("/dev/null", O_RDONLY), p[0], "no descriptor was lost");
    close(p[0]);
}

/* Readers that sleep are woken by data, and by the end of file. */
static void
test_wake(void)
{
    int to[2], from[2];
    char c = 0;

    pipe(to);
    pipe(from);
    pid_t pid = fork();
    if (pid == 0) {
        close(to[1]);
        while (read(to[0], &c, 1) == 1) {
            c++;
            write(from[1], &c, 1);
        }
        write(from[1], "!", 1);
        _exit(0);
    }
    close(to[0]);
    c = 'a';
    for (int i = 0; i < 20; i++) {
        write(to[1], &c, 1);
        read(from[0], &c, 1);
    }
    ok(c == 'a' + 20, "twenty rounds between two processes");
    nap(20);
    close(to[1]);
    read(from[0], &c, 1);
    ok(c == '!', "a sleeping reader sees the end");
    waitpid(pid, NULL, 0);
    close(from[0]);
    close(from[1]);
}

int
main(void)
{
    test_bytes();
    test_wrong();
    test_epipe();
    test_flags();
    test_wake();
    return done();
}

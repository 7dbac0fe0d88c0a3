/*
 * fifo_ends.c: a pipe with a name: opening one end waits for the other. What
 * happens to that wait, and to written bytes, when ends open and close.
 */
#include "tap.h"

#include <fcntl.h>
#include <sys/stat.h>

static char buf[100];

static int
is_fifo(void)
{
    struct stat st;

    return stat("fifo", &st) == 0 && S_ISFIFO(st.st_mode)
        && (st.st_mode & 07777) == 0640 && st.st_size == 0
        && st.st_blocks == 0;
}

/* A child opens the FIFO; its exit code is the result of open. */
static pid_t
opener(int flags)
{
    pid_t pid = must_fork();

    if (pid == 0) {
        int fd = open("fifo", flags);
        _exit(fd >= 0 ? 100 : errno);
    }
    return pid;
}

static int
ended(pid_t pid)
{
    int status = -1;

    nap(60);
    return waitpid(pid, &status, WNOHANG) == 0 ? -1 : WEXITSTATUS(status);
}

static int
code(pid_t pid)
{
    int status = -1;

    waitpid(pid, &status, 0);
    return WIFEXITED(status) ? WEXITSTATUS(status) : -1;
}

static void
test_wait(void)
{
    pid_t reader = opener(O_RDONLY);
    pid_t other = opener(O_RDONLY);
    is(ended(reader), -1, "a process that opens it to read waits");
    int fd = open("fifo", O_WRONLY);
    ok(fd >= 0, "open to write: a reader is there");
    is(code(reader), 100, "then he has it");
    is(code(other), 100, "and each other process that waited");
    close(fd);

    pid_t writer = opener(O_WRONLY);
    is(ended(writer), -1, "a process that opens it to write waits");
    fd = open("fifo", O_RDONLY | O_NONBLOCK);
    is(code(writer), 100, "until a reader comes, which need not wait");
    is(read(fd, buf, 10), 0, "the writer is gone: end of file");
    close(fd);

    reader = opener(O_RDONLY);
    nap(60);
    fd = open("fifo", O_RDWR);
    close(fd);
    is(code(reader), 100, "a writer that came and went is enough");
}

static void
test_at_once(void)
{
    fails(open("fifo", O_WRONLY | O_NONBLOCK), ENXIO,
        "O_NONBLOCK, to write: no reader");
    int fd = open("fifo", O_RDONLY | O_NONBLOCK);
    ok(fd >= 0, "O_NONBLOCK, to read: at once");
    is(read(fd, buf, 10), 0, "no writer: end of file");
    int to = open("fifo", O_WRONLY | O_NONBLOCK);
    ok(to >= 0, "with a reader: at once");
    fails(read(fd, buf, 10), EAGAIN, "a writer: nothing yet");
    is(write(to, "text", 4), 4, "a write");
    close(to);
    is(read(fd, buf, 2), 2, "its bytes stay");
    to = open("fifo", O_WRONLY);
    write(to, "more", 4);
    is(read(fd, buf, 10), 6, "before those of the next writer");
    ok(memcmp(buf, "xtmore", 6) == 0, "in their order");
    write(to, "lost", 4);
    close(to);
    close(fd);
    fd = open("fifo", O_RDONLY | O_NONBLOCK);
    is(read(fd, buf, 10), 0, "a FIFO that no process has open is empty");
    close(fd);
    fd = open("fifo", O_RDWR);
    is(write(fd, "both", 4), 4, "one file is both ends");
    is(read(fd, buf, 10), 4, "of itself");
    fails(lseek(fd, 0, SEEK_SET), ESPIPE, "it has no position");
    fails(pread(fd, buf, 1, 0), ESPIPE, "for pread neither");
    fails(ftruncate(fd, 0), EINVAL, "and cannot be cut");
    close(fd);
    fails(open("fifo", O_ACCMODE | O_NONBLOCK), EINVAL, "open for nothing");
    fails(open("fifo", O_WRONLY | O_NONBLOCK), ENXIO, "leaves no reader");
}

static int
write_alone(void *fd)
{
    return (int)write(*(int *)fd, "x", 1);
}

static void
test_signals(void)
{
    pid_t writer = opener(O_WRONLY);
    nap(60);
    kill(writer, SIGSTOP);
    nap(60);
    kill(writer, SIGCONT);
    is(ended(writer), -1, "stopped and continued, it waits again");
    int fd = open("fifo", O_RDONLY);
    is(code(writer), 100, "and gets its end");
    close(fd);
    pid_t reader = opener(O_RDONLY);
    nap(60);
    kill(reader, SIGKILL);
    is(code(reader), -1, "killed while it waits");
    fails(open("fifo", O_WRONLY | O_NONBLOCK), ENXIO, "it is no reader");
    fd = open("fifo", O_RDWR);
    int to = open("fifo", O_WRONLY);
    close(fd);
    killed(in_child(write_alone, &to), SIGPIPE, "no reader: SIGPIPE");
    signal(SIGPIPE, SIG_IGN);
    fails(write(to, "x", 1), EPIPE, "or EPIPE");
    fd = open("fifo", O_RDONLY);
    is(write(to, "again", 5), 5, "another reader: it goes on");
    is(read(fd, buf, 10), 5, "he has it");
    close(fd);
    close(to);
}

static void
test_name(void)
{
    int fd = open("fifo", O_RDWR);

    write(fd, "kept", 4);
    is(unlink("fifo"), 0, "the name goes");
    is(read(fd, buf, 10), 4, "an open one keeps its bytes");
    close(fd);
}

int
main(void)
{
    is(mkfifo("fifo", 0640), 0, "a FIFO");
    ok(is_fifo(), "it is one, of no size");
    fails(mkfifo("fifo", 0640), EEXIST, "its name is taken");
    fails(open("fifo", O_RDONLY | O_DIRECTORY), ENOTDIR, "no directory");
    test_wait();
    test_at_once();
    test_signals();
    test_name();
    return done();
}

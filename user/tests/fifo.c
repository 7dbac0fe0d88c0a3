/*
 * fifo.c: a pipe with a name: opening one end waits until the other is opened;
 * what goes through it, and the errors when one end is missing.
 */
#include "names.h"

#include "clone.h"

/* A child that opens the FIFO, reports it, and then reads or writes. */
static pid_t
opener(int flags, int told[2], int (*then)(int fd))
{
    pipe(told);
    pid_t pid = must_fork();
    if (pid == 0) {
        close(told[0]);
        int fd = open("p", flags);
        write(told[1], fd >= 0 ? "o" : "-", 1);
        close(told[1]);
        _exit(fd >= 0 && then != NULL ? then(fd) : 3);
    }
    close(told[1]);
    fcntl(told[0], F_SETFL, O_NONBLOCK);
    return pid;
}

/* What the child has reported: o or -, or . for nothing yet. */
static char
said(int told[2])
{
    char c = '.';

    read(told[0], &c, 1);
    return c;
}

/* Wait until the child reports this. */
static char
says(int told[2])
{
    char c = '.';

    fcntl(told[0], F_SETFL, 0);
    read(told[0], &c, 1);
    close(told[0]);
    return c;
}

static int
end_of(pid_t pid)
{
    int status = -1;

    waitpid(pid, &status, 0);
    return status;
}

static int
read_all(int fd)
{
    char text[16] = "";
    long n, at = 0;

    while ((n = read(fd, text + at, 15 - at)) > 0) {
        at += n;
    }
    return n == 0 && strcmp(text, "through") == 0 ? 3 : 4;
}

static int
write_it(int fd)
{
    return write(fd, "other", 5) == 5 ? 3 : 4;
}

static void
test_wait(void)
{
    int told[2];
    char text[16] = "";

    pid_t pid = opener(O_RDONLY, told, read_all);
    until_asleep(pid);
    is(said(told), '.', "a process that opens to read waits");
    int fd = open("p", O_WRONLY);
    ok(fd >= 0, "for one that opens to write");
    is(says(told), 'o', "then both have it");
    write(fd, "thr", 3);
    write(fd, "ough", 4);
    close(fd);
    exited(end_of(pid), 3, "the bytes go through, and then the end");
    pid = opener(O_WRONLY, told, write_it);
    until_asleep(pid);
    is(said(told), '.', "a process that opens to write waits");
    fd = open("p", O_RDONLY);
    ok(fd >= 0, "for one that opens to read");
    is(says(told), 'o', "then both have it");
    exited(end_of(pid), 3, "the writer is gone");
    is(read(fd, text, sizeof(text)), 5, "what it wrote is there");
    is_str(text, "other", "all of it");
    is(read(fd, text, sizeof(text)), 0, "and then the end");
    close(fd);
}

static void
test_nonblock(void)
{
    char c;

    fails(open("p", O_WRONLY | O_NONBLOCK), ENXIO,
        "O_NONBLOCK to write: no reader");
    int in = open("p", O_RDONLY | O_NONBLOCK);
    ok(in >= 0, "O_NONBLOCK to read does not wait");
    is(read(in, &c, 1), 0, "but there is no writer: the end");
    int out = open("p", O_WRONLY | O_NONBLOCK);
    ok(out >= 0, "now there is a reader");
    fails(read(in, &c, 1), EAGAIN, "and a writer that has written nothing");
    is(write(out, "x", 1), 1, "he writes");
    int more = open("p", O_WRONLY);
    ok(more >= 0, "another writer need not wait");
    close(out);
    is(read(in, &c, 1), 1, "what the first wrote");
    fails(read(in, &c, 1), EAGAIN, "there is one writer left");
    close(more);
    is(read(in, &c, 1), 0, "none: the end");
    out = open("p", O_WRONLY);
    is(write(out, "y", 1), 1, "a new one writes");
    is(read(in, &c, 1), 1, "after the end it goes on");
    close(in);
    fails(write(out, "z", 1), EPIPE, "no reader: EPIPE");
    close(out);
    int both = open("p", O_RDWR);
    ok(both >= 0, "O_RDWR does not wait, says Linux");
    is(write(both, "b", 1), 1, "it is both ends");
    is(read(both, &c, 1), 1, "of one pipe");
    write(both, "lost", 4);
    close(both);
    in = open("p", O_RDONLY | O_NONBLOCK);
    is(read(in, &c, 1), 0, "unread bytes are gone with the last end");
    close(in);
}

static int
write_alone(void *unused)
{
    (void)unused;
    signal(SIGPIPE, SIG_DFL);
    int in = open("p", O_RDONLY | O_NONBLOCK), out = open("p", O_WRONLY);
    close(in);
    write(out, "x", 1);
    return 4;
}

static void
test_signals(void)
{
    int told[2], status;

    killed(in_child(write_alone, NULL), SIGPIPE, "and SIGPIPE");
    pid_t pid = opener(O_RDONLY, told, read_all);
    for (int i = 0; i < 5; i++) {
        until_asleep(pid);
        kill(pid, SIGSTOP);
        waitpid(pid, &status, WUNTRACED);
        kill(pid, SIGCONT);
    }
    until_asleep(pid);
    is(said(told), '.', "a process that is stopped and continued waits again");
    int fd = open("p", O_WRONLY);
    is(says(told), 'o', "and has it in the end");
    write(fd, "through", 7);
    close(fd);
    exited(end_of(pid), 3, "as if nothing had been");
    pid = opener(O_RDONLY, told, NULL);
    until_asleep(pid);
    kill(pid, SIGKILL);
    killed(end_of(pid), SIGKILL, "a waiting process can be killed");
    close(told[0]);
    fails(open("p", O_WRONLY | O_NONBLOCK), ENXIO, "and reads no more");
}

static void
test_names(void)
{
    struct stat st;
    char c, page[4096];

    link("p", "q");
    int in = open("p", O_RDONLY | O_NONBLOCK), out = open("q", O_WRONLY);
    write(out, "x", 1);
    is(read(in, &c, 1), 1, "two names are one pipe");
    is(fstat(in, &st), 0, "fstat");
    ok(S_ISFIFO(st.st_mode) && st.st_ino == stat_of("p").st_ino
            && st.st_nlink == 2, "tells of the name's inode");
    fails(lseek(in, 0, SEEK_SET), ESPIPE, "it has no places");
    unlink("p");
    unlink("q");
    is(write(out, "y", 1), 1, "without a name");
    is(read(in, &c, 1), 1, "it goes on");
    mkfifo("p", 0600);
    fails(open("p", O_WRONLY | O_NONBLOCK), ENXIO,
        "another of that name is another");
    close(in);
    close(out);
    fails(open("p", O_WRONLY | O_CREAT | O_EXCL, 0600), EEXIST, "O_EXCL");
    in = open("p", O_RDONLY | O_NONBLOCK | O_CREAT | O_TRUNC, 0600);
    ok(in >= 0, "O_CREAT and O_TRUNC do not matter");
    out = open("p", O_WRONLY | O_NONBLOCK | O_APPEND);
    memset(page, 'p', sizeof(page));
    int pages = 0;
    while (write(out, page, sizeof(page)) == (long)sizeof(page)) {
        pages++;
    }
    ok(errno == EAGAIN && pages == 16, "it holds 64 KiB");
    close(out);
    for (pages = 0; read(in, page, sizeof(page)) == (long)sizeof(page);) {
        pages++;
    }
    is(pages, 16, "all can be read");
    close(in);
}

int
main(void)
{
    signal(SIGPIPE, SIG_IGN);
    mkfifo("p", 0600);
    test_wait();
    test_nonblock();
    test_signals();
    test_names();
    is(unlink("p"), 0, "the name goes as any other");
    return done();
}

/*
 * fork_files.c: a child has its own descriptors for the same open files: the
 * offset and the status flags are shared, the descriptors and their
 * close-on-exec flags are not; neither are directory and umask.
 */
#include "tap.h"

#include <fcntl.h>
#include <sys/stat.h>

static int fd, ends[2];

static int
child_moves(void *unused)
{
    char two[2];
    (void)unused;
    if (read(fd, two, 2) != 2 || two[0] != 'a') {
        return 1;
    }
    fcntl(fd, F_SETFL, O_APPEND);
    fcntl(fd, F_SETFD, FD_CLOEXEC);
    return 0;
}

static int
child_closes(void *unused)
{
    int other;
    (void)unused;
    close(fd);
    other = open("other", O_RDWR | O_CREAT, 0644);
    return other == fd && write(other, "xyz", 3) == 3 ? 0 : 1;
}

static int
child_dups(void *unused)
{
    (void)unused;
    return dup2(ends[1], fd) == fd && write(fd, "P", 1) == 1 ? 0 : 1;
}

static int
child_wanders(void *unused)
{
    (void)unused;
    umask(077);
    return mkdir("d", 0755) == 0 && chdir("d") == 0 ? 0 : 1;
}

static void
test_sharing(void)
{
    char buf[8] = "";

    fd = open("file", O_RDWR | O_CREAT | O_TRUNC, 0644);
    write(fd, "abcdef", 6);
    lseek(fd, 0, SEEK_SET);
    exited(in_child(child_moves, NULL), 0, "the child reads two bytes");
    is(lseek(fd, 0, SEEK_CUR), 2, "and moves the parent's offset");
    is(read(fd, buf, 1), 1, "the parent reads on");
    ok(buf[0] == 'c', "after what the child has read");
    ok(fcntl(fd, F_GETFL) & O_APPEND, "status flags are shared");
    is(fcntl(fd, F_GETFD), 0, "close-on-exec is not");
    exited(in_child(child_closes, NULL), 0,
        "the child closes and gets the same number for another file");
    memset(buf, 0, sizeof(buf));
    is(read(fd, buf, 3), 3, "the parent's descriptor is as it was");
    is_str(buf, "def", "and names the same file");
    exited(in_child(child_dups, NULL), 0, "dup2 over it in the child");
    is(write(fd, "g", 1), 1, "the parent still writes to the file");
    read(ends[0], buf, 1);
    ok(buf[0] == 'P', "and the child wrote to the pipe");
    is(lseek(fd, 0, SEEK_END), 7, "the file has the one byte more");
}

static void
test_place(void)
{
    struct stat st;
    mode_t mask;

    exited(in_child(child_wanders, NULL), 0, "chdir and umask in a child");
    mask = umask(022);
    is(mask, 022, "umask is the parent's own");
    ok(stat("d", &st) == 0, "the directory is the parent's own");
    is(st.st_mode & 0777, 0700, "the child's umask made what it made");
    rmdir("d");
}

/* A pipe ends for its reader when the last copy of the other end is gone. */
static void
test_pipe_end(void)
{
    int gate[2], data[2];
    char c;

    pipe(gate);
    pipe(data);
    pid_t pid = fork();
    if (pid == 0) {
        close(gate[1]);
        read(gate[0], &c, 1);
        _exit(0);
    }
    close(data[1]);
    fcntl(data[0], F_SETFL, O_NONBLOCK);
    fails(read(data[0], &c, 1), EAGAIN, "a child keeps the pipe's end open");
    close(gate[0]);
    close(gate[1]);
    waitpid(pid, NULL, 0);
    is(read(data[0], &c, 1), 0, "end of file when it is dead");
    close(data[0]);
}

/* Two processes append to one open file: nothing is lost. */
static void
test_both_write(void)
{
    struct stat st;
    int out = open("log", O_WRONLY | O_CREAT | O_TRUNC, 0644);
    pid_t pid = fork();

    for (int i = 0; i < 100; i++) {
        write(out, pid == 0 ? "child-\n" : "parent\n", 7);
    }
    if (pid == 0) {
        _exit(0);
    }
    waitpid(pid, NULL, 0);
    fstat(out, &st);
    is(st.st_size, 1400, "two writers, one offset: nothing is lost");
    close(out);
}

int
main(void)
{
    pipe(ends);
    test_sharing();
    test_place();
    test_pipe_end();
    test_both_write();
    return done();
}

/*
 * clone_files.c: processes that share their descriptors for good (CLONE_FILES):
 * one table, which an exec leaves and a fork copies; a file that is closed
 * during a call on it stays until the call ends.
 *
 * The program executes itself: with arguments it is one of the children.
 */
#include "tap.h"

#include "clone.h"

static const char *self;
static struct gate go, back; /* for the child; for its parent */

static int
is_open(int fd)
{
    return fcntl(fd, F_GETFD) >= 0;
}

static void
become(int fd)
{
    char fd_text[16], go_text[16], back_text[16];
    char *args[] = { (char *)self, fd_text, go_text, back_text, NULL };
    char *none[] = { NULL };

    snprintf(fd_text, sizeof(fd_text), "%d", fd);
    snprintf(go_text, sizeof(go_text), "%d", go.fd[0]);
    snprintf(back_text, sizeof(back_text), "%d", back.fd[1]);
    execve(self, args, none);
}

/* The child changes the table. It does not share memory, so its exit code is
 * its result. */
static int
change(void *arg)
{
    int fd = *(int *)arg;
    int new = open("/dev/null", O_RDONLY);

    close(fd);
    dup2(new, fd + 10);
    fcntl(new, F_SETFD, FD_CLOEXEC);
    gate_open(&back);
    gate_wait(&go);
    return is_open(new) ? 99 : new;
}

static void
test_shares(unsigned long more, const char *name)
{
    int fd = open("/dev/null", O_RDONLY);

    ok(fd >= 0 && !is_open(fd + 10), name);
    pid_t pid = start(CLONE_FILES | more, change, &fd);
    gate_wait(&back);
    ok(!is_open(fd), "what the child closes is closed for its parent");
    is(fcntl(fd + 1, F_GETFD), FD_CLOEXEC,
        "what it opens is open, with its flag");
    ok(is_open(fd + 10), "and so is what it makes by dup2");
    close(fd + 1);
    gate_open(&go);
    is(ended(pid), fd + 1, "the parent closes it for the child");
    ok(is_open(fd + 10), "when the child ends nothing closes");
    close(fd + 10);
}

static int
close_arg(void *arg)
{
    close(*(int *)arg);
    return is_open(*(int *)arg);
}

static void
test_not_shared(void)
{
    int fd = open("/dev/null", O_RDONLY);

    is(ended(start(0, close_arg, &fd)), 0, "a child without closes its own");
    ok(is_open(fd), "its parent's stays open");
    is(ended(start(CLONE_VM, close_arg, &fd)), 0, "also with one memory");
    ok(is_open(fd), "its parent's stays open");
    is(ended(start(CLONE_FS, close_arg, &fd)), 0, "also with one directory");
    ok(is_open(fd), "its parent's stays open");
    is(ended(start(CLONE_VM | CLONE_VFORK | CLONE_FILES, close_arg, &fd)), 0,
        "a child of vfork can share it");
    ok(!is_open(fd), "then it closes its parent's");
}

/* Reads twice from a descriptor. Before the first byte comes, another process
 * closes the descriptor or makes it another file's. */
static int
read_twice(void *arg)
{
    char first = 0, second = 0;

    raw(NR_read, *(int *)arg, P(&first), 1, 0);
    long n = raw(NR_read, *(int *)arg, P(&second), 1, 0);
    return first == 'a' && (n == 1 ? second == 'b' : n == -EBADF) ? (int)n & 15
                                                                  : 99;
}

static void
test_during_call(void)
{
    int one[2], two[2];

    pipe(one);
    pipe(two);
    write(two[1], "b", 1);
    pid_t pid = start(CLONE_FILES, read_twice, &one[0]);
    until_asleep(pid);
    close(one[0]);
    ok(!is_open(one[0]), "a file is closed that a sibling reads");
    is(write(one[1], "a", 1), 1, "the reader still is one");
    is(ended(pid), -EBADF & 15, "it gets the byte, and no second");

    close(one[1]);
    pipe(one);
    pid = start(CLONE_FILES | CLONE_VM, read_twice, &one[0]);
    until_asleep(pid);
    is(dup2(two[0], one[0]), one[0], "another file takes its descriptor");
    is(write(one[1], "a", 1), 1, "the reader still is one");
    is(ended(pid), 1, "it reads on from the other file");
    signal(SIGPIPE, SIG_IGN);
    fails(write(one[1], "a", 1), EPIPE, "then the pipe has no reader");
    close(one[0]);
    close(one[1]);
    close(two[0]);
    close(two[1]);
}

static int
exec_later(void *arg)
{
    gate_open(&back);
    gate_wait(&go);
    become(*(int *)arg);
    return 98;
}

static int
exec_fails(void *arg)
{
    char *none[] = { NULL };

    raw(NR_execve, P("./missing"), P(none), P(none), 0);
    close(*(int *)arg);
    return 4;
}

static void
test_exec(void)
{
    int fd = open("/dev/null", O_RDONLY);
    int other = open("/dev/null", O_RDONLY | O_CLOEXEC);
    struct gate lock;

    is(ended(start(CLONE_FILES, exec_fails, &fd)), 4, "an exec fails");
    ok(!is_open(fd), "and leaves one table");
    fd = open("/dev/null", O_RDONLY);
    gate_make(&lock);
    fcntl(lock.fd[1], F_SETFD, FD_CLOEXEC);
    pid_t pid = start(CLONE_FILES, exec_later, &fd);
    gate_wait(&back);
    gate_open(&go);
    gate_wait(&back); /* for the new program; exec has closed fd in it */
    ok(is_open(fd), "a program that was executed closes its own");
    ok(is_open(other), "exec closed what it should for itself only");
    close(lock.fd[1]);
    char byte;
    is(read(lock.fd[0], &byte, 1), 0, "and a pipe's end for good");
    gate_open(&go);
    is(ended(pid), 6, "it has what is not close-on-exec");
    close(fd);
    close(other);
    close(lock.fd[0]);
}

/* The new program. */
static int
closer(int fd)
{
    close(fd);
    gate_open(&back);
    gate_wait(&go);
    return is_open(fd) ? 97 : 6;
}

static int
fork_inside(void *arg)
{
    pid_t pid = must_fork();

    if (pid == 0) {
        close(*(int *)arg);
        _exit(is_open(*(int *)arg));
    }
    return ended(pid);
}

static void
test_fork(void)
{
    int fd = open("/dev/null", O_RDONLY);

    is(ended(start(CLONE_FILES, fork_inside, &fd)), 0, "one of two forks");
    ok(is_open(fd), "its child's table is a copy");
    close(fd);
}

static int
wait_for_go(void *arg)
{
    (void)arg;
    gate_wait(&go);
    return 0;
}

static int
leave_child_alone(void *arg)
{
    (void)arg;
    start(CLONE_FILES, wait_for_go, NULL);
    return 0;
}

static void
test_last(void)
{
    int fd[2];
    char byte;

    pipe(fd);
    exited(in_child(leave_child_alone, NULL), 0, "a parent ends first");
    close(fd[1]);
    fcntl(fd[0], F_SETFL, O_NONBLOCK);
    fails(read(fd[0], &byte, 1), EAGAIN, "its child has their files open");
    fcntl(fd[0], F_SETFL, 0);
    gate_open(&go);
    is(read(fd[0], &byte, 1), 0, "until it ends, too");
    close(fd[0]);
}

int
main(int argc, char **argv)
{
    self = argv[0];
    if (argc == 4) {
        go.fd[0] = atoi(argv[2]);
        back.fd[1] = atoi(argv[3]);
        return closer(atoi(argv[1]));
    }
    gate_make(&go);
    gate_make(&back);
    test_shares(0, "a table is shared");
    test_shares(CLONE_VM, "a table is shared, and memory");
    test_not_shared();
    test_during_call();
    test_exec();
    test_fork();
    test_last();
    return done();
}

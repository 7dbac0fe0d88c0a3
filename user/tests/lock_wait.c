/*
 * Waiting for a lock: F_SETLKW, deadlocks, signals, and ends of the owner.
 * seconds: 30
 */
#include "locks.h"

static volatile int caught;

static void
on_signal(int sig)
{
    caught = sig;
}

static void
handle(int flags)
{
    struct sigaction action = { .sa_handler = on_signal, .sa_flags = flags };
    sigaction(SIGUSR1, &action, NULL);
}

/* Wait for bytes from `start` on.  => 0 or -errno */
static long
wait_for(int fd, int type, long start, long length)
{
    return lock(fd, F_SETLKW, type, SEEK_SET, start, length);
}

/* A child that waits for a write lock of bytes 0 to 9, and exits with errno; it
 * has `own` locked before. */
static pid_t
waiter(int fd, long own)
{
    struct gate gate;
    gate_make(&gate);
    pid_t pid = must_fork();

    if (pid == 0) {
        long result = own >= 0 ? set(fd, F_WRLCK, own, 1) : 0;
        gate_open(&gate);
        _exit(result < 0 ? 98 : (int)-wait_for(fd, F_WRLCK, 0, 10));
    }
    gate_wait(&gate);
    gate_close(&gate);
    until_asleep(pid);
    return pid;
}

static int
owner_of_ten(void *arg)
{
    return set(*(int *)arg, F_WRLCK, 0, 10) == 0 ? 0 : 1;
}

static void
test_waits(int fd)
{
    set(fd, F_WRLCK, 0, 10);
    pid_t pid = waiter(fd, -1);
    set(fd, F_UNLCK, 0, 9);
    until_asleep(pid);
    is(waitpid(pid, NULL, WNOHANG), 0, "it waits while one byte is locked");
    set(fd, F_UNLCK, 9, 1);
    is(ended(pid), 0, "and then has its lock");

    set(fd, F_RDLCK, 0, 10);
    pid = waiter(fd, -1);
    set(fd, F_WRLCK, 0, 10);
    until_asleep(pid);
    set(fd, F_RDLCK, 0, 10);
    pid_t reader = must_fork();
    if (reader == 0) {
        _exit((int)-wait_for(fd, F_RDLCK, 0, 10));
    }
    is(ended(reader), 0, "a reader need not wait for a reader");
    int other = open(THE_FILE, O_RDONLY);
    close(other);
    is(ended(pid), 0, "a close wakes the waiter");

    int holds[2];
    char byte;
    if (pipe(holds) < 0) {
        exit(99);
    }
    pid_t holder = must_fork();
    if (holder == 0) {
        close(holds[0]);
        owner_of_ten(&fd);
        (void)!write(holds[1], "h", 1);
        pause();
        _exit(0);
    }
    (void)!read(holds[0], &byte, 1);
    pid = waiter(fd, -1);
    kill(holder, SIGKILL);
    is(ended(pid), 0, "so does the owner's end");
    waitpid(holder, NULL, 0);
}

static void
test_deadlock(int fd)
{
    set(fd, F_WRLCK, 0, 10);
    pid_t pid = waiter(fd, 20);
    is(set(fd, F_WRLCK, 20, 1), -EAGAIN, "each has what the other wants");
    is(wait_for(fd, F_WRLCK, 20, 1), -EDEADLK, "the second to wait fails");
    is(wait_for(fd, F_RDLCK, 15, 9), -EDEADLK, "with any range");
    is_str(mine(), "w0-9 w20-20 ", "and loses nothing");
    is(wait_for(fd, F_WRLCK, 30, 1), 0, "what is free it may have");
    set(fd, F_UNLCK, 0, 0);
    is(ended(pid), 0, "the first goes on");

    set(fd, F_WRLCK, 0, 10);
    pid = waiter(fd, 40);
    struct gate gate;
    gate_make(&gate);
    pid_t third = must_fork();
    if (third == 0) {
        set(fd, F_WRLCK, 50, 1);
        gate_open(&gate);
        _exit((int)-wait_for(fd, F_WRLCK, 40, 1));
    }
    gate_wait(&gate);
    gate_close(&gate);
    until_asleep(third);
    is(wait_for(fd, F_WRLCK, 50, 1), -EDEADLK, "a circle of three");
    set(fd, F_UNLCK, 0, 0);
    is(ended(pid), 0, "the second goes on");
    is(ended(third), 0, "and the third");
}

static void
test_signals(int fd)
{
    set(fd, F_WRLCK, 0, 10);
    handle(0);
    pid_t pid = waiter(fd, -1);
    kill(pid, SIGUSR1);
    is(ended(pid), EINTR, "a signal ends the wait");

    handle(SA_RESTART);
    pid = waiter(fd, -1);
    kill(pid, SIGUSR1);
    nap(20);
    until_asleep(pid);
    is(waitpid(pid, NULL, WNOHANG), 0, "but not with SA_RESTART");
    kill(pid, SIGSTOP);
    waitpid(pid, NULL, WUNTRACED);
    set(fd, F_UNLCK, 0, 0);
    is(set(fd, F_WRLCK, 0, 10), 0, "what is stopped does not take it");
    kill(pid, SIGCONT);
    until_asleep(pid);
    set(fd, F_UNLCK, 0, 0);
    is(ended(pid), 0, "it has it in the end");

    set(fd, F_WRLCK, 0, 10);
    pid = waiter(fd, -1);
    int status;
    kill(pid, SIGKILL);
    waitpid(pid, &status, 0);
    killed(status, SIGKILL, "one that waits is killed");
    set(fd, F_UNLCK, 0, 0);
    is_str(mine(), "", "and leaves nothing");
    is(set(fd, F_WRLCK, 0, 0), 0, "all is free");
}

static int
tests_lockf(void *arg)
{
    int fd = *(int *)arg;

    lseek(fd, 15, SEEK_SET);
    if (lockf(fd, F_TEST, 5) != 0) {
        return 1;
    }
    if (lockf(fd, F_TEST, -6) != -1 || errno != EACCES) {
        return 2;
    }
    return lockf(fd, F_TLOCK, -15) == -1 && errno == EAGAIN ? 0 : 3;
}

static void
test_lockf(int fd)
{
    set(fd, F_UNLCK, 0, 0);
    lseek(fd, 10, SEEK_SET);
    is(lockf(fd, F_LOCK, 5), 0, "lockf locks from here on");
    is(lockf(fd, F_TLOCK, -5), 0, "or up to here");
    is_str(mine(), "w5-14 ", "for writing");
    is(lockf(fd, F_TEST, 1), 0, "one's own is no obstacle");
    exited(in_child(tests_lockf, &fd), 0, "another's is");
    lseek(fd, 10, SEEK_SET);
    is(lockf(fd, F_ULOCK, 0), 0, "it unlocks");
    is_str(mine(), "w5-9 ", "the rest stays");
    fails(lockf(fd, 4, 0), EINVAL, "a command that is none");
    fails(lockf(99, F_TEST, 0), EBADF, "no descriptor");
}

int
main(void)
{
    int fd = the_file(O_RDWR);

    test_waits(fd);
    test_deadlock(fd);
    test_signals(fd);
    test_lockf(fd);
    return done();
}

/*
 * pollspec_eventfd.c: an eventfd counts: what read and write do to the count,
 * when they wait, what poll, select and epoll tell of it, fork and exec.
 */
#include "pollspec_epoll.h"

#define SEMAPHORE 1
#define MOST 0xfffffffffffffffeUL

static int fd;

static int
make(unsigned count, int flags)
{
    return (int)raw(CALL_eventfd2, count, flags, 0, 0);
}

/* => 8, or -errno */
static long
add(unsigned long number)
{
    return raw(NR_write, fd, P(&number), 8, 0);
}

/* => what is read, or -errno */
static long
take_count(void)
{
    unsigned long number = 0;
    long n = raw(NR_read, fd, P(&number), 8, 0);
    return n == 8 ? (long)number : n;
}

static void
test_count(void)
{
    fd = make(5, O_NONBLOCK);
    is(take_count(), 5, "it begins with a count");
    is(take_count(), -EAGAIN, "that is 0 once read");
    is(add(3), 8, "a write is of 8 bytes");
    add(4);
    is(take_count(), 7, "and adds");
    is(add(0), 8, "0 may be added");
    is(take_count(), -EAGAIN, "and changes nothing");
    is(add(MOST), 8, "the largest count");
    is(add(0), 8, "0 fits still");
    is(add(1), -EAGAIN, "1 does not");
    ok(take_count() == (long)MOST, "it can be read");
    is(add(MOST - 1), 8, "one less than the largest");
    is(add(2), -EAGAIN, "2 do not fit, and nothing is added");
    is(add(1), 8, "1 fits");
    ok(take_count() == (long)MOST, "that is the sum");
    is(add(~0UL), -EINVAL, "2^64 - 1 cannot be added");
    close(fd);
    fd = make(0xffffffff, 0);
    is(take_count(), 0xffffffffL, "it begins with up to 32 bits");
    close(fd);
}

static void
test_semaphore(void)
{
    fd = make(3, SEMAPHORE | O_NONBLOCK);
    is(take_count(), 1, "EFD_SEMAPHORE: one is taken");
    is(take_count(), 1, "and one more");
    is(poll_now(fd, IN | OUT), IN | OUT, "there is one left");
    is(take_count(), 1, "it is taken");
    is(take_count(), -EAGAIN, "none is left");
    add(2);
    is(take_count(), 1, "two more: one is taken");
    is(take_count(), 1, "the other");
    is(poll_now(fd, IN | OUT), OUT, "no more");
    close(fd);
}

static void
test_calls(void)
{
    unsigned long numbers[2] = { 0, 77 };
    fd = make(0, 0);
    is(fcntl(fd, F_GETFD), 0, "stays open over an exec");
    is(fcntl(fd, F_GETFL), O_RDWR, "for reading and writing");
    returns(raw(NR_read, fd, P(numbers), 7, 0), -EINVAL, "7 bytes to read");
    returns(raw(NR_write, fd, P(numbers), 7, 0), -EINVAL, "7 to write");
    add(1);
    returns(raw(NR_read, fd, P(numbers), 16, 0), 8, "of 16 it gives 8");
    is((long)numbers[0], 1, "the count");
    is((long)numbers[1], 77, "and nothing behind it");
    returns(raw(NR_write, fd, 1, 8, 0), -EFAULT, "a bad place to write from");
    add(1);
    returns(raw(NR_pread64, fd, P(numbers), 8, 0), -ESPIPE, "it has no places");
    returns(raw(NR_pwrite64, fd, P(numbers), 8, 0), -ESPIPE, "to write, too");
    is(bytes_in(fd), -1, "FIONREAD says nothing of it");
    is(take_count(), 1, "and all that took nothing");
    close(fd);
    fd = make(0, O_CLOEXEC | O_NONBLOCK);
    is(fcntl(fd, F_GETFD), FD_CLOEXEC, "EFD_CLOEXEC");
    is(fcntl(fd, F_GETFL), O_RDWR | O_NONBLOCK, "EFD_NONBLOCK");
    close(fd);
    returns(make(0, 2), -EINVAL, "no such flag");
    returns(make(0, O_APPEND), -EINVAL, "nor this one");
    fd = (int)raw(CALL_eventfd, 9, -1, 0, 0);
    is(take_count(), 9, "eventfd has no flags");
    close(fd);
}

static void
test_ready(void)
{
    int ep = epoll_new();
    fd = make(0, 0);
    is(poll_now(fd, IN | OUT | PRI), OUT, "0: room only");
    watch(ep, fd, IN | EDGE);
    is(told(ep), 0, "an edge to come");
    add(1);
    is(poll_now(fd, IN | OUT | PRI), IN | OUT, "1: both");
    is(told(ep), IN, "which is the edge");
    is(told(ep), 0, "once");
    add(1);
    is(told(ep), IN, "each addition is one");
    add(MOST - 2);
    is(poll_now(fd, IN | OUT), IN, "the largest: no room");
    is(told(ep), IN, "this addition, too");
    take_count();
    is(poll_now(fd, IN | OUT), OUT, "0 again: room");
    is(told(ep), 0, "nothing to read");
    close(ep);
    close(fd);
}

static int
add_two(void *unused)
{
    (void)unused;
    return (int)add(2);
}

static int
take_it(void *unused)
{
    (void)unused;
    return take_count() == (long)MOST ? 7 : 1;
}

static int
interrupt(void *unused)
{
    (void)unused;
    return kill(getppid(), SIGUSR1);
}

static void
ignore(int sig, siginfo_t *info, void *context)
{
    (void)sig;
    (void)info;
    (void)context;
}

static void
test_waits(void)
{
    int status;
    fd = make(0, 0);
    pid_t pid = when_asleep(add_two, NULL);
    is(take_count(), 2, "a read waits for a count");
    waitpid(pid, &status, 0);
    exited(status, 8, "that a child adds");
    pid = when_asleep(add_two, NULL);
    is(poll_until(fd, IN), IN, "poll waits for it, too");
    waitpid(pid, NULL, 0);
    take_count();
    add(MOST);
    pid = when_asleep(take_it, NULL);
    is(add(1), 8, "a write waits for room");
    waitpid(pid, &status, 0);
    exited(status, 7, "that a child makes");
    is(take_count(), 1, "then it adds");
    act(SIGUSR1, ignore, 0, 0);
    pid = when_asleep(interrupt, NULL);
    is(take_count(), -EINTR, "a handler ends a read");
    waitpid(pid, NULL, 0);
    act(SIGUSR1, ignore, SA_RESTART, 0);
    int second = must_fork();
    if (second == 0) {
        pid_t parent = getppid();
        until_state(parent, 'S');
        kill(parent, SIGUSR1);
        until_state(parent, 'S');
        _exit((int)add(6));
    }
    is(take_count(), 6, "but not with SA_RESTART");
    waitpid(second, NULL, 0);
    close(fd);
}

/* Children add, each a thousand times one; nothing is lost. */
static void
test_crowd(void)
{
    enum { CHILDREN = 4, TIMES = 1000 };
    long sum = 0;
    fd = make(0, 0);
    for (int i = 0; i < CHILDREN; i++) {
        if (must_fork() == 0) {
            for (int j = 0; j < TIMES; j++) {
                add(1);
            }
            _exit(0);
        }
    }
    while (sum < CHILDREN * TIMES) {
        sum += take_count();
    }
    is(sum, CHILDREN * TIMES, "what children add comes to the sum");
    while (wait(NULL) > 0) {
    }
    is(poll_now(fd, IN), 0, "and no more");
    close(fd);
    fd = make(0, SEMAPHORE);
    for (int i = 0; i < CHILDREN; i++) {
        if (must_fork() == 0) {
            _exit((int)take_count());
        }
    }
    add(CHILDREN);
    sum = 0;
    for (int i = 0; i < CHILDREN; i++) {
        int status = 0;
        wait(&status);
        sum += WIFEXITED(status) ? WEXITSTATUS(status) : 100;
    }
    is(sum, CHILDREN, "a semaphore lets as many go as were added");
    close(fd);
}

int
main(void)
{
    test_count();
    test_semaphore();
    test_calls();
    test_ready();
    test_waits();
    test_crowd();
    return done();
}

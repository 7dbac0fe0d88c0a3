/*
 * pollspec_signalfd.c: signals that are read: which ones, in which order, with
 * what is known of each; a read that waits; what poll and epoll tell; that it
 * is the reader's own signals that are read, also after a fork.
 */
#include "pollspec_epoll.h"

/* What is read of a signal: 128 bytes. */
struct told_signal {
    unsigned signo;
    int error;
    int code;
    unsigned pid;
    unsigned uid;
    int fd;
    unsigned tid;
    unsigned band;
    unsigned overrun;
    unsigned trapno;
    int status;
    int number;
    unsigned long pointer;
    unsigned long user_time;
    unsigned long system_time;
    unsigned long address;
    unsigned char rest[48];
};

_Static_assert(sizeof(struct told_signal) == 128, "the layout of Linux");

static int fd;
static volatile int calls;

static void
count(int sig, siginfo_t *info, void *context)
{
    (void)sig;
    (void)info;
    (void)context;
    calls++;
}

/* => a descriptor, or -errno */
static int
make(int old, unsigned long set, int flags)
{
    return (int)raw(CALL_signalfd4, old, P(&set), SET_SIZE, flags);
}

/* The number of the next signal, or -errno. */
static long
next(void)
{
    struct told_signal one;
    long n = raw(NR_read, fd, P(&one), sizeof(one), 0);
    return n == (long)sizeof(one) ? (long)one.signo : n;
}

static void
test_create(void)
{
    fd = make(-1, BIT(SIGUSR1), 0);
    ok(fd >= 0, "signalfd4");
    is(fcntl(fd, F_GETFD), 0, "stays open over an exec");
    is(fcntl(fd, F_GETFL), O_RDWR, "for reading and writing");
    returns(raw(NR_write, fd, P(&fd), 128, 0), -EINVAL, "nobody writes to it");
    is(poll_now(fd, IN | OUT), 0, "nothing pends");
    close(fd);
    fd = make(-1, BIT(SIGUSR1), O_CLOEXEC | O_NONBLOCK);
    is(fcntl(fd, F_GETFD), FD_CLOEXEC, "SFD_CLOEXEC");
    is(fcntl(fd, F_GETFL), O_RDWR | O_NONBLOCK, "SFD_NONBLOCK");
    is(next(), -EAGAIN, "nothing to read");
    struct told_signal one;
    returns(raw(NR_read, fd, P(&one), 127, 0), -EINVAL, "127 bytes to read");
    returns(raw(NR_pread64, fd, P(&one), 128, 0), -ESPIPE, "it has no places");
    close(fd);
    unsigned long set = BIT(SIGUSR1);
    fd = (int)raw(CALL_signalfd, -1, P(&set), SET_SIZE, 0);
    is(fcntl(fd, F_GETFL), O_RDWR, "signalfd has no flags");
    close(fd);
    returns(make(-1, set, 1), -EINVAL, "no such flag");
    returns(make(999, set, 0), -EBADF, "an old one that is not open");
    returns(make(1, set, 0), -EINVAL, "one that is none");
    returns(raw(CALL_signalfd4, -1, P(&set), 4, 0), -EINVAL,
        "a set of another size");
    returns(raw(CALL_signalfd4, -1, 1, SET_SIZE, 0), -EFAULT,
        "a set at a bad place");
}

static void
test_order(void)
{
    struct told_signal list[4];
    mask(SIG_SETMASK, BIT(SIGUSR1) | BIT(SIGUSR2) | BIT(40) | BIT(41));
    fd = make(-1, BIT(SIGUSR1) | BIT(SIGUSR2) | BIT(40) | BIT(41), O_NONBLOCK);
    send_self(SIGUSR1);
    is(poll_now(fd, IN), IN, "one pends");
    is(next(), SIGUSR1, "it is read");
    is((long)pending_now(), 0, "and pends no longer");
    is(next(), -EAGAIN, "it is read once");
    send_self(41);
    send_self(SIGUSR2);
    send_self(40);
    send_self(SIGUSR1);
    is(next(), SIGUSR1, "several: the lowest first");
    is(next(), SIGUSR2, "then the next");
    is(next(), 40, "then");
    is(next(), 41, "the last");
    queue(getpid(), 40, 5);
    queue(getpid(), 40, 6);
    send_self(SIGUSR1);
    send_self(SIGUSR1);
    memset(list, 0xff, sizeof(list));
    is(raw(NR_read, fd, P(list), 3 * 128 + 100, 0), 3 * 128,
        "as many at once as fit whole");
    is(list[0].signo, SIGUSR1, "of two that are alike one pends");
    ok(list[1].signo == 40 && list[1].number == 5, "real-time ones queue");
    ok(list[2].signo == 40 && list[2].number == 6, "in their order");
    is(list[3].signo, 0xffffffffL, "behind them nothing is written");
    send_self(SIGUSR2);
    queue(getpid(), 41, 1);
    is(raw(NR_read, fd, P(list), 128, 0), 128, "room for one");
    is((long)pending_now(), (long)BIT(41), "leaves the other");
    is(raw(NR_read, fd, P(list), sizeof(list), 0), 128, "that is read next");
    send_self(SIGUSR1);
    returns(raw(NR_read, fd, 16, 128, 0), -EFAULT, "a bad place");
    raw(NR_read, fd, P(list), 128, 0);
    close(fd);
    mask(SIG_SETMASK, 0);
}

static void
test_set(void)
{
    unsigned long both = BIT(SIGUSR1) | BIT(SIGUSR2);
    mask(SIG_SETMASK, both);
    fd = make(-1, BIT(SIGUSR1), O_NONBLOCK);
    send_self(SIGUSR2);
    is(poll_now(fd, IN), 0, "what is not in its set is not told");
    is(next(), -EAGAIN, "nor read");
    is(make(fd, both, 0), fd, "a new set for the old one");
    is(poll_now(fd, IN), IN, "now it is told");
    is(fcntl(fd, F_GETFL), O_RDWR | O_NONBLOCK, "its flags stay");
    is(next(), SIGUSR2, "and it is read");
    int second = make(-1, both, O_NONBLOCK);
    send_self(SIGUSR1);
    is(poll_now(second, IN), IN, "two of them: both tell");
    is(next(), SIGUSR1, "one reads it");
    is(poll_now(second, IN), 0, "the other has none");
    close(second);
    is(make(fd, BIT(SIGKILL) | BIT(SIGSTOP) | BIT(SIGUSR1), 0), fd,
        "SIGKILL and SIGSTOP in a set are no error");
    act(SIGUSR2, count, 0, 0);
    make(fd, both, 0);
    mask(SIG_SETMASK, BIT(SIGUSR1));
    send_self(SIGUSR2);
    is(calls, 1, "a signal that is not blocked goes to its handler");
    is(next(), -EAGAIN, "and cannot be read");
    act(SIGUSR1, TO_IGNORE, 0, 0);
    send_self(SIGUSR1);
    is(next(), SIGUSR1, "an ignored one, blocked, can be read");
    act(SIGUSR1, TO_DEFAULT, 0, 0);
    mask(SIG_SETMASK, 0);
    close(fd);
}

static void
test_info(void)
{
    struct told_signal one;
    siginfo_t info;
    mask(SIG_SETMASK, BIT(SIGUSR1) | BIT(SIGCHLD) | BIT(40) | BIT(SIGPIPE));
    fd = make(-1, BIT(SIGUSR1) | BIT(SIGCHLD) | BIT(40) | BIT(SIGPIPE), 0);
    send_self(SIGUSR1);
    memset(&one, 0xff, sizeof(one));
    raw(NR_read, fd, P(&one), sizeof(one), 0);
    ok(one.signo == SIGUSR1 && one.error == 0, "kill: number, no error");
    is(one.code, SI_USER, "SI_USER");
    ok(one.pid == (unsigned)getpid() && one.uid == getuid(), "from whom");
    ok(one.number == 0 && one.pointer == 0 && one.status == 0,
        "the rest is zero");
    raw(NR_tkill, getpid(), SIGUSR1, 0, 0);
    raw(NR_read, fd, P(&one), sizeof(one), 0);
    is(one.code, SI_TKILL, "tkill: SI_TKILL");
    memset(&info, 0, sizeof(info));
    info.si_code = SI_QUEUE;
    info.si_pid = 12;
    info.si_uid = 34;
    info.si_value.sival_ptr = (void *)0x123456789abcUL;
    raw(NR_rt_sigqueueinfo, getpid(), 40, P(&info), 0);
    raw(NR_read, fd, P(&one), sizeof(one), 0);
    is(one.code, SI_QUEUE, "a queued one: SI_QUEUE");
    ok(one.pid == 12 && one.uid == 34, "from whom it says");
    ok(one.pointer == 0x123456789abcUL, "with its 64 bits");
    is(one.number, 0x56789abc, "of which 32 are the number");
    pid_t pid = must_fork();
    if (pid == 0) {
        _exit(9);
    }
    raw(NR_read, fd, P(&one), sizeof(one), 0);
    ok(one.signo == SIGCHLD && one.code == CLD_EXITED, "a child's end");
    ok(one.pid == (unsigned)pid && one.status == 9, "which, and its status");
    waitpid(pid, NULL, 0);
    pid = idle_child();
    kill(pid, SIGKILL);
    raw(NR_read, fd, P(&one), sizeof(one), 0);
    ok(one.code == CLD_KILLED && one.status == SIGKILL, "a killed child");
    waitpid(pid, NULL, 0);
    int fds[2];
    must_pipe(fds);
    close(fds[0]);
    write(fds[1], "x", 1);
    raw(NR_read, fd, P(&one), sizeof(one), 0);
    is(one.signo, SIGPIPE, "SIGPIPE can be read");
    close(fds[1]);
    close(fd);
    mask(SIG_SETMASK, 0);
}

static int
send_parent(void *unused)
{
    (void)unused;
    return kill(getppid(), SIGUSR1);
}

static int
send_other(void *unused)
{
    (void)unused;
    return kill(getppid(), SIGUSR2);
}

static void
test_waits(void)
{
    int ep = epoll_new();
    mask(SIG_SETMASK, BIT(SIGUSR1));
    fd = make(-1, BIT(SIGUSR1), 0);
    pid_t pid = when_asleep(send_parent, NULL);
    is(next(), SIGUSR1, "a read waits for a signal");
    waitpid(pid, NULL, 0);
    pid = when_asleep(send_parent, NULL);
    is(poll_until(fd, IN), IN, "so does poll");
    waitpid(pid, NULL, 0);
    next();
    watch(ep, fd, IN);
    is(told(ep), 0, "nothing for epoll to tell");
    pid = when_asleep(send_parent, NULL);
    is(told_later(ep), IN, "epoll waits, too");
    waitpid(pid, NULL, 0);
    is(next(), SIGUSR1, "and it can be read");
    is(told(ep), 0, "then no more is told");
    act(SIGUSR2, count, 0, 0);
    calls = 0;
    pid = when_asleep(send_other, NULL);
    is(next(), -EINTR, "a handler of another signal ends a read");
    is(calls, 1, "it was called");
    waitpid(pid, NULL, 0);
    close(ep);
    close(fd);
    mask(SIG_SETMASK, 0);
}

static int
child_reads_its_own(void *unused)
{
    (void)unused;
    if (poll_now(fd, IN) != 0 || next() != -EAGAIN) {
        return 1;
    }
    send_self(SIGUSR1);
    return next() == SIGUSR1 ? 7 : 2;
}

static void
test_fork(void)
{
    mask(SIG_SETMASK, BIT(SIGUSR1));
    fd = make(-1, BIT(SIGUSR1), O_NONBLOCK);
    send_self(SIGUSR1);
    exited(in_child(child_reads_its_own, NULL), 7,
        "a child with its parent's descriptor reads signals of its own");
    is(next(), SIGUSR1, "its parent's is still there");
    close(fd);
    mask(SIG_SETMASK, 0);
}

int
main(void)
{
    test_create();
    test_order();
    test_set();
    test_info();
    test_waits();
    test_fork();
    return done();
}

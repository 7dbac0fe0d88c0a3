/*
 * pollspec_poll.c: poll and ppoll: what holds of pipes, named pipes, files and
 * devices at once; what ends a wait; the mask of ppoll; errors.
 * seconds: 25
 */
#include "pollspec.h"

#include <sys/stat.h>

static int fds[2];
static volatile int calls;

static void
count(int sig, siginfo_t *info, void *context)
{
    (void)sig;
    (void)info;
    (void)context;
    calls++;
}

static void
test_pipe(void)
{
    must_pipe(fds);
    is(poll_now(fds[0], IN | OUT), 0, "nothing in an empty pipe");
    is(poll_now(fds[1], IN | OUT), OUT, "but room");
    is(poll_now(fds[1], OUT | WRNORM), OUT | WRNORM, "WRNORM is OUT");
    is(poll_now(fds[1], 0), 0, "what is not wanted is not told");
    write(fds[1], "abc", 3);
    is(poll_now(fds[0], IN | OUT), IN, "bytes can be read");
    is(poll_now(fds[0], IN | RDNORM), IN | RDNORM, "RDNORM is IN");
    is(poll_now(fds[0], PRI | RDBAND), 0, "none of them is urgent");
    is(poll_now(fds[0], 0), 0, "not told if not wanted");
    drain(fds[0], 3);
    is(poll_now(fds[0], IN), 0, "no more when they are read");
    long size = fill(fds[1]);
    is(poll_now(fds[1], OUT), 0, "no room in a full pipe");
    drain(fds[0], 4095);
    is(poll_now(fds[1], OUT), 0, "nor when a part of a block is read");
    drain(fds[0], 1);
    is(poll_now(fds[1], OUT), OUT, "but when a whole block is");
    drain(fds[0], size - 4096);
    write(fds[1], "x", 1);
    close(fds[1]);
    is(poll_now(fds[0], IN), IN | HUP, "no writer, but a byte: IN and HUP");
    drain(fds[0], 1);
    is(poll_now(fds[0], IN), HUP, "no writer and no byte: HUP");
    is(poll_now(fds[0], 0), HUP, "which is told even if not wanted");
    close(fds[0]);
    must_pipe(fds);
    close(fds[0]);
    is(poll_now(fds[1], OUT), OUT | ERR, "no reader: ERR, and OUT");
    is(poll_now(fds[1], 0), ERR, "ERR is told even if not wanted");
    close(fds[1]);
    must_pipe(fds);
    fill(fds[1]);
    close(fds[0]);
    is(poll_now(fds[1], OUT), ERR, "no reader of a full pipe: ERR alone");
    close(fds[1]);
}

static void
test_fifo(void)
{
    mkfifo("fifo", 0600);
    int in = open("fifo", O_RDONLY | O_NONBLOCK);
    is(poll_now(in, IN), 0, "a named pipe that never had a writer: no HUP");
    int out = open("fifo", O_WRONLY);
    is(poll_now(in, IN), 0, "it has a writer");
    close(out);
    is(poll_now(in, IN), HUP, "had one: HUP");
    out = open("fifo", O_WRONLY);
    is(poll_now(in, IN), 0, "has one again: no HUP");
    close(out);
    close(in);
    int both = open("fifo", O_RDWR);
    is(poll_now(both, IN | OUT), OUT, "open for both: room");
    write(both, "x", 1);
    is(poll_now(both, IN | OUT), IN | OUT, "and its own byte");
    close(both);
    unlink("fifo");
}

static void
test_files(void)
{
    int fd = open("file", O_RDWR | O_CREAT, 0644);
    is(poll_now(fd, IN | OUT), IN | OUT, "an empty file is always ready");
    is(poll_now(fd, IN | OUT | PRI | RDNORM | WRNORM | RDBAND),
        IN | OUT | RDNORM | WRNORM, "with four bits");
    close(fd);
    fd = open("file", O_RDONLY);
    is(poll_now(fd, IN | OUT), IN | OUT, "even for what it is not open");
    close(fd);
    unlink("file");
    fd = open(".", O_RDONLY);
    is(poll_now(fd, IN | OUT), IN | OUT, "a directory, too");
    close(fd);
    fd = open("/dev/null", O_RDWR);
    is(poll_now(fd, IN | OUT), IN | OUT, "/dev/null");
    close(fd);
    fd = open("/dev/zero", O_RDWR);
    is(poll_now(fd, IN | OUT), IN | OUT, "/dev/zero");
    is(poll_now(fd, 0), 0, "nothing if nothing is wanted");
    close(fd);
    is(poll_now(fd, IN), NVAL, "a closed descriptor: NVAL");
    is(poll_now(fd, 0), NVAL, "even if nothing is wanted");
    is(poll_now(1000000, IN), NVAL, "a number beyond all limits: NVAL");
    fd = open(".", O_PATH);
    is(poll_now(fd, IN), NVAL, "O_PATH: NVAL");
    close(fd);
}

static void
test_lists(void)
{
    int other[2];
    must_pipe(fds);
    must_pipe(other);
    write(other[1], "x", 1);
    struct poll_one list[] = {
        { fds[0], IN, -1 }, { -1, IN, -1 }, { other[0], IN, -1 },
        { 999, IN, -1 }, { fds[1], OUT, -1 }, { other[0], IN, -1 },
        { -5, OUT, -1 },
    };
    is(poll_all(list, 7, -1), 4, "poll counts those of which it tells");
    is(list[0].got, 0, "the one of which nothing holds");
    is(list[1].got, 0, "a negative number is left out");
    is(list[2].got, IN, "one to read");
    is(list[3].got, NVAL, "one that is not open is no failure");
    is(list[4].got, OUT, "one to write");
    is(list[5].got, IN, "one that is in the list twice");
    is(list[6].got, 0, "another negative number");
    is(list[2].fd, other[0], "the numbers stay");
    is(list[2].wanted, IN, "and what is wanted");
    is(poll_all(list, 2, 0), 0, "none: 0");
    is(poll_all(NULL, 0, 0), 0, "an empty list needs no place");
    close_both(fds);
    close_both(other);
}

static void
test_times(void)
{
    must_pipe(fds);
    struct poll_one one = { fds[0], IN, -1 };
    long before = now_ms();
    is(poll_all(&one, 1, 40), 0, "a time-out: 0");
    ok(now_ms() - before >= 39, "not before the time");
    is(one.got, 0, "and nothing holds");
    before = now_ms();
    is(poll_all(NULL, 0, 40), 0, "an empty list is a sleep");
    ok(now_ms() - before >= 39, "of that time");
    struct timespec ts = { 0, 40000000 };
    before = now_ms();
    is(raw(CALL_ppoll, P(&one), 1, P(&ts), 0), 0, "ppoll with a time");
    ok(now_ms() - before >= 39, "not before it");
    ok(ts.tv_sec == 0 && ts.tv_nsec == 0, "of which nothing is left");
    ts.tv_sec = 100;
    write(fds[1], "x", 1);
    is(raw(CALL_ppoll, P(&one), 1, P(&ts), 0), 1, "ready at once");
    ok(ts.tv_sec > 50 && ts.tv_sec <= 100, "the rest of the time is told");
    is(poll_all(&one, 1, 100000), 1, "no wait for what holds");
    drain(fds[0], 1);
    close_both(fds);
}

static int
write_byte(void *fd)
{
    return (int)write(*(int *)fd, "x", 1);
}

static int
take_all(void *fd)
{
    drain(*(int *)fd, 4096);
    return 0;
}

static int
close_last(void *fd)
{
    return close(*(int *)fd);
}

static int
interrupt(void *unused)
{
    (void)unused;
    return kill(getppid(), SIGUSR1);
}

static void
test_waits(void)
{
    must_pipe(fds);
    pid_t pid = when_asleep(write_byte, &fds[1]);
    is(poll_until(fds[0], IN), IN, "a byte ends a wait");
    waitpid(pid, NULL, 0);
    drain(fds[0], 1);
    fill(fds[1]);
    pid = when_asleep(take_all, &fds[0]);
    is(poll_until(fds[1], OUT), OUT, "room ends a wait");
    waitpid(pid, NULL, 0);
    close_both(fds);
    must_pipe(fds);
    pid = when_asleep(close_last, &fds[1]);
    close(fds[1]);
    is(poll_until(fds[0], IN), HUP, "the last writer's end does");
    waitpid(pid, NULL, 0);
    close(fds[0]);
    must_pipe(fds);
    fill(fds[1]);
    pid = when_asleep(close_last, &fds[0]);
    close(fds[0]);
    ok((poll_until(fds[1], OUT) & ERR) != 0, "the last reader's end does");
    waitpid(pid, NULL, 0);
    close(fds[1]);
    must_pipe(fds);
    act(SIGUSR1, count, SA_RESTART, 0);
    pid = when_asleep(interrupt, NULL);
    is(poll_until(fds[0], IN), -EINTR, "a handler does, even with SA_RESTART");
    waitpid(pid, NULL, 0);
    is(calls, 1, "it was called");
    close_both(fds);
}

/* Several processes wait for one pipe; a byte that nobody takes is told to
 * all of them. */
static void
test_crowd(void)
{
    pid_t pids[5];
    int alike = 0;

    must_pipe(fds);
    for (int i = 0; i < 5; i++) {
        pids[i] = must_fork();
        if (pids[i] == 0) {
            _exit(poll_until(fds[0], IN) == IN ? 7 : 1);
        }
    }
    for (int i = 0; i < 5; i++) {
        until_state(pids[i], 'S');
    }
    write(fds[1], "x", 1);
    for (int i = 0; i < 5; i++) {
        int status;
        waitpid(pids[i], &status, 0);
        alike += WIFEXITED(status) && WEXITSTATUS(status) == 7;
    }
    is(alike, 5, "all who wait are told of a byte");
    is(bytes_in(fds[0]), 1, "which is still there");
    close_both(fds);
}

static void
test_mask(void)
{
    unsigned long set = 0, all = ~0UL;
    must_pipe(fds);
    write(fds[1], "x", 1);
    struct poll_one one = { fds[0], IN, -1 }, none = { -1, 0, 0 };
    struct timespec zero = { 0, 0 };
    calls = 0;
    mask(SIG_SETMASK, BIT(SIGUSR1));
    send_self(SIGUSR1);
    is(poll_all(&none, 1, 0), 0, "poll does not take what is blocked");
    const long arg[6] = { P(&none), 1, 0, P(&set), SET_SIZE, 0 };
    is(raw_v(CALL_ppoll, arg), -EINTR, "ppoll with a mask that lets it in");
    is(calls, 1, "runs its handler");
    is((long)mask_now(), BIT(SIGUSR1), "the mask is as before");
    send_self(SIGUSR1);
    const long ready[6] = { P(&one), 1, P(&zero), P(&set), SET_SIZE, 0 };
    is(raw_v(CALL_ppoll, ready), 1, "a descriptor comes first");
    is(calls, 1, "the signal still pends");
    is((long)pending_now(), BIT(SIGUSR1), "as it did");
    mask(SIG_SETMASK, 0);
    is(calls, 2, "and comes with the mask");
    const long full[6] = { P(&none), 1, P(&zero), P(&all), SET_SIZE, 0 };
    is(raw_v(CALL_ppoll, full), 0, "a full mask");
    is((long)mask_now(), 0, "is gone after the call");
    const long size[6] = { P(&one), 1, P(&zero), P(&set), 4, 0 };
    is(raw_v(CALL_ppoll, size), -EINVAL, "a mask of another size");
    const long bad[6] = { P(&one), 1, P(&zero), 1, SET_SIZE, 0 };
    is(raw_v(CALL_ppoll, bad), -EFAULT, "a mask at a bad place");
    close_both(fds);
}

static void
test_errors(void)
{
    struct poll_one one = { -1, 0, 0 };
    struct timespec many = { 0, 1000000000 }, negative = { -1, 0 };
    returns(raw(CALL_poll, 1, 1, 0, 0), -EFAULT, "a list at a bad place");
    returns(raw(CALL_poll, P(&one), -1, 0, 0), -EINVAL, "2^32 - 1 of them");
    unsigned long limit = limit_to(RLIMIT_NOFILE, 10);
    static struct poll_one eleven[11];
    for (int i = 0; i < 11; i++) {
        eleven[i].fd = -1;
    }
    returns(poll_all(eleven, 10, 0), 0, "as many as RLIMIT_NOFILE");
    returns(poll_all(eleven, 11, 0), -EINVAL, "one more than it");
    limit_to(RLIMIT_NOFILE, limit);
    returns(raw(CALL_ppoll, P(&one), 1, P(&many), 0), -EINVAL,
        "a thousand million nanoseconds");
    returns(raw(CALL_ppoll, P(&one), 1, P(&negative), 0), -EINVAL,
        "a negative time");
    returns(raw(CALL_ppoll, P(&one), 1, 1, 0), -EFAULT, "a bad time");
}

int
main(void)
{
    test_pipe();
    test_fifo();
    test_files();
    test_lists();
    test_times();
    test_waits();
    test_crowd();
    test_mask();
    test_errors();
    return done();
}

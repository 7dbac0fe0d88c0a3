/*
 * pollspec_select.c: select and pselect6: sets of descriptors in and out, the
 * time that is left, the mask of pselect6, and errors.
 */
#include "pollspec.h"

#include <sys/stat.h>

/* As many descriptors as a set of Linux has bits. */
struct set {
    unsigned long bits[16];
};

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
add(struct set *set, int fd)
{
    set->bits[fd / 64] |= 1UL << fd % 64;
}

static int
has(const struct set *set, int fd)
{
    return (set->bits[fd / 64] >> fd % 64 & 1) != 0;
}

static int
members(const struct set *set)
{
    int found = 0;
    for (int i = 0; i < 1024; i++) {
        found += has(set, i);
    }
    return found;
}

static struct set
only(int fd)
{
    struct set set = { { 0 } };
    add(&set, fd);
    return set;
}

static long
select_raw(long n, struct set *in, struct set *out, struct set *odd,
           struct timeval *tv)
{
    const long arg[6] = { n, P(in), P(out), P(odd), P(tv), 0 };
    return raw_v(CALL_select, arg);
}

/* What holds now. */
static long
select_now(long n, struct set *in, struct set *out, struct set *odd)
{
    struct timeval zero = { 0, 0 };
    return select_raw(n, in, out, odd, &zero);
}

static void
test_pipe(void)
{
    must_pipe(fds);
    int in_fd = fds[0], out_fd = fds[1], n = fds[1] + 1;
    struct set in = only(in_fd), out = only(out_fd), odd = only(in_fd);
    is(select_now(n, &in, &out, &odd), 1, "an empty pipe: one of three holds");
    is(members(&in), 0, "nothing to read: out of its set");
    ok(members(&out) == 1 && has(&out, out_fd), "room: left in its set");
    is(members(&odd), 0, "nothing exceptional");
    write(out_fd, "x", 1);
    in = only(in_fd);
    out = only(out_fd);
    is(select_now(n, &in, &out, NULL), 2, "a byte and room: two bits");
    ok(has(&in, in_fd) && has(&out, out_fd), "each in its set");
    add(&in, out_fd);
    is(select_now(n, &in, NULL, NULL), 1, "a writer's end has none to read");
    ok(has(&in, in_fd) && !has(&in, out_fd), "it is out of the set");
    in = only(in_fd);
    is(select_now(in_fd, &in, NULL, NULL), 0, "a number not under n: nothing");
    in = only(in_fd);
    add(&in, 1000);
    is(select_now(in_fd + 1, &in, NULL, NULL), 1, "numbers from n on");
    ok(has(&in, in_fd), "are not looked at");
    drain(in_fd, 1);
    fill(out_fd);
    out = only(out_fd);
    is(select_now(n, NULL, &out, NULL), 0, "a full pipe");
    close(out_fd);
    drain(in_fd, 1 << 20);
    in = only(in_fd);
    odd = only(in_fd);
    is(select_now(n, &in, NULL, &odd), 1, "its end can be read");
    ok(has(&in, in_fd) && !has(&odd, in_fd), "and is not exceptional");
    close(in_fd);
    must_pipe(fds);
    close(fds[0]);
    in = only(fds[1]);
    out = only(fds[1]);
    is(select_now(n, &in, &out, NULL), 2, "a pipe without readers");
    ok(has(&in, fds[1]) && has(&out, fds[1]), "is ready for both");
    close(fds[1]);
}

static void
test_files(void)
{
    int fd = open("file", O_RDWR | O_CREAT, 0644);
    struct set in = only(fd), out = only(fd), odd = only(fd);
    is(select_now(fd + 1, &in, &out, &odd), 2, "a file is ready for both");
    in = only(fd);
    int other = open("/dev/null", O_RDWR);
    add(&in, other);
    is(select_now(other + 1, &in, NULL, NULL), 2, "and /dev/null");
    close(other);
    unlink("file");
    is(dup2(fd, 700), 700, "a descriptor with a large number");
    in = only(700);
    add(&in, fd);
    is(select_now(701, &in, NULL, NULL), 2, "is in the eleventh word");
    ok(has(&in, 700) && has(&in, fd) && members(&in) == 2, "of the set");
    in = only(700);
    is(select_now(704, &in, NULL, NULL), 1, "n need not be exact");
    in = only(700);
    is(select_now(1000000, &in, NULL, NULL), 1, "nor have so many bits");
    close(700);
    in = only(700);
    is(select_now(64, &in, NULL, NULL), 0, "nothing in the first word");
    close(fd);
}

static void
test_times(void)
{
    must_pipe(fds);
    struct set in = only(fds[0]);
    struct timeval tv = { 0, 40000 };
    long before = now_ms();
    is(select_raw(fds[0] + 1, &in, NULL, NULL, &tv), 0, "a time-out: 0");
    ok(now_ms() - before >= 39, "not before the time");
    ok(tv.tv_sec == 0 && tv.tv_usec == 0, "of which nothing is left");
    is(members(&in), 0, "the set is empty then");
    tv.tv_usec = 40000;
    before = now_ms();
    is(select_raw(0, NULL, NULL, NULL, &tv), 0, "no sets: a sleep");
    ok(now_ms() - before >= 39, "of that time");
    write(fds[1], "x", 1);
    tv.tv_sec = 100;
    in = only(fds[0]);
    is(select_raw(fds[0] + 1, &in, NULL, NULL, &tv), 1, "no wait for a byte");
    ok(tv.tv_sec > 50 && tv.tv_sec <= 100, "the rest of the time is told");
    tv.tv_sec = 99;
    tv.tv_usec = 3000000;
    in = only(fds[0]);
    is(select_raw(fds[0] + 1, &in, NULL, NULL, &tv), 1,
        "more than a million microseconds are seconds");
    close_both(fds);
}

static int
write_byte(void *fd)
{
    return (int)write(*(int *)fd, "x", 1);
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
    struct set in = only(fds[0]), out = only(fds[1]);
    pid_t pid = when_asleep(write_byte, &fds[1]);
    is(select_raw(fds[0] + 1, &in, NULL, NULL, NULL), 1, "a byte ends a wait");
    ok(has(&in, fds[0]), "and is told");
    waitpid(pid, NULL, 0);
    drain(fds[0], 1);
    fill(fds[1]);
    act(SIGUSR1, count, SA_RESTART, 0);
    out = only(fds[1]);
    struct timeval tv = { 100, 0 };
    pid = when_asleep(interrupt, NULL);
    is(select_raw(fds[1] + 1, NULL, &out, NULL, &tv), -EINTR,
        "a handler ends a wait, even with SA_RESTART");
    waitpid(pid, NULL, 0);
    is(calls, 1, "it was called");
    ok(tv.tv_sec > 0 && tv.tv_sec < 100, "the rest of the time is told");
    is(has(&out, fds[1]), 1, "the set is as it was");
    close_both(fds);
}

/* The sixth argument of pselect6. */
struct set_and_size {
    const unsigned long *set;
    unsigned long size;
};

static long
pselect_raw(struct set *in, struct timespec *ts, struct set_and_size *sigs)
{
    const long arg[6] = { 64, P(in), 0, 0, P(ts), P(sigs) };
    return raw_v(CALL_pselect6, arg);
}

static void
test_mask(void)
{
    unsigned long set = 0;
    struct set_and_size sigs = { &set, SET_SIZE }, none = { NULL, 0 };
    struct timespec zero = { 0, 0 }, ts = { 100, 0 };
    must_pipe(fds);
    struct set in = only(fds[0]);
    calls = 0;
    mask(SIG_SETMASK, BIT(SIGUSR1));
    send_self(SIGUSR1);
    is(pselect_raw(&in, &zero, NULL), 0, "pselect6 without a mask");
    is(pselect_raw(&in, &zero, &none), 0, "or with none at all");
    is(calls, 0, "takes no blocked signal");
    in = only(fds[0]);
    is(pselect_raw(&in, NULL, &sigs), -EINTR, "with an empty mask");
    is(calls, 1, "it runs the handler");
    is((long)mask_now(), BIT(SIGUSR1), "the mask is as before");
    write(fds[1], "x", 1);
    is(pselect_raw(&in, &ts, &sigs), 1, "a byte");
    ok(ts.tv_sec > 50 && ts.tv_sec <= 100, "and the time that is left");
    sigs.size = 4;
    is(pselect_raw(&in, &zero, &sigs), -EINVAL, "a mask of another size");
    sigs.size = SET_SIZE;
    sigs.set = (unsigned long *)1;
    is(pselect_raw(&in, &zero, &sigs), -EFAULT, "a mask at a bad place");
    is(pselect_raw(&in, &zero, (struct set_and_size *)1), -EFAULT,
        "place and size at a bad place");
    ts.tv_nsec = -1;
    is(pselect_raw(&in, &ts, NULL), -EINVAL, "negative nanoseconds");
    mask(SIG_SETMASK, 0);
    close_both(fds);
}

static void
test_errors(void)
{
    struct timeval negative = { -1, 0 }, odd = { 0, -1 };
    must_pipe(fds);
    struct set in = only(fds[0]);
    close(fds[1]);
    add(&in, fds[1]);
    is(select_now(64, &in, NULL, NULL), -EBADF, "one that is not open");
    ok(has(&in, fds[0]) && has(&in, fds[1]), "the set is as it was");
    in = only(fds[1]);
    is(select_now(64, NULL, NULL, &in), -EBADF, "in any of the sets");
    in = only(63);
    is(select_now(64, NULL, &in, NULL), -EBADF, "a number never used");
    in = only(fds[0]);
    is(select_now(-1, &in, NULL, NULL), -EINVAL, "a negative n");
    is(select_raw(64, &in, NULL, NULL, &negative), -EINVAL, "negative time");
    is(select_raw(64, &in, NULL, NULL, &odd), -EINVAL,
        "negative microseconds");
    is(select_now(64, (struct set *)1, NULL, NULL), -EFAULT, "a bad set");
    is(select_raw(64, &in, NULL, NULL, (struct timeval *)1), -EFAULT,
        "a bad time");
    close(fds[0]);
}

int
main(void)
{
    test_pipe();
    test_files();
    test_times();
    test_waits();
    test_mask();
    test_errors();
    return done();
}

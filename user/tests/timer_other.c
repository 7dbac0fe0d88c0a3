/*
 * timer_other.c: timers of another process's CPU clock: they wait for that
 * process to compute; and they outlive it.
 */
#include "timerspec.h"

enum { RT = 40 };

static int told[2], gate[2];

static long
process_clock(pid_t pid)
{
    return (int)(~(unsigned)pid << 3 | 2);
}

/* A child that computes for so many ms as each byte says. */
static pid_t
worker(void)
{
    unsigned char ms;
    pid_t pid = must_fork();

    if (pid == 0) {
        close(gate[1]);
        while (read(gate[0], &ms, 1) == 1) {
            spend(ms * MS);
            write(told[1], "s", 1);
        }
        _exit(0);
    }
    until_state(pid, 'S');
    return pid;
}

static void
work(pid_t pid, unsigned char ms)
{
    char byte;

    write(gate[1], &ms, 1);
    read(told[0], &byte, 1);
    until_state(pid, 'S');
}

/* Let the other work until the clock shows this, while the timer is right. */
static int
advances(pid_t pid, long id, long long end)
{
    for (;;) {
        work(pid, 5);
        long long now = clock_ns(process_clock(pid));
        if (now >= end) {
            return 1;
        }
        if (take(BIT(RT), NULL) != -EAGAIN || timer_left(id) != end - now) {
            return 0;
        }
    }
}

/* Let it work until the signal comes: on Linux, at a tick while it works. */
static long
comes(pid_t pid, struct timer_info *info)
{
    long sig;

    while ((sig = take(BIT(RT), (void *)info)) == -EAGAIN) {
        work(pid, 5);
    }
    return sig;
}

static void
test_timer(pid_t pid, long id)
{
    struct timer_info info;

    is(timer_left(id), 0, "it is stopped");
    is(arm(id, 0, 60 * MS, 0), 0, "it is set");
    long long left = timer_left(id);
    long long end = clock_ns(process_clock(pid)) + left;
    is(left, 60 * MS, "and says what is left");
    pass(MONOTONIC, 100 * MS);
    spend(80 * MS);
    is(take(BIT(RT), NULL), -EAGAIN, "neither time nor our computing counts");
    is(timer_left(id), left, "nothing of it has passed");
    ok(advances(pid, id, end), "what is left is what the other does not use");
    is(comes(pid, &info), RT, "what the other computes does");
    ok(info.code == SI_TIMER && info.value.sival_int == 5, "it is the timer's");
    is(timer_left(id), 0, "and is over");
    is(arm(id, ABSOLUTE, 1, 0), 0, "a moment that is past");
    is(wait_for(BIT(RT), NULL), RT, "comes at once");
    arm(id, ABSOLUTE, clock_ns(process_clock(pid)) + 20 * MS, 20 * MS);
    is(comes(pid, NULL), RT, "an absolute one, again and again");
    is(comes(pid, NULL), RT, "comes twice");
    is(arm(id, 0, 0, 0), 0, "until it is stopped");
}

static int
sleeps(void *pid)
{
    long clock = process_clock((pid_t)(long)pid);
    struct timespec until_then = to_timespec(clock_ns(clock) + 20 * MS);

    return raw(CALL_clock_nanosleep, clock, ABSOLUTE, P(&until_then), 0) == 0
           && clock_ns(clock) >= ns_of(until_then) ? 7 : 8;
}

static void
test_sleep(pid_t pid)
{
    int status = -1;
    pid_t sleeper = must_fork();

    if (sleeper == 0) {
        _exit(sleeps((void *)(long)pid));
    }
    until_state(sleeper, 'S');
    while (waitpid(sleeper, &status, WNOHANG) == 0) {
        work(pid, 5);
    }
    exited(status, 7, "a sleep by the other's clock ends");
}

int
main(void)
{
    mask(SIG_BLOCK, BIT(RT));
    if (pipe(told) != 0 || pipe(gate) != 0) {
        return 99;
    }
    pid_t pid = worker();
    long id = new_timer(process_clock(pid), RT, 5);
    ok(id >= 0, "a timer of a child's CPU clock");
    returns(new_timer(process_clock(pid) | 4, RT, 5), -EINVAL,
        "not of a thread of it");
    returns(new_timer(process_clock(0x0ffffff0), RT, 5), -EINVAL,
        "nor of nobody");
    ok(new_timer(process_clock(getppid()), RT, 5) >= 0, "of a parent's");
    test_timer(pid, id);
    test_sleep(pid);

    arm(id, 0, SECOND, SECOND);
    close(gate[1]);
    waitpid(pid, NULL, 0);
    is(timer_left(id), 0, "who was waited for has no time left");
    returns(arm(id, 0, MS, 0), -ESRCH, "and cannot be waited for");
    is(raw(CALL_timer_delete, id, 0, 0, 0), 0, "the timer can be deleted");
    returns(new_timer(process_clock(pid), RT, 5), -EINVAL, "but not made");
    return done();
}

/*
 * futexspec_time.c: WAIT takes a relative time, WAIT_BITSET the time of a
 * clock; never early. A signal ends a wait or begins it again, stop and
 * continue do not end it.
 */
#include "futexspec.h"

static const long long MS = 1000000LL, SECOND = 1000000000LL;

static int word;
static struct thread thread;
static long result;
static struct timespec limit;
static int handled, which;

static long long
now(long clock)
{
    struct timespec ts;

    raw(NR_clock_gettime, clock, P(&ts), 0, 0);
    return ts.tv_sec * SECOND + ts.tv_nsec;
}

static struct timespec
to_timespec(long long ns)
{
    struct timespec ts = { ns / SECOND, ns % SECOND };

    return ts;
}

static void
test_relative(void)
{
    struct timespec none = { 0, 0 };

    returns(futex(&word, FUTEX_WAIT, 0, &none, NULL, 0), -ETIMEDOUT,
        "no time at all");
    returns(futex(&word, FUTEX_WAIT, 1, &none, NULL, 0), -EAGAIN,
        "the value comes first");
    for (long long ns = 1; ns < 100 * MS; ns *= 30) {
        struct timespec ts = to_timespec(ns);
        long long begin = now(CLOCK_MONOTONIC);
        long got = futex(&word, FUTEX_WAIT | FUTEX_PRIVATE_FLAG, 0, &ts, NULL,
            0);
        ok(got == -ETIMEDOUT && now(CLOCK_MONOTONIC) - begin >= ns,
            "WAIT ends after its time, not before");
    }
}

static void
test_absolute(long clock, long flag, const char *name)
{
    long op = FUTEX_WAIT_BITSET | FUTEX_PRIVATE_FLAG | flag;
    struct timespec past = { 1, 0 };

    returns(futex(&word, op, 0, &past, NULL, 1), -ETIMEDOUT,
        "WAIT_BITSET until a time that has been");
    long long until_then = now(clock) + 30 * MS;
    struct timespec ts = to_timespec(until_then);
    long got = futex(&word, op, 0, &ts, NULL, 1);
    ok(got == -ETIMEDOUT && now(clock) >= until_then, name);
    ts = to_timespec(now(clock) + 30 * MS);
    returns(futex(&word, op, 1, &ts, NULL, 1), -EAGAIN,
        "the value comes first");
}

/* A wait with a far limit ends by a wake. */
static int
waits(void *arg)
{
    (void)arg;
    if (which == FUTEX_WAIT) {
        result = futex(&word, which, 0, limit.tv_sec != 0 ? &limit : NULL,
            NULL, 0);
    } else {
        result = futex(&word, which, 0, limit.tv_sec != 0 ? &limit : NULL,
            NULL, 1);
    }
    return 0;
}

static void
start(long op, long seconds)
{
    which = (int)op;
    limit = to_timespec(seconds * SECOND);
    if (op != FUTEX_WAIT && seconds != 0) {
        limit.tv_sec += now(op & FUTEX_CLOCK_REALTIME ? CLOCK_REALTIME
                                                      : CLOCK_MONOTONIC)
                        / SECOND;
    }
    handled = 0;
    result = 1;
    thread_start(&thread, waits, NULL);
    until_sleeps(&thread);
}

static const long ops[] = {
    FUTEX_WAIT, FUTEX_WAIT_BITSET, FUTEX_WAIT_BITSET | FUTEX_CLOCK_REALTIME,
};

static void
test_woken(void)
{
    for (int i = 0; i < COUNT_OF(ops); i++) {
        start(ops[i], 1000);
        is(futex_wake(&word, 1), 1, "one that has much time is woken");
        thread_join(&thread);
        returns(result, 0, "and returns 0");
    }
}

static void
handler(int sig, siginfo_t *info, void *context)
{
    (void)sig, (void)info, (void)context;
    set_word(&handled, word_of(&handled) + 1);
}

static void
send(int sig)
{
    raw(NR_tgkill, getpid(), thread.tid, sig, 0);
}

static void
test_signal(void)
{
    for (int i = 0; i < COUNT_OF(ops); i++) {
        for (int seconds = 0; seconds <= 1000; seconds += 1000) {
            act(SIGUSR1, handler, 0, 0);
            start(ops[i], seconds);
            send(SIGUSR1);
            thread_join(&thread);
            ok(result == -EINTR && handled == 1,
                "a handler ends the wait with EINTR");
        }
        act(SIGUSR1, handler, SA_RESTART, 0);
        start(ops[i], 0);
        send(SIGUSR1);
        while (word_of(&handled) == 0) {
            nap(1);
        }
        until_sleeps(&thread);
        while (futex_wake(&word, 1) == 0 && word_of(&thread.alive) != 0) {
            nap(1);
        }
        thread_join(&thread);
        returns(result, 0, "with SA_RESTART it waits on, if without limit");
        start(ops[i], 1000);
        send(SIGUSR1);
        thread_join(&thread);
        returns(result, -EINTR, "with a limit it does not");
    }
    act(SIGUSR1, TO_IGNORE, 0, 0);
    start(FUTEX_WAIT, 0);
    send(SIGUSR1);
    is(futex_wake(&word, 1), 1, "a signal that is ignored does not end it");
    thread_join(&thread);
    returns(result, 0, "nor change its result");
}

/* What the value is then is looked at again. */
static void
test_restart_looks(void)
{
    act(SIGUSR1, handler, SA_RESTART, 0);
    start(FUTEX_WAIT, 0);
    set_word(&word, 1);
    send(SIGUSR1);
    thread_join(&thread);
    ok(result == -EAGAIN && handled == 1,
        "a wait that begins again looks at the word again");
    set_word(&word, 0);
}

/* Stop and continue of a process in whose memory, shared, it waits. */
static void
stopped(long op, long seconds)
{
    int status;
    pid_t pid = must_fork();

    if (pid == 0) {
        start(op, seconds);
        raw(NR_kill, getpid(), SIGSTOP, 0, 0);
        until_sleeps(&thread);
        while (futex_wake(&word, 1) == 0 && word_of(&thread.alive) != 0) {
            nap(1);
        }
        thread_join(&thread);
        _exit(result == 0 ? 30 : (int)-result);
    }
    waitpid(pid, &status, WUNTRACED);
    kill(pid, SIGCONT);
    exited(status_of(pid), 30, "a wait goes on after stop and continue");
}

/* The end of its time is not put off by them. */
static int
waits_shortly(void *arg)
{
    struct timespec ts = to_timespec(200 * MS);
    long long begin = now(CLOCK_MONOTONIC);

    (void)arg;
    result = futex(&word, FUTEX_WAIT, 0, &ts, NULL, 0);
    handled = now(CLOCK_MONOTONIC) - begin >= 200 * MS;
    return 0;
}

static void
test_stopped_time(void)
{
    int status;
    pid_t pid = must_fork();

    if (pid == 0) {
        thread_start(&thread, waits_shortly, NULL);
        until_sleeps(&thread);
        raw(NR_kill, getpid(), SIGSTOP, 0, 0);
        thread_join(&thread);
        _exit(result == -ETIMEDOUT && handled ? 30 : 31);
    }
    waitpid(pid, &status, WUNTRACED);
    kill(pid, SIGCONT);
    exited(status_of(pid), 30, "nor is its time over before");
}

int
main(void)
{
    test_relative();
    test_absolute(CLOCK_MONOTONIC, 0,
        "not before the monotonic clock is there");
    test_absolute(CLOCK_REALTIME, FUTEX_CLOCK_REALTIME,
        "not before the time of day is there");
    test_woken();
    test_signal();
    test_restart_looks();
    for (int i = 0; i < COUNT_OF(ops); i++) {
        stopped(ops[i], 0);
        stopped(ops[i], 1000);
    }
    test_stopped_time();
    return done();
}

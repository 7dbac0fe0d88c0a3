/*
 * timer_create.c: timers of timer_create: what they send and to whom, missed
 * expirations, absolute times, clocks of CPU time, and their ends.
 */
#include "errors.h"
#include "sigspec.h"

#include "now.h"

enum { MS = 1000000, RT = 40, EOPNOT = 95 };
#define SECOND (1000L * MS)

static volatile int calls;

static void
count(int sig, siginfo_t *info, void *context)
{
    (void)sig, (void)info, (void)context;
    calls++;
}

/* => its id or -errno */
static long
create(int clock, int notify, int sig, int value)
{
    sigevent_t event = { .sigev_value.sival_int = value, .sigev_signo = sig,
        .sigev_notify = notify };
    int id = -1;

    event.sigev_notify_thread_id = (pid_t)raw(NR_gettid, 0, 0, 0, 0);
    long error = raw(NR_timer_create, clock, P(&event), P(&id), 0);
    return error != 0 ? error : id;
}

static struct itimerspec
spec(long value, long interval)
{
    return (struct itimerspec){ { interval / SECOND, interval % SECOND },
        { value / SECOND, value % SECOND } };
}

static long
set(long id, int flags, long value, long interval)
{
    struct itimerspec it = spec(value, interval);

    return raw(NR_timer_settime, id, flags, P(&it), 0);
}

static long
left(long id)
{
    struct itimerspec it;

    memset(&it, 0xa5, sizeof(it));
    long error = raw(NR_timer_gettime, id, P(&it), 0, 0);
    return error != 0 ? error : it.it_value.tv_sec * SECOND
        + it.it_value.tv_nsec;
}

static long
delete(long id)
{
    return raw(NR_timer_delete, id, 0, 0, 0);
}

/* Wait up to 8 s for this signal, which is blocked. */
static long
await(int sig, siginfo_t *info)
{
    static const struct timespec limit = { 8, 0 };
    unsigned long wanted = BIT(sig);

    memset(info, 0xa5, sizeof(*info));
    return raw(NR_rt_sigtimedwait, P(&wanted), P(info), P(&limit), SET_SIZE);
}

static void
test_signal(void)
{
    siginfo_t info;
    int id = -1;

    is(raw(NR_timer_create, CLOCK_MONOTONIC, 0, P(&id), 0), 0, "no event");
    set(id, 0, MS, 0);
    is(await(SIGALRM, &info), SIGALRM, "the default: SIGALRM");
    is(info.si_code, SI_TIMER, "si_code is SI_TIMER");
    is(info.si_timerid, id, "si_timerid is the id");
    is(info.si_value.sival_int, id, "and so is the value");
    is(info.si_overrun, 0, "no overrun");
    is(left(id), 0, "then it has stopped");
    long other = create(CLOCK_REALTIME, SIGEV_SIGNAL, RT, 77);
    ok(other >= 0 && other != id, "another timer, another id");
    set(other, 0, MS, 0);
    is(await(RT, &info), RT, "a real-time signal");
    is(info.si_value.sival_int, 77, "with its value");
    is(info.si_timerid, other, "and its id");
    set(id, 0, 1, 0);
    long third = create(CLOCK_BOOTTIME, SIGEV_THREAD_ID, SIGALRM, 5);
    set(third, 0, 1, 0);
    nap(20);
    is(await(SIGALRM, &info), SIGALRM, "two timers, one signal:");
    is(take(BIT(SIGALRM), &info), SIGALRM, "each is told");
    is(take(BIT(SIGALRM), &info), -EAGAIN, "and no more");
    is(delete(third) + delete(other) + delete(id), 0, "delete them");
    is(delete(id), -EINVAL, "deleted already");
}

static void
test_overrun(void)
{
    long id = create(CLOCK_MONOTONIC, SIGEV_SIGNAL, RT, 1), before, after;
    siginfo_t info;

    set(id, 0, MS, MS);
    nap(60);
    is(await(RT, &info), RT, "periodic: one signal");
    ok(info.si_overrun >= 50, "si_overrun: how many were missed");
    is(raw(NR_timer_getoverrun, id, 0, 0, 0), info.si_overrun,
        "timer_getoverrun says the same");
    is(await(RT, &info), RT, "and it goes on");
    set(id, 0, MS, 100 * SECOND);
    is(raw(NR_timer_getoverrun, id, 0, 0, 0), 0, "settime resets the overrun");
    is(await(RT, &info), RT, "the first time");
    is(info.si_overrun, 0, "none was missed");
    is(take(BIT(RT), &info), -EAGAIN, "one signal only");
    ok(left(id) > 90 * SECOND && left(id) <= 100 * SECOND, "then the interval");
    before = now_ns();
    set(id, TIMER_ABSTIME, 1, SECOND);
    is(await(RT, &info), RT, "a time that has passed: at once");
    after = now_ns();
    ok(info.si_overrun >= before / SECOND && info.si_overrun <= after / SECOND,
        "overrun: the seconds since boot");
    set(id, 0, 1, 1);
    nap(5);
    is(await(RT, &info), RT, "an interval of 1 ns");
    ok(info.si_overrun > 5 * MS / 2, "is counted, too");
    delete(id);
}

static void
test_none(void)
{
    long id = create(CLOCK_MONOTONIC, SIGEV_NONE, 0, 0);

    set(id, 0, 100 * SECOND, 0);
    ok(left(id) > 90 * SECOND && left(id) <= 100 * SECOND, "SIGEV_NONE: runs");
    set(id, 0, MS, 0);
    nap(5);
    is(left(id), 0, "expired: 0 is left");
    set(id, 0, MS, 50 * SECOND);
    nap(5);
    ok(left(id) > 40 * SECOND && left(id) <= 50 * SECOND, "periodic: the next");
    struct itimerspec it = spec(0, 0), old;
    raw(NR_timer_settime, id, 0, P(&it), P(&old));
    ok(old.it_value.tv_sec >= 40 && old.it_interval.tv_sec == 50,
        "settime tells what was before");
    delete(id);
}

static void
test_absolute(int clock, const char *name)
{
    long id = create(clock, SIGEV_SIGNAL, RT, 2);
    struct timespec now, then;
    siginfo_t info;

    raw(NR_clock_gettime, clock, P(&now), 0, 0);
    long at = now.tv_sec * SECOND + now.tv_nsec + 30 * MS;
    set(id, TIMER_ABSTIME, at, 0);
    await(RT, &info);
    raw(NR_clock_gettime, clock, P(&then), 0, 0);
    ok(then.tv_sec * SECOND + then.tv_nsec >= at && info.si_code == SI_TIMER,
        name);
    delete(id);
}

/* A signal that was sent, of a timer that is set anew or deleted, is gone. */
static void
test_stale(void)
{
    long id = create(CLOCK_MONOTONIC, SIGEV_SIGNAL, RT, 3);
    siginfo_t info;

    set(id, 0, 1, 0);
    nap(10);
    set(id, 0, 100 * SECOND, 0);
    is(take(BIT(RT), &info), -EAGAIN, "set anew: its signal is gone");
    set(id, 0, 1, 1);
    nap(10);
    queue(getpid(), RT, 8);
    delete(id);
    is(take(BIT(RT), &info), RT, "deleted: another's signal stays,");
    is(info.si_value.sival_int, 8, "this one");
    is(take(BIT(RT), &info), -EAGAIN, "and the timer's is gone");
}

static void
test_ignored(void)
{
    long id = create(CLOCK_MONOTONIC, SIGEV_SIGNAL, SIGUSR2, 4);

    act(SIGUSR2, TO_IGNORE, 0, 0);
    calls = 0;
    set(id, 0, MS, MS);
    nap(20);
    act(SIGUSR2, count, SA_SIGINFO, 0);
    for (int i = 0; i < 8000 && calls < 2; i++) {
        nap(1);
    }
    ok(calls >= 2, "ignored for a time: it goes on");
    delete(id);
    act(SIGUSR2, TO_DEFAULT, 0, 0);
}

static void
test_cpu(int clock, const char *name)
{
    long id = create(clock, SIGEV_SIGNAL, SIGUSR1, 0);
    struct timespec now;
    char text[80];

    calls = 0;
    act(SIGUSR1, count, SA_SIGINFO, 0);
    raw(NR_clock_gettime, clock, P(&now), 0, 0);
    long began = now.tv_sec * SECOND + now.tv_nsec;
    set(id, 0, 30 * MS, 20 * MS);
    while (calls < 2) {
    }
    raw(NR_clock_gettime, clock, P(&now), 0, 0);
    snprintf(text, sizeof(text), "%s: two times, in 50 ms of it", name);
    ok(now.tv_sec * SECOND + now.tv_nsec - began >= 50 * MS, text);
    set(id, 0, 100 * SECOND, 0);
    snprintf(text, sizeof(text), "%s: what is left", name);
    ok(left(id) > 90 * SECOND && left(id) <= 100 * SECOND, text);
    calls = 0;
    set(id, TIMER_ABSTIME, 1, 0);
    snprintf(text, sizeof(text), "%s: a time that has passed", name);
    while (calls == 0) {
    }
    is(calls, 1, text);
    delete(id);
}

static int
has_timer(void *arg)
{
    return left(*(long *)arg) != -EINVAL;
}

static char *self;

static int
run_again(void *arg)
{
    char text[20], *argv[] = { self, text, NULL };
    long id = create(CLOCK_MONOTONIC, SIGEV_SIGNAL, SIGKILL, 0);

    (void)arg;
    snprintf(text, sizeof(text), "%ld", id);
    set(id, 0, 20 * MS, 20 * MS);
    execv(self, argv);
    return 9;
}

static int
die(void *arg)
{
    (void)arg;
    set(create(CLOCK_REALTIME, SIGEV_SIGNAL, SIGKILL, 0), 0, MS, 0);
    nap(8000);
    return 9;
}

static void
test_family(void)
{
    long id = create(CLOCK_MONOTONIC, SIGEV_SIGNAL, RT, 0);

    set(id, 0, 100 * SECOND, 0);
    exited(in_child(has_timer, &id), 0, "fork: the child has none");
    exited(in_child(run_again, NULL), 0, "exec deletes them");
    killed(in_child(die, NULL), SIGKILL, "a timer may send SIGKILL");
    delete(id);
}

static void
test_limit(void)
{
    static const unsigned long most[2] = { 200, 200 };
    long n = 0, first = create(CLOCK_MONOTONIC, SIGEV_SIGNAL, RT, 0);

    raw(NR_prlimit64, 0, 11 /* RLIMIT_SIGPENDING */, P(most), 0);
    while (n < 100000 && create(CLOCK_MONOTONIC, SIGEV_SIGNAL, RT, 0) >= 0) {
        n++;
    }
    ok(n > 100 && n < 100000, "as many as signals may be queued");
    is(create(CLOCK_MONOTONIC, SIGEV_SIGNAL, RT, 0), -EAGAIN, "then EAGAIN");
    set(first, 0, 1, 0);
    siginfo_t info;
    is(await(RT, &info), RT, "those that exist send their signals");
}

static void
test_errors(void)
{
    static struct itimerspec good, bad = { { 0, 0 }, { 0, 1000000000 } };
    static struct itimerspec interval = { { -1, 0 }, { 1, 0 } };
    static sigevent_t none = { .sigev_notify = 3 };
    static sigevent_t zero = { .sigev_notify = SIGEV_SIGNAL };
    static sigevent_t large = { .sigev_notify = SIGEV_THREAD,
        .sigev_signo = 65 };
    static sigevent_t thread = { .sigev_notify = SIGEV_THREAD_ID,
        .sigev_signo = RT, .sigev_notify_thread_id = 1 };
    static int out;
    const long t = create(CLOCK_MONOTONIC, SIGEV_SIGNAL, RT, 0);
    const long to = P(&out);
    const struct error_case cases[] = {
        { "create", "clock", NR_timer_create, { 99, 0, to }, EINVAL },
        { "create", "clock of no process", NR_timer_create,
            { CPUCLOCK(999999, CPUCLOCK_SCHED), 0, to }, EINVAL },
        { "create", "raw clock", NR_timer_create,
            { CLOCK_MONOTONIC_RAW, 0, to }, EOPNOT },
        { "create", "coarse clock", NR_timer_create,
            { CLOCK_REALTIME_COARSE, 0, to }, EOPNOT },
        { "create", "notify", NR_timer_create, { 1, P(&none), to }, EINVAL },
        { "create", "signal 0", NR_timer_create, { 1, P(&zero), to }, EINVAL },
        { "create", "signal 65", NR_timer_create, { 1, P(&large), to },
            EINVAL },
        { "create", "another's thread", NR_timer_create,
            { 1, P(&thread), to }, EINVAL },
        { "create", "event", NR_timer_create, { 1, 8, to }, EFAULT },
        { "create", "id", NR_timer_create, { 1, 0, 8 }, EFAULT },
        { "settime", "id", NR_timer_settime, { -1, 0, P(&good) }, EINVAL },
        { "settime", "id", NR_timer_settime, { 1 << 30, 0, P(&good) }, EINVAL },
        { "settime", "no new", NR_timer_settime, { t, 0, 0 }, EINVAL },
        { "settime", "new", NR_timer_settime, { t, 0, 8 }, EFAULT },
        { "settime", "old", NR_timer_settime, { t, 0, P(&good), 8 }, EFAULT },
        { "settime", "value", NR_timer_settime, { t, 0, P(&bad) }, EINVAL },
        { "settime", "interval", NR_timer_settime, { t, 0, P(&interval) },
            EINVAL },
        { "settime", "other flags", NR_timer_settime, { t, 6, P(&good) }, 0 },
        { "gettime", "id", NR_timer_gettime, { -1, P(&good) }, EINVAL },
        { "gettime", "value", NR_timer_gettime, { t, 8 }, EFAULT },
        { "getoverrun", "id", NR_timer_getoverrun, { -1 }, EINVAL },
        { "delete", "id", NR_timer_delete, { -1 }, EINVAL },
    };

    ERROR_TABLE(cases);
    delete(t);
}

int
main(int argc, char **argv)
{
    self = argv[0];
    if (argc > 1) {
        nap(60); /* it would have killed */
        return left(atoi(argv[1])) != -EINVAL;
    }
    mask(SIG_BLOCK, BIT(SIGALRM) | BIT(RT));
    test_signal();
    test_overrun();
    test_none();
    test_absolute(CLOCK_MONOTONIC, "absolute, CLOCK_MONOTONIC");
    test_absolute(CLOCK_REALTIME, "absolute, CLOCK_REALTIME");
    test_absolute(CLOCK_TAI, "absolute, CLOCK_TAI");
    test_stale();
    test_ignored();
    test_cpu(CLOCK_PROCESS_CPUTIME_ID, "CPU time of the process");
    test_cpu(CLOCK_THREAD_CPUTIME_ID, "CPU time of the thread");
    test_family();
    test_errors();
    test_limit();
    return done();
}

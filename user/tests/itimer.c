/*
 * itimer.c: alarm, setitimer and getitimer: the three timers of a process, what
 * they count, what they send, and what fork and exec keep of them.
 */
#include "errors.h"
#include "sigspec.h"

#include <sys/time.h>

enum { MS = 1000, SECOND = 1000 * MS };

static volatile int calls;

static void
count(int sig, siginfo_t *info, void *context)
{
    (void)sig, (void)info, (void)context;
    calls++;
}

static long
set(int which, long value, long interval)
{
    struct itimerval it = { { interval / SECOND, interval % SECOND },
        { value / SECOND, value % SECOND } };

    return raw(NR_setitimer, which, P(&it), 0, 0);
}

/* What is left, in microseconds; *interval too, unless it is NULL. */
static long
left(int which, long *interval)
{
    struct itimerval it;

    memset(&it, 0xa5, sizeof(it));
    raw(NR_getitimer, which, P(&it), 0, 0);
    if (interval != NULL) {
        *interval = it.it_interval.tv_sec * SECOND + it.it_interval.tv_usec;
    }
    return it.it_value.tv_sec * SECOND + it.it_value.tv_usec;
}

/* Wait up to 8 s for SIGALRM, which is blocked. */
static long
wait_alarm(siginfo_t *info)
{
    static const struct timespec limit = { 8, 0 };
    unsigned long alarms = BIT(SIGALRM);

    return raw(NR_rt_sigtimedwait, P(&alarms), P(info), P(&limit), SET_SIZE);
}

static void
test_alarm(void)
{
    is(raw(NR_alarm, 0, 0, 0, 0), 0, "no alarm at first");
    is(raw(NR_alarm, 100, 0, 0, 0), 0, "none before this one");
    is(raw(NR_alarm, 50, 0, 0, 0), 100, "100 s were left, rounded");
    long rest = left(ITIMER_REAL, NULL);
    ok(rest > 40 * SECOND && rest <= 50 * SECOND, "getitimer: the same timer");
    set(ITIMER_REAL, 400 * MS, 0);
    is(raw(NR_alarm, 0, 0, 0, 0), 1, "less than half a second is a second");
    is(left(ITIMER_REAL, NULL), 0, "alarm(0) stops it");
    set(ITIMER_REAL, 10 * SECOND, 5 * SECOND);
    raw(NR_alarm, 20, 0, 0, 0);
    long interval;
    left(ITIMER_REAL, &interval);
    is(interval, 0, "alarm clears the interval");
    raw(NR_alarm, (long)0xffffffff, 0, 0, 0);
    ok(left(ITIMER_REAL, NULL) > 0, "as many seconds as there can be");
    raw(NR_alarm, 0, 0, 0, 0);
}

static void
test_real(void)
{
    siginfo_t info;
    long interval;

    mask(SIG_BLOCK, BIT(SIGALRM));
    set(ITIMER_REAL, 10 * MS, 0);
    is(wait_alarm(&info), SIGALRM, "ITIMER_REAL: SIGALRM");
    is(info.si_code, SI_KERNEL, "from the kernel");
    is(left(ITIMER_REAL, NULL), 0, "once: then it has stopped");
    set(ITIMER_REAL, 10 * MS, 20 * MS);
    for (int i = 0; i < 3; i++) {
        is(wait_alarm(&info), SIGALRM, "periodic: again and again");
    }
    nap(100);
    left(ITIMER_REAL, &interval);
    is(interval, 20 * MS, "the interval stays");
    is(take(BIT(SIGALRM), &info), SIGALRM, "missed ones are one signal");
    set(ITIMER_REAL, 0, 20 * MS);
    take(BIT(SIGALRM), &info);
    nap(50);
    is(take(BIT(SIGALRM), &info), -EAGAIN, "value 0 stops it");
    set(ITIMER_REAL, 30 * MS, 0);
    set(ITIMER_REAL, 10 * SECOND, 0);
    nap(60);
    is(take(BIT(SIGALRM), &info), -EAGAIN, "set again, for later: it waits");
    ok(left(ITIMER_REAL, NULL) > 5 * SECOND, "for that time");
    set(ITIMER_REAL, 60 * MS, 0);
    set(ITIMER_REAL, 80 * MS, 0);
    is(wait_alarm(&info), SIGALRM, "set again: it comes");
    send_self(SIGALRM);
    set(ITIMER_REAL, 1, 0);
    nap(20);
    is(take(BIT(SIGALRM), &info), SIGALRM, "kill's signal is pending");
    is(take(BIT(SIGALRM), &info), -EAGAIN, "and the timer's is the same");
    set(ITIMER_REAL, 1, 0);
    nap(20);
    set(ITIMER_REAL, 0, 0);
    is(take(BIT(SIGALRM), &info), SIGALRM, "stopping takes no signal back");
    mask(SIG_UNBLOCK, BIT(SIGALRM));
}

/* Use the processor in user mode until a handler has run so often. */
static void
spin_until(int wanted)
{
    while (calls < wanted) {
    }
}

static void
test_cpu(int which, int sig, const char *name)
{
    char text[80];

    calls = 0;
    act(sig, count, SA_SIGINFO, 0);
    set(which, 20 * MS, 10 * MS);
    spin_until(3);
    set(which, 0, 0);
    snprintf(text, sizeof(text), "%s: a handler runs again and again", name);
    ok(calls >= 3, text);
    set(which, 10 * SECOND, 0);
    long rest = left(which, NULL);
    snprintf(text, sizeof(text), "%s: what is left", name);
    ok(rest > 9 * SECOND && rest < 11 * SECOND, text);
    calls = 0;
    set(which, 200 * MS, 0);
    nap(400);
    snprintf(text, sizeof(text), "%s: stands still in a sleep", name);
    is(calls, 0, text);
    set(which, 0, 0);
}

static int
die(void *arg)
{
    (void)arg;
    set(ITIMER_REAL, MS, 0);
    nap(8000);
    return 9;
}

static int
look(void *arg)
{
    (void)arg;
    return left(ITIMER_REAL, NULL) != 0 || left(ITIMER_PROF, NULL) != 0;
}

static int
run_again(void *arg)
{
    char *argv[] = { arg, "exec", NULL };

    set(ITIMER_REAL, 100 * SECOND, 0);
    set(ITIMER_PROF, 100 * SECOND, 50 * SECOND);
    execv(arg, argv);
    return 9;
}

static void
test_family(char *self)
{
    set(ITIMER_REAL, 100 * SECOND, 0);
    set(ITIMER_PROF, 100 * SECOND, 0);
    exited(in_child(look, NULL), 0, "fork: the child has no timers");
    set(ITIMER_REAL, 0, 0);
    set(ITIMER_PROF, 0, 0);
    exited(in_child(run_again, self), 3, "exec keeps them");
    killed(in_child(die, NULL), SIGALRM, "by default, SIGALRM kills");
}

static void
test_errors(void)
{
    static struct itimerval bad = { { 0, 1000000 }, { 1, 0 } }, good;
    static struct itimerval negative = { { 0, 0 }, { -1, 0 } };
    const struct error_case cases[] = {
        { "setitimer", "which", NR_setitimer, { 3, P(&good) }, EINVAL },
        { "setitimer", "which", NR_setitimer, { -1, P(&good) }, EINVAL },
        { "setitimer", "a million us", NR_setitimer, { 0, P(&bad) }, EINVAL },
        { "setitimer", "below 0", NR_setitimer, { 0, P(&negative) }, EINVAL },
        { "setitimer", "new", NR_setitimer, { 0, 8 }, EFAULT },
        { "setitimer", "old", NR_setitimer, { 0, P(&good), 8 }, EFAULT },
        { "getitimer", "which", NR_getitimer, { 3, P(&good) }, EINVAL },
        { "getitimer", "value", NR_getitimer, { 0, 8 }, EFAULT },
    };

    ERROR_TABLE(cases);
}

int
main(int argc, char **argv)
{
    if (argc > 1) {
        return (left(ITIMER_REAL, NULL) > 90 * SECOND)
            + 2 * (left(ITIMER_PROF, NULL) > 90 * SECOND);
    }
    test_alarm();
    test_real();
    test_cpu(ITIMER_VIRTUAL, SIGVTALRM, "ITIMER_VIRTUAL");
    test_cpu(ITIMER_PROF, SIGPROF, "ITIMER_PROF");
    test_family(argv[0]);
    test_errors();
    return done();
}

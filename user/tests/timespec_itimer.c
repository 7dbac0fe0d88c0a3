/*
 * timespec_itimer.c: getitimer and setitimer: what is refused, and what that
 * changes; what the three timers say of themselves; intervals; and that the
 * virtual and the profiling timer count the use of a processor.
 *
 * seconds: 29
 */
#include "timespec.h"

#include <sys/mman.h>

static volatile int rings[65];
static const int signal_of[] = { SIGALRM, SIGVTALRM, SIGPROF };
static const char *const name_of[] = { "real", "virtual", "profiling" };

static void
ring(int sig, siginfo_t *info, void *context)
{
    (void)info;
    (void)context;
    rings[sig]++;
}

static long
set_raw(long which, long seconds, long us, long interval_s, long interval_us)
{
    const long timer[4] = { interval_s, interval_us, seconds, us };

    return raw(CALL_setitimer, which, P(timer), 0, 0);
}

static void
test_refused(void)
{
    char *page = mmap(NULL, 4096, PROT_READ, MAP_PRIVATE | MAP_ANONYMOUS,
        -1, 0);
    struct itimer_us old = { { 0, 0 }, { 0, 0 } };

    set_itimer(REAL, 500000000, 300000000);
    returns(raw(CALL_getitimer, 3, P(&old), 0, 0), -EINVAL, "no timer 3");
    returns(raw(CALL_getitimer, -1, P(&old), 0, 0), -EINVAL, "nor -1");
    returns(raw(CALL_getitimer, 3, 0, 0, 0), -EINVAL, "seen first");
    returns(raw(CALL_getitimer, REAL, 0, 0, 0), -EFAULT, "get: NULL");
    returns(raw(CALL_getitimer, PROF, P(page), 0, 0), -EFAULT, "read-only");
    returns(set_raw(3, 1, 0, 0, 0), -EINVAL, "set: no timer 3");
    returns(set_raw(-1, 1, 0, 0, 0), -EINVAL, "nor -1");
    returns(set_raw(REAL, 1, 1000000, 0, 0), -EINVAL,
        "a second of microseconds");
    returns(set_raw(REAL, 1, -1, 0, 0), -EINVAL, "a negative number of them");
    returns(set_raw(REAL, -1, 0, 0, 0), -EINVAL, "of seconds");
    returns(set_raw(REAL, 1, 0, 0, 1000000), -EINVAL, "in the interval, too");
    returns(set_raw(REAL, 1, 0, 0, -1), -EINVAL, "or less than 0");
    returns(set_raw(REAL, 1, 0, -1, 0), -EINVAL, "or seconds less than 0");
    returns(set_raw(VIRTUAL, 1, 1000000, 0, 0), -EINVAL, "virtual");
    returns(set_raw(PROF, 1, 0, 0, -1), -EINVAL, "profiling");
    returns(raw(CALL_setitimer, REAL, 1, 0, 0), -EFAULT, "set: address 1");
    returns(raw(CALL_setitimer, 3, 1, 0, 0), -EFAULT, "seen first");
    returns(raw(CALL_setitimer, 3, P(page), 1, 0), -EINVAL, "timer 3 again");
    is(raw(CALL_getitimer, REAL, P(&old), 0, 0), 0, "get is possible");
    ok(old.value.tv_sec > 400 && old.value.tv_sec < 500,
        "what was refused changed nothing");
    is(old.interval.tv_sec, 300, "nor the interval");
    returns(raw(CALL_setitimer, REAL, P(page), 1, 0), -EFAULT,
        "a bad place for the old value");
    is(left_of(REAL), 0, "but the new one is set");
    set_itimer(REAL, 500000000, 0);
    returns(raw(CALL_setitimer, REAL, P(page), P(page), 0), -EFAULT,
        "nor can it be read-only");
    munmap(page, 4096);
}

static void
test_values(long which)
{
    struct itimer_us set = { { 7, 5 }, { 5000, 3 } }, old;
    char name[64];
    long long left;

    memset(&old, 0xa5, sizeof(old));
    is(raw(CALL_setitimer, which, P(&set), P(&old), 0), 0, name_of[which]);
    ok(old.value.tv_sec == 0 && old.value.tv_usec == 0
           && old.interval.tv_sec == 0 && old.interval.tv_usec == 0,
        "it was not set");
    left = left_of(which);
    ok(left > 4000000000 && left <= 5000020000, "what is left");
    is(interval_of(which), 7000005, "the interval, exactly");
    set.value.tv_sec = 3000;
    set.interval.tv_usec = 0;
    is(raw(CALL_setitimer, which, P(&set), P(&old), 0), 0, "set again");
    left = old.value.tv_sec * 1000000LL + old.value.tv_usec;
    ok(left > 4000000000 && left <= 5000020000, "it says what was left");
    is(old.interval.tv_sec * 1000000LL + old.interval.tv_usec, 7000005,
        "and the interval");
    is(raw(CALL_setitimer, which, P(&set), P(&set), 0), 0, "in one place");
    ok(set.value.tv_sec > 2000 && set.value.tv_sec <= 3000,
        "read before it is written");
    is(set_itimer(which, 0, 7000000), 0, "without a value");
    is(left_of(which), 0, "it is not set");
    is(set_itimer(which, 1LL << 50, 0), 0, "thirty years");
    ok(left_of(which) > (1LL << 50) - 1000000000, "are kept");
    snprintf(name, sizeof(name), "the %s timer is ended", name_of[which]);
    is(set_itimer(which, 0, 0), 0, name);
    is(left_of(which), 0, "and it is");
    is(interval_of(which), 0, "without an interval");
}

/* Each sends its signal in intervals as long as the process computes. */
static void
test_interval(long which)
{
    char name[64];
    int sig = signal_of[which];
    long long start = clock_ns(MONOTONIC), used = clock_ns(PROCESS_CPU);

    act(sig, ring, SA_RESTART, 0);
    set_itimer(which, 30000, 10000);
    while (rings[sig] < 6) {
        spend(MS);
    }
    snprintf(name, sizeof(name), "six rings, %s", name_of[which]);
    ok(rings[sig] >= 6, name);
    if (which == REAL) {
        ok(clock_ns(MONOTONIC) - start >= 80 * MS, "not earlier than asked");
    } else {
        ok(clock_ns(PROCESS_CPU) - used >= 40 * MS, "not much too early");
    }
    is(interval_of(which), 10000, "the interval stays as it is");
    long long left = left_of(which);
    ok(left > 0 && left <= 20000, "no more than that is left");
    set_itimer(which, 0, 0);
    int before = rings[sig];
    spend(30 * MS);
    is(rings[sig], before, "when it is ended no more come");
    for (int other = 0; other < 3; other++) {
        if (other > which) {
            is(rings[signal_of[other]], 0, "nor others");
        }
    }
}

static void
test_sleeping(void)
{
    set_itimer(VIRTUAL, 1000000, 0);
    set_itimer(PROF, 1000000, 0);
    nap(300);
    ok(left_of(VIRTUAL) > 900000, "the virtual timer stands in a sleep");
    ok(left_of(PROF) > 900000, "so does the profiling one");
    for (int i = 0; i < 20 && left_of(VIRTUAL) >= 900000; i++) {
        spend(200 * MS); /* of which the kernel may have most */
    }
    ok(left_of(VIRTUAL) < 900000, "computing it goes on");
    ok(left_of(PROF) < 900000, "and so does the other");
    ok(left_of(PROF) <= left_of(VIRTUAL) + 20000,
        "profiling counts all, the virtual one a part");
    set_itimer(VIRTUAL, 0, 0);
    set_itimer(PROF, 0, 0);
}

/* In system calls: the profiling timer rings, the virtual one later. */
static void
test_calls(void)
{
    char *pages = mmap(NULL, 4 << 20, PROT_READ | PROT_WRITE,
        MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);
    int pipe_ends[2];

    pipe(pipe_ends);
    memset((void *)rings, 0, sizeof(rings));
    set_itimer(VIRTUAL, 80000, 0);
    set_itimer(PROF, 80000, 0);
    while (rings[SIGPROF] == 0) {
        raw(NR_write, pipe_ends[1], P(pages), 4096, 0);
        raw(NR_read, pipe_ends[0], P(pages), 4096, 0);
    }
    is(rings[SIGPROF], 1, "calls count for the profiling timer");
    is(rings[SIGVTALRM], 0, "less for the virtual one");
    ok(left_of(VIRTUAL) > 0, "of which something is left");
    set_itimer(VIRTUAL, 0, 0);
    munmap(pages, 4 << 20);
    close(pipe_ends[0]);
    close(pipe_ends[1]);
}

static void
test_info(void)
{
    siginfo_t info;

    mask(SIG_BLOCK, BIT(SIGVTALRM) | BIT(SIGPROF));
    for (int which = VIRTUAL; which <= PROF; which++) {
        set_itimer(which, 1000, 0);
        while ((pending_now() & BIT(signal_of[which])) == 0) {
            spend(MS);
        }
        is(left_of(which), 0, name_of[which]);
        memset(&info, 0xa5, sizeof(info));
        is(take(BIT(signal_of[which]), &info), signal_of[which], "its signal");
        is(info.si_code, SI_KERNEL, "from the kernel");
        is(info.si_pid, 0, "of no process");
    }
    is((long)pending_now(), 0, "nothing else came");
    mask(SIG_UNBLOCK, BIT(SIGVTALRM) | BIT(SIGPROF));
}

int
main(void)
{
    test_refused();
    for (long which = REAL; which <= PROF; which++) {
        test_values(which);
    }
    for (long which = REAL; which <= PROF; which++) {
        test_interval(which);
    }
    test_sleeping();
    test_calls();
    test_info();
    return done();
}

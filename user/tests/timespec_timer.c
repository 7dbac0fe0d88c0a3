/*
 * timespec_timer.c: timers that timer_create makes: what is refused, what
 * their signals say, intervals and overruns, absolute times, and that there
 * can be many. (What a deleted or newly set timer's pending signal becomes
 * differs between versions of Linux, and so is not tested.)
 *
 * seconds: 29
 */
#include "timerspec.h"

#include <sys/mman.h>
#include <sys/resource.h>

enum { RT = 40, MANY = 50, ENOTSUP_LINUX = 95 };

static const long clocks[] = {
    REALTIME, MONOTONIC, BOOTTIME, TAI, PROCESS_CPU, THREAD_CPU,
};
static const char *const clock_names[] = {
    "CLOCK_REALTIME", "CLOCK_MONOTONIC", "CLOCK_BOOTTIME", "CLOCK_TAI",
    "CLOCK_PROCESS_CPUTIME_ID", "CLOCK_THREAD_CPUTIME_ID",
};

static long
create(long clock, int notify, int sig, int thread)
{
    struct event event;
    int id = -1;

    memset(&event, 0, sizeof(event));
    event.notify = notify;
    event.sig = sig;
    event.thread = thread;
    event.value.sival_ptr = (void *)0x123456789abcdefUL;
    long result = raw(CALL_timer_create, clock, P(&event), P(&id), 0);
    return result < 0 ? result : id;
}

static void
refuses(long clock, int notify, int sig, int thread, const char *name)
{
    returns(create(clock, notify, sig, thread), -EINVAL, name);
}

static void
test_create_refused(void)
{
    struct event event;
    pid_t child = idle_child();
    int id = 77;

    memset(&event, 0, sizeof(event));
    event.sig = RT;
    refuses(99, BY_SIGNAL, RT, 0, "no clock 99");
    refuses(-1, BY_SIGNAL, RT, 0, "no clock -1");
    refuses(MONOTONIC, BY_SIGNAL, 0, 0, "signal 0");
    refuses(MONOTONIC, BY_SIGNAL, 65, 0, "signal 65");
    refuses(MONOTONIC, BY_SIGNAL, -1, 0, "signal -1");
    refuses(MONOTONIC, 3, RT, 0, "no way 3 to notify");
    refuses(MONOTONIC, 7, RT, 0, "nor 7");
    refuses(MONOTONIC, BY_THREAD_ID, RT, 0, "no thread 0");
    refuses(MONOTONIC, BY_THREAD_ID, RT, -1, "nor -1");
    refuses(MONOTONIC, BY_THREAD_ID, RT, child, "another's thread");
    refuses(MONOTONIC, BY_THREAD_ID, 65, getpid(), "to a thread: signal 65");
    returns(create(MONOTONIC_RAW, BY_SIGNAL, RT, 0), -ENOTSUP_LINUX,
        "no timers of the raw clock");
    returns(raw(CALL_timer_create, MONOTONIC, 1, P(&id), 0), -EFAULT,
        "a bad event");
    returns(raw(CALL_timer_create, MONOTONIC, P(&event), 0, 0), -EFAULT,
        "no place for the id");
    returns(raw(CALL_timer_create, 99, 1, P(&id), 0), -EFAULT,
        "the event is looked at before the clock");
    is(id, 77, "what fails writes no id");
    end_child(child);
}

static void
test_others_refused(void)
{
    struct itimer_ns value;
    long id = new_timer(MONOTONIC, RT, 0), gone = new_timer(MONOTONIC, RT, 0);

    memset(&value, 0, sizeof(value));
    value.value.tv_sec = 1000;
    ok(id >= 0 && gone >= 0 && id != gone, "two timers");
    returns(delete_timer(gone), 0, "one is deleted");
    returns(delete_timer(gone), -EINVAL, "once");
    returns(arm(gone, 0, SECOND, 0), -EINVAL, "settime: gone");
    returns(timer_left(gone), -EINVAL, "gettime: gone");
    returns(raw(CALL_timer_getoverrun, gone, 0, 0, 0), -EINVAL,
        "getoverrun: gone");
    returns(delete_timer(-1), -EINVAL, "no timer -1");
    returns(timer_left(0x7fffffff), -EINVAL, "nor so many");
    returns(raw(CALL_timer_settime, id, 0, 0, 0), -EINVAL, "settime: NULL");
    returns(raw(CALL_timer_settime, id, 0, 1, 0), -EFAULT, "a bad address");
    returns(raw(CALL_timer_gettime, id, 0, 0, 0), -EFAULT, "gettime: NULL");
    returns(raw(CALL_timer_gettime, gone, 0, 0, 0), -EINVAL,
        "the timer is looked for first");
    is(raw(CALL_timer_settime, id, 0, P(&value), 0), 0, "a thousand seconds");
    value.value.tv_sec = 5;
    value.value.tv_nsec = SECOND;
    returns(raw(CALL_timer_settime, id, 0, P(&value), 0), -EINVAL,
        "a second of nanoseconds");
    value.value.tv_nsec = -1;
    returns(raw(CALL_timer_settime, id, 0, P(&value), 0), -EINVAL, "-1");
    value.value.tv_nsec = 0;
    value.interval.tv_nsec = SECOND;
    returns(raw(CALL_timer_settime, id, 0, P(&value), 0), -EINVAL,
        "in the interval");
    value.interval.tv_nsec = 0;
    value.value.tv_sec = -1;
    returns(raw(CALL_timer_settime, id, 0, P(&value), 0), -EINVAL,
        "seconds less than 0");
    ok(timer_left(id) > 500 * SECOND, "what was refused changed nothing");
    value.value.tv_sec = 5000;
    returns(raw(CALL_timer_settime, id, 0, P(&value), 1), -EFAULT,
        "a bad place for the old value");
    ok(timer_left(id) > 4000 * SECOND, "but the new one is set");
    delete_timer(id);
}

/* The values: set, left, old. (Of a timer without notification, which is
 * ended by 0, Linux goes on to say what was left.) */
static void
test_values(void)
{
    struct itimer_ns set = { { 7, 9 }, { 5000, 3 } }, old;

    for (int i = 0; i < COUNT_OF(clocks); i++) {
        long id = create(clocks[i], BY_SIGNAL, RT, 0);
        memset(&old, 0xa5, sizeof(old));
        ok(id >= 0, clock_names[i]);
        is(timer_left(id), 0, "not set");
        is(raw(CALL_timer_settime, id, 0, P(&set), P(&old)), 0, "set");
        ok(ns_of(old.value) == 0 && ns_of(old.interval) == 0, "was not set");
        is(raw(CALL_timer_gettime, id, P(&old), 0, 0), 0, "asked");
        ok(ns_of(old.value) > 4000 * SECOND
               && ns_of(old.value) <= 5000 * SECOND + 3, "what is left");
        is(ns_of(old.interval), 7 * SECOND + 9, "the interval");
        is(raw(CALL_timer_settime, id, 0, P(&set), P(&set)), 0, "again");
        ok(ns_of(set.value) > 4000 * SECOND, "the old value");
        is(arm(id, 0, 0, 3 * SECOND), 0, "without a value");
        is(timer_left(id), 0, "it is ended");
        is(delete_timer(id), 0, "and deleted");
        set.value.tv_sec = 5000;
        set.value.tv_nsec = 3;
    }
}

static void
test_signal(void)
{
    struct timer_info info;
    int number = -1;
    long id = create(MONOTONIC, BY_SIGNAL, RT, 0);
    long long start = clock_ns(MONOTONIC);

    is(arm(id, 0, 20 * MS, 0), 0, "twenty milliseconds");
    memset(&info, 0xa5, sizeof(info));
    is(wait_for(BIT(RT), &info), RT, "its signal comes");
    ok(clock_ns(MONOTONIC) - start >= 20 * MS, "not earlier");
    is(info.sig, RT, "si_signo");
    is(info.code, SI_TIMER, "si_code");
    is(info.error, 0, "si_errno");
    is(info.id, id, "si_timerid");
    is(info.overrun, 0, "si_overrun");
    ok(info.value.sival_ptr == (void *)0x123456789abcdefUL, "si_value");
    is(raw(CALL_timer_getoverrun, id, 0, 0, 0), 0, "timer_getoverrun");
    is(timer_left(id), 0, "nothing is left");
    nap(30);
    is(take(~0UL, NULL), -EAGAIN, "it comes once");
    is(arm(id, 0, 1, 0), 0, "a nanosecond");
    is(wait_for(BIT(RT), NULL), RT, "it comes again");
    delete_timer(id);
    id = create(REALTIME, BY_THREAD_ID, RT + 1, getpid());
    arm(id, 0, MS, 0);
    memset(&info, 0xa5, sizeof(info));
    is(wait_for(BIT(RT + 1), &info), RT + 1, "to a thread");
    is(info.code, SI_TIMER, "si_code");
    is(info.id, id, "si_timerid");
    delete_timer(id);
    id = create(MONOTONIC, BY_NONE, 0, 0);
    arm(id, 0, MS, 0);
    while (timer_left(id) > 0) {
        nap(1);
    }
    is(take(~0UL, NULL), -EAGAIN, "without a notification nothing comes");
    arm(id, 0, 10 * SECOND, 0);
    ok(timer_left(id) > 0, "but it can be set again");
    delete_timer(id);
    is(raw(CALL_timer_create, MONOTONIC, 0, P(&number), 0), 0,
        "without an event");
    arm(number, 0, MS, 0);
    memset(&info, 0xa5, sizeof(info));
    is(wait_for(BIT(SIGALRM), &info), SIGALRM, "it is SIGALRM");
    is(info.code, SI_TIMER, "of a timer");
    is(info.value.sival_int, number, "with its id as value");
    delete_timer(number);
}

static void
test_overrun(void)
{
    struct timer_info info;
    long id = new_timer(MONOTONIC, RT, 1);
    long long start = clock_ns(MONOTONIC);

    arm(id, 0, 5 * MS, 2 * MS);
    for (int i = 0; i < 5; i++) {
        wait_for(BIT(RT), &info);
    }
    ok(clock_ns(MONOTONIC) - start >= 13 * MS, "an interval keeps its time");
    ok(info.overrun >= 0, "what is late is counted");
    long long left = timer_left(id);
    ok(left > 0 && left <= 2 * MS, "no more than the interval is left");
    arm(id, 0, 2 * MS, 2 * MS);
    take(BIT(RT), NULL);
    pass(MONOTONIC, 60 * MS);
    is((long)pending_now(), BIT(RT), "one pends of thirty");
    is(take(BIT(RT), (void *)&info), RT, "it is taken");
    ok(info.overrun >= 20, "it says how many it stands for");
    is(raw(CALL_timer_getoverrun, id, 0, 0, 0), info.overrun,
        "so does timer_getoverrun");
    arm(id, 0, 0, 0);
    take(BIT(RT), NULL);
    delete_timer(id);
}

static void
test_absolute(void)
{
    long id;

    for (int i = 0; i < 4; i++) {
        id = new_timer(clocks[i], RT, 0);
        long long end = clock_ns(clocks[i]) + 20 * MS;
        is(arm(id, ABSOLUTE, end, 0), 0, clock_names[i]);
        ok(timer_left(id) <= 20 * MS, "what is left is no moment");
        wait_for(BIT(RT), NULL);
        ok(clock_ns(clocks[i]) >= end, "at a moment, not before");
        is(arm(id, ABSOLUTE, 1, 0), 0, "a moment that is past");
        is(wait_for(BIT(RT), NULL), RT, "at once");
        is(arm(id, ABSOLUTE, 0, 0), 0, "moment 0 ends it");
        is(timer_left(id), 0, "and nothing is left");
        delete_timer(id);
    }
    id = new_timer(MONOTONIC, RT, 0);
    long long now = clock_ns(MONOTONIC);
    arm(id, ABSOLUTE, now + 5 * MS, 3 * MS);
    wait_for(BIT(RT), NULL);
    wait_for(BIT(RT), NULL);
    ok(clock_ns(MONOTONIC) >= now + 8 * MS, "then intervals follow");
    delete_timer(id);
    take(BIT(RT), NULL);
}

/* Set them all, in an order that is not theirs, before the first one ends. */
static void
arm_many(const long ids[MANY])
{
    long long base = 0;

    for (long long ahead = 50 * MS; clock_ns(MONOTONIC) >= base; ahead *= 2) {
        for (int i = 0; i < MANY; i++) {
            arm(ids[i], 0, 0, 0);
        }
        while (take(BIT(RT), NULL) > 0) {
        }
        base = clock_ns(MONOTONIC) + ahead;
        for (int i = 0; i < MANY; i++) {
            int place = i * 7 % MANY;
            arm(ids[place], ABSOLUTE, base + place * MS, 0);
        }
    }
}

static void
test_many(void)
{
    struct timer_info info;
    long ids[MANY];
    int distinct = 1, in_order = 1, each = 1, last = -1;
    char seen[MANY] = { 0 };

    for (int i = 0; i < MANY; i++) {
        ids[i] = new_timer(MONOTONIC, RT, i);
        for (int j = 0; j < i; j++) {
            distinct &= ids[i] != ids[j];
        }
    }
    ok(distinct, "fifty timers have fifty ids");
    arm_many(ids);
    for (int i = 0; i < MANY; i++) {
        wait_for(BIT(RT), &info);
        int value = info.value.sival_int;
        in_order &= value > last && info.id == ids[value];
        last = value;
        seen[value] = 1;
    }
    for (int i = 0; i < MANY; i++) {
        each &= seen[i] && delete_timer(ids[i]) == 0;
    }
    ok(each, "each sends its signal");
    ok(in_order, "the one that ends first is the first");
    is(take(~0UL, NULL), -EAGAIN, "and no others");
}

/* It gives the kernel no room for one more signal. */
static int
has_no_room(void *unused)
{
    struct rlimit limit = { 0, 0 };

    (void)unused;
    raw(NR_prlimit64, 0, 11, P(&limit), 0);
    return new_timer(MONOTONIC, RT, 0) == -EAGAIN ? 7 : 8;
}

/* Timers end with their process: it may leave them behind. */
static int
leaves_timers(void *unused)
{
    (void)unused;
    for (int i = 0; i < MANY; i++) {
        arm(new_timer(clocks[i % 6], SIGURG, i), 0, MS * (i + 1), MS);
    }
    spend(20 * MS);
    return 7;
}

int
main(void)
{
    mask(SIG_BLOCK, BIT(RT) | BIT(RT + 1) | BIT(SIGALRM));
    test_create_refused();
    test_others_refused();
    test_values();
    test_signal();
    test_overrun();
    test_absolute();
    test_many();
    exited(in_child(has_no_room, NULL), 7,
        "RLIMIT_SIGPENDING counts timers: EAGAIN");
    exited(in_child(leaves_timers, NULL), 7, "timers end with their process");
    return done();
}

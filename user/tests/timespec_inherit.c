/*
 * timespec_inherit.c: what fork, vfork, clone and exec keep of clocks, timers,
 * alarms and their signals; the numbers are those of POSIX's list for fork()
 * (sigspec_inherit.c has the others).
 *
 * seconds: 29
 * except: vfork=fork
 */
#include "timerspec.h"

#include "clone.h"

enum { RT = 40 };

static const char *self;
static long timer_id, other_id;
static volatile int rings;
static volatile int seen_by_clone;

static void
ring(int sig, siginfo_t *info, void *context)
{
    (void)sig;
    (void)info;
    (void)context;
    rings++;
}

static int
no_alarm(void *unused)
{
    (void)unused;
    return raw(CALL_alarm, 0, 0, 0, 0) == 0 ? 7 : 8;
}

static int
no_itimers(void *unused)
{
    int good = 1;

    (void)unused;
    for (long which = REAL; which <= PROF; which++) {
        good &= left_of(which) == 0 && interval_of(which) == 0;
    }
    return good ? 7 : 8;
}

static int
no_timers(void *unused)
{
    (void)unused;
    return timer_left(timer_id) == -EINVAL && timer_left(other_id) == -EINVAL
           && delete_timer(timer_id) == -EINVAL ? 7 : 8;
}

static int
no_clock(void *unused)
{
    struct rusage usage;

    (void)unused;
    raw(NR_getrusage, -1, P(&usage), 0, 0);
    return clock_ns(PROCESS_CPU) < 100 * MS && clock_ns(THREAD_CPU) < 100 * MS
           && used_ns(&usage) == 0 ? 7 : 8;
}

/* It sets timers of its own, and leaves them. */
static int
own_timers(void *unused)
{
    (void)unused;
    set_itimer(REAL, 5000, 5000);
    set_itimer(VIRTUAL, 7000000, 0);
    set_itimer(PROF, 7000000, 0);
    long id = new_timer(MONOTONIC, SIGURG, 0);
    arm(id, 0, MS, MS);
    return id >= 0 && left_of(VIRTUAL) > 0 ? 7 : 8;
}

/* What shares the memory is a process of its own all the same. */
static int
as_clone(void *unused)
{
    struct itimer_us timer;
    struct itimer_ns value;

    (void)unused;
    memset(&timer, 0, sizeof(timer));
    timer.value.tv_sec = 5;
    int good = raw(CALL_getitimer, REAL, P(&value), 0, 0) == 0
               && value.value.tv_sec == 0 && value.value.tv_nsec == 0
               && raw(CALL_timer_gettime, timer_id, P(&value), 0, 0) == -EINVAL
               && raw(CALL_setitimer, REAL, P(&timer), 0, 0) == 0;
    seen_by_clone = good ? 7 : 8;
    return seen_by_clone;
}

static void
set_all(void)
{
    for (long which = REAL; which <= PROF; which++) {
        set_itimer(which, 5000000000, 300000000);
    }
}

static void
test_fork(void)
{
    raw(CALL_alarm, 1000, 0, 0, 0);
    exited(in_child(no_alarm, NULL), 7, "7: a child has no alarm");
    ok(left_of(REAL) > 500000000, "7: its parent's goes on");
    set_all();
    exited(in_child(no_itimers, NULL), 7, "11: a child has no interval timers");
    for (long which = REAL; which <= PROF; which++) {
        ok(left_of(which) > 4000000000, "11: its parent's go on");
        is(interval_of(which), 300000000, "11: with the interval");
    }
    timer_id = new_timer(MONOTONIC, RT, 1);
    other_id = new_timer(PROCESS_CPU, RT, 2);
    arm(timer_id, 0, 1000 * SECOND, 0);
    arm(other_id, 0, 1000 * SECOND, 0);
    exited(in_child(no_timers, NULL), 7, "16: a child has no timers");
    ok(timer_left(timer_id) > 500 * SECOND, "16: its parent's go on");
    ok(timer_left(other_id) > 500 * SECOND, "16: of the CPU clock, too");
    spend(120 * MS);
    exited(in_child(no_clock, NULL), 7, "20: a child's CPU clock is at 0");
    exited(in_child(own_timers, NULL), 7, "a child can have its own");
    ok(left_of(REAL) > 4000000000, "its parent keeps the real one");
    ok(left_of(VIRTUAL) > 4000000000, "and the virtual one");
    is(take(~BIT(SIGCHLD), NULL), -EAGAIN, "and gets no signal of it");
}

/* What pends of a timer in the parent does not in the child. */
static int
no_pending(void *unused)
{
    (void)unused;
    return pending_now() == 0 ? 7 : 8;
}

static void
test_pending(void)
{
    long id = new_timer(MONOTONIC, RT + 1, 0);

    set_itimer(REAL, 1000, 0);
    arm(id, 0, MS, 0);
    while ((pending_now() & (BIT(SIGALRM) | BIT(RT + 1)))
           != (BIT(SIGALRM) | BIT(RT + 1))) {
        nap(1);
    }
    exited(in_child(no_pending, NULL), 7, "10: a child has none of what pends");
    is(take(BIT(SIGALRM), NULL), SIGALRM, "10: its parent has: of the alarm");
    is(take(BIT(RT + 1), NULL), RT + 1, "10: and of the timer");
    delete_timer(id);
}

static void
test_clone(void)
{
    set_all();
    pid_t pid = start(CLONE_VM, as_clone, NULL);
    is(ended(pid), 7, "CLONE_VM: no timers, but one of its own");
    is(seen_by_clone, 7, "though it shares the memory");
    ok(left_of(REAL) > 4000000000, "its parent's goes on");
    pid = vfork();
    if (pid == 0) {
        _exit(no_itimers(NULL));
    }
    is(ended(pid), 7, "vfork: no timers");
    ok(left_of(REAL) > 4000000000, "its parent's goes on");
}

/* While vfork's parent waits its alarm goes on; it comes then. */
static void
test_vfork(void)
{
    act(SIGALRM, ring, 0, 0);
    rings = 0;
    mask(SIG_UNBLOCK, BIT(SIGALRM));
    set_itimer(REAL, 10000, 0);
    pid_t pid = vfork();
    if (pid == 0) {
        struct timespec ts = { 0, 30 * MS };
        int before = rings;
        raw(NR_nanosleep, P(&ts), 0, 0, 0);
        raw(NR_exit, rings == before ? 7 : 8, 0, 0, 0);
    }
    is(ended(pid), 7, "a parent in vfork takes no alarm");
    while (rings == 0) {
        nap(1);
    }
    is(rings, 1, "but it comes then, once");
    mask(SIG_BLOCK, BIT(SIGALRM));
}

static int
executes(void *how)
{
    char *args[] = { (char *)self, how, NULL };
    long id = new_timer(MONOTONIC, SIGURG, 0);

    set_all();
    if (strcmp(how, "timers") == 0) {
        arm(id, 0, 1000 * SECOND, 0);
    } else if (strcmp(how, "pending") == 0) {
        set_itimer(REAL, 1000, 0);
        while ((pending_now() & BIT(SIGALRM)) == 0) {
            nap(1);
        }
    } else if (strcmp(how, "gone") == 0) {
        mask(SIG_BLOCK, BIT(SIGTERM));
        arm(new_timer(MONOTONIC, SIGTERM, 0), 0, 1, MS);
        arm(new_timer(BOOTTIME, SIGTERM, 0), 0, 30 * MS, MS);
    } else if (strcmp(how, "rings") == 0) {
        act(SIGALRM, TO_IGNORE, 0, 0);
        mask(SIG_UNBLOCK, BIT(SIGALRM));
        set_itimer(REAL, 100000, 0);
    } else if (strcmp(how, "ends") == 0) {
        act(SIGALRM, ring, 0, 0);
        set_itimer(REAL, 100000, 100000);
    }
    execv(self, args);
    return 8;
}

/* The program after exec, in each of the cases above. */
static int
after(const char *how)
{
    if (strcmp(how, "timers") == 0) {
        return left_of(REAL) > 4000000000 && left_of(VIRTUAL) > 4000000000
               && left_of(PROF) > 4000000000 && interval_of(REAL) == 300000000
               && interval_of(VIRTUAL) == 300000000
               && interval_of(PROF) == 300000000 ? 7 : 8;
    }
    if (strcmp(how, "none") == 0) {
        int none = 1;
        for (int id = 0; id < 1000; id++) {
            none &= timer_left(id) == -EINVAL;
        }
        return none ? 7 : 8;
    }
    if (strcmp(how, "pending") == 0) {
        return take(BIT(SIGALRM), NULL) == SIGALRM ? 7 : 8;
    }
    if (strcmp(how, "gone") == 0) {
        nap(50);
        mask(SIG_UNBLOCK, BIT(SIGTERM));
        return 7;
    }
    if (strcmp(how, "rings") == 0) {
        while (left_of(REAL) > 0) {
            nap(1);
        }
        return action_of(SIGALRM).handler == TO_IGNORE ? 7 : 8;
    }
    mask(SIG_UNBLOCK, BIT(SIGALRM));
    while (1) {
        nap(1000);
    }
}

static void
test_exec(void)
{
    exited(in_child(executes, "timers"), 7,
        "exec keeps the interval timers, and so the alarm");
    exited(in_child(executes, "none"), 7, "but not those of timer_create");
    exited(in_child(executes, "pending"), 7, "an alarm that pends still does");
    exited(in_child(executes, "gone"), 7,
        "those of timer_create no longer send anything");
    exited(in_child(executes, "rings"), 7, "an alarm is ignored if it was");
    killed(in_child(executes, "ends"), SIGALRM,
        "with a handler gone, it ends the new program");
}

int
main(int argc, char **argv)
{
    self = argv[0];
    if (argc > 1) {
        return after(argv[1]);
    }
    mask(SIG_SETMASK,
        BIT(SIGALRM) | BIT(RT) | BIT(RT + 1) | BIT(SIGCHLD));
    test_fork();
    while (take(BIT(SIGCHLD), NULL) > 0) {
    }
    test_pending();
    test_clone();
    test_vfork();
    test_exec();
    return done();
}

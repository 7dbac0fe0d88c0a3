/*
 * timespec_alarm.c: alarm, and that it is the real interval timer: what each
 * says of the other, what comes when it ends, what that interrupts, and what
 * becomes of an alarm that is ignored, blocked, or of a stopped process.
 *
 * seconds: 29
 */
#include "timespec.h"

static volatile int rings;
static volatile long long rang_at;
static int ends[2];

static long
set_alarm(unsigned long seconds)
{
    return raw(CALL_alarm, (long)seconds, 0, 0, 0);
}

static void
ring(int sig, siginfo_t *info, void *context)
{
    (void)sig;
    (void)info;
    (void)context;
    rang_at = clock_ns(MONOTONIC);
    rings++;
}

static void
test_values(void)
{
    struct itimer_us old;

    is(set_alarm(0), 0, "no alarm was set");
    is(set_alarm(1000), 0, "nor before this one");
    long left = set_alarm(2000);
    ok(left > 500 && left <= 1000, "the next returns what was left of it");
    left = set_alarm(0);
    ok(left > 1500 && left <= 2000, "0 returns that, too");
    is(set_alarm(0), 0, "and has ended it");
    is(left_of(REAL), 0, "getitimer says so");
    set_alarm(1000);
    ok(left_of(REAL) > 500000000 && left_of(REAL) <= 1000000000,
        "getitimer sees an alarm");
    is(interval_of(REAL), 0, "without an interval");
    is(left_of(VIRTUAL), 0, "the virtual timer is another");
    is(left_of(PROF), 0, "and the profiling one a third");
    is(set_itimer(REAL, 3000000000, 7000000), 0, "setitimer replaces it");
    left = set_alarm(1000);
    ok(left > 2500 && left <= 3000, "which alarm sees");
    is(interval_of(REAL), 0, "alarm ends the interval");
    struct itimer_us none = { { 0, 0 }, { 0, 0 } };
    is(raw(CALL_setitimer, REAL, P(&none), P(&old), 0), 0, "setitimer of 0");
    ok(old.value.tv_sec > 500 && old.value.tv_sec <= 1000,
        "returns what was left of the alarm");
    is(set_alarm(0), 0, "there is none");
    set_itimer(REAL, 400000, 0);
    is(set_alarm(0), 1, "less than a second is left: 1");
    set_alarm(0xffffffff);
    left = set_alarm(0);
    ok(left > 0xfffff000 && left <= 0xffffffff, "more than a century");
    set_alarm(0x100000002);
    left = set_alarm(0);
    is(left, 2, "a number of seconds has 32 bits");
}

static void
test_rings(void)
{
    unsigned long open_all = 0;
    siginfo_t info;
    long long start;

    act(SIGALRM, ring, 0, 0);
    mask(SIG_BLOCK, BIT(SIGALRM));
    start = clock_ns(MONOTONIC);
    is(set_alarm(1), 0, "an alarm in a second");
    is(raw(NR_rt_sigsuspend, P(&open_all), SET_SIZE, 0, 0), -EINTR,
        "ends sigsuspend");
    is(rings, 1, "the handler has run");
    ok(rang_at - start >= SECOND, "not before the second had passed");
    is(set_alarm(0), 0, "it was the only one");
    set_itimer(REAL, 1000, 0);
    memset(&info, 0xa5, sizeof(info));
    is(wait_for(BIT(SIGALRM), &info), SIGALRM, "who waits gets it");
    is(info.si_signo, SIGALRM, "si_signo");
    is(info.si_code, SI_KERNEL, "si_code: from the kernel");
    is(info.si_errno, 0, "si_errno");
    is(info.si_pid, 0, "si_pid: of no process");
    is(info.si_uid, 0, "si_uid: of no user");
    set_itimer(REAL, 1000, 1000);
    pass(MONOTONIC, 20 * MS);
    set_itimer(REAL, 0, 0);
    is(take(BIT(SIGALRM), &info), SIGALRM, "blocked, it pends");
    is(take(BIT(SIGALRM), &info), -EAGAIN, "once, of many times");
    is(rings, 1, "no handler has run");
    set_itimer(REAL, 1000, 0);
    while ((pending_now() & BIT(SIGALRM)) == 0) {
        nap(1);
    }
    is(left_of(REAL), 0, "while it pends nothing is left");
    is(set_alarm(0), 0, "alarm says that, too");
    is((long)pending_now(), BIT(SIGALRM), "and takes nothing back");
    mask(SIG_UNBLOCK, BIT(SIGALRM));
    is(rings, 2, "open again, the handler runs");
}

/* The timer goes off again and again, so that no ring is too early. */
static void
test_interrupts(void)
{
    struct timespec ts = { 1000, 0 }, left = { -1, -1 };
    char byte;

    set_itimer(REAL, 20000, 20000);
    is(raw(NR_pause, 0, 0, 0, 0), -EINTR, "an alarm ends pause");
    is(raw(NR_nanosleep, P(&ts), P(&left), 0, 0), -EINTR,
        "and nanosleep");
    ok(left.tv_sec >= 900 && left.tv_sec < 1000, "which says what is left");
    pipe(ends);
    is(raw(NR_read, ends[0], P(&byte), 1, 0), -EINTR, "a read of a pipe");
    is(raw(NR_wait4, -1, 0, 0, 0), -ECHILD, "not a wait for nobody");
    pid_t pid = idle_child();
    is(raw(NR_wait4, pid, 0, 0, 0), -EINTR, "a wait for a child");
    end_child(pid);
    set_itimer(REAL, 0, 0);
}

/* It writes after three rings of its parent's, which it sees as interrupts
 * that the read does not show. */
static void
ring_thrice(int sig, siginfo_t *info, void *context)
{
    ring(sig, info, context);
    if (rings == 3) {
        set_itimer(REAL, 0, 0);
        raw(NR_write, ends[1], P("r"), 1, 0);
    }
}

static void
test_restart(void)
{
    char byte = 0;

    rings = 0;
    act(SIGALRM, ring_thrice, SA_RESTART, 0);
    set_itimer(REAL, 5000, 5000);
    is(raw(NR_read, ends[0], P(&byte), 1, 0), 1,
        "with SA_RESTART the read goes on");
    is(byte, 'r', "until there is something");
    ok(rings >= 3, "three handlers later");
}

static int
ends_by(void *which)
{
    set_itimer((long)which, 1000, 0);
    while (getppid() > 0) {
    }
    return 8;
}

/* (Whether an interval goes on while nobody takes its signal is not tested:
 * on Linux it waits for that.) */
static int
ignores(void *unused)
{
    (void)unused;
    act(SIGALRM, TO_IGNORE, 0, 0);
    set_itimer(REAL, 1000, 0);
    while (left_of(REAL) != 0) {
        nap(1);
    }
    nap(5);
    int good = pending_now() == 0;
    rings = 0;
    act(SIGALRM, ring, 0, 0);
    nap(5);
    return good && rings == 0 ? 7 : 8;
}

static void
test_actions(void)
{
    act(SIGALRM, TO_DEFAULT, 0, 0);
    killed(in_child(ends_by, (void *)REAL), SIGALRM,
        "by default SIGALRM ends the process");
    killed(in_child(ends_by, (void *)VIRTUAL), SIGVTALRM, "SIGVTALRM, too");
    killed(in_child(ends_by, (void *)PROF), SIGPROF, "and SIGPROF");
    exited(in_child(ignores, NULL), 7,
        "ignored it is gone, and a later handler does not see it");
}

/* A child that stops with an alarm set; 0 if the alarm came first. */
static pid_t
stopped_child(long long us)
{
    int status;
    pid_t pid = must_fork();

    if (pid == 0) {
        set_itimer(REAL, us, 0);
        raise(SIGSTOP);
        while (1) {
            nap(1000);
        }
    }
    waitpid(pid, &status, WUNTRACED);
    return WIFSTOPPED(status) ? pid : 0;
}

static void
test_stopped(void)
{
    pid_t pid = 0;
    int status = 0;

    for (long long us = 10000; pid == 0 && us < 10000000; us *= 2) {
        pid = stopped_child(us);
        pass(MONOTONIC, us * 1000);
    }
    nap(20);
    is(waitpid(pid, &status, WNOHANG), 0, "stopped, it does not end by it");
    is(state_of(pid), 'T', "but stays as it is");
    kill(pid, SIGCONT);
    is(waitpid(pid, &status, 0), pid, "when it goes on, it ends");
    killed(status, SIGALRM, "by the alarm");
    pid = stopped_child(1000000000);
    kill(pid, SIGKILL);
    waitpid(pid, &status, 0);
    killed(status, SIGKILL, "one with an alarm can be killed");
}

int
main(void)
{
    test_values();
    test_rings();
    test_interrupts();
    test_restart();
    test_actions();
    test_stopped();
    return done();
}

/*
 * sleep_stop.c: signals that do not end a process do not move the end of its
 * sleep. A stopped process's sleep ends at its time, or at once if it is
 * continued later. Ignored or blocked signals change nothing.
 *
 * The best of TRIES decides how late a sleep may end: a busy machine
 * makes some of them longer, a wrong deadline makes all of them longer.
 */
#include "tap.h"

#include "clone.h"
#include "now.h"
#include <limits.h>
#include <sys/mman.h>

enum { TRIES = 5, STOPS = 40 };
#define MS 1000000L

static volatile long *at; /* begin and end of the sleep; shared */

/* A child that sleeps for so many ms; it exits with 1 if it slept as long. */
static pid_t
sleeper(long ms)
{
    struct timespec length = { ms / 1000, ms % 1000 * MS };
    pid_t pid = must_fork();

    if (pid == 0) {
        at[0] = now_ns();
        int result = nanosleep(&length, NULL);
        at[1] = now_ns();
        _exit(result == 0 && at[1] - at[0] >= ms * MS);
    }
    until_asleep(pid);
    return pid;
}

/* => its status: it has stopped, or has ended before that */
static int
stop(pid_t pid)
{
    int status = 0;

    kill(pid, SIGSTOP);
    waitpid(pid, &status, WUNTRACED);
    return status;
}

static int
good_end(pid_t pid)
{
    int status = 0;

    return waitpid(pid, &status, 0) == pid && status == 1 << 8;
}

/* Stop a sleeper for 250 ms, if it is still there, and wait for its end.
 * => when it went on */
static long
interrupt(pid_t pid, int *good)
{
    int status = stop(pid);
    long start = 0;

    if (WIFSTOPPED(status)) {
        nap(250);
        start = now_ns();
        kill(pid, SIGCONT);
        waitpid(pid, &status, 0);
    }
    *good += status == 1 << 8;
    return start;
}

/* Stopped for less time than it sleeps. => by how much it was late */
static long
stopped_within(int *good)
{
    interrupt(sleeper(400), good);
    return at[1] - at[0] - 400 * MS;
}

/* Its time comes while it is stopped. => how long it slept on after that */
static long
stopped_beyond(int *good)
{
    long start = interrupt(sleeper(200), good);

    return at[1] - start;
}

static void
best(long (*once)(int *), long most, const char *name, const char *late)
{
    long least = LONG_MAX;
    int good = 0, tries = 0;

    while (tries < TRIES && least >= most) {
        long time = once(&good);
        least = time < least ? time : least;
        tries++;
    }
    is(tries - good, 0, name);
    ok(least < most, late);
}

static void
test_many_stops(void)
{
    pid_t pid = sleeper(200);
    int status = stop(pid), stops = 0;

    while (WIFSTOPPED(status) && stops < STOPS) {
        stops++;
        kill(pid, SIGCONT);
        status = stops < STOPS ? stop(pid) : 0;
    }
    ok(status == 1 << 8 || good_end(pid), "many stops do not make it shorter");
}

static void
test_for_ever(void)
{
    struct timespec ever = { LONG_MAX, 0 };
    int status = 0;
    pid_t pid = must_fork();

    if (pid == 0) {
        nanosleep(&ever, NULL);
        _exit(1);
    }
    for (int i = 0; i < STOPS; i++) {
        stop(pid);
        kill(pid, SIGCONT);
        nap(1);
    }
    is(waitpid(pid, NULL, WNOHANG), 0, "a sleep for ever goes on after stops");
    kill(pid, SIGTERM);
    waitpid(pid, &status, 0);
    killed(status, SIGTERM, "until something ends it");
}

/* A child's end among them: SIGCHLD. */
static void
test_no_signals(void)
{
    static const int signals[] = { SIGCONT, SIGURG, SIGTERM, SIGUSR1 };
    sigset_t mask;

    sigemptyset(&mask);
    sigaddset(&mask, SIGUSR1);
    sigprocmask(SIG_BLOCK, &mask, NULL);
    signal(SIGTERM, SIG_IGN);
    pid_t pid = must_fork();
    if (pid == 0) {
        struct timespec length = { 0, 150 * MS }, left = { 77, 88 };
        if (must_fork() == 0) {
            nap(20);
            _exit(0);
        }
        long start = now_ns();
        int result = nanosleep(&length, &left);
        _exit(result == 0 && now_ns() - start >= 150 * MS
              && left.tv_sec == 77 && left.tv_nsec == 88
              && sigpending(&mask) == 0 && sigismember(&mask, SIGUSR1));
    }
    for (int i = 0; i < 16; i++) {
        kill(pid, signals[i % 4]);
        nap(2);
    }
    ok(good_end(pid), "ignored and blocked signals do not end a sleep");
    signal(SIGTERM, SIG_DFL);
    sigemptyset(&mask);
    sigprocmask(SIG_SETMASK, &mask, NULL);
}

int
main(void)
{
    at = mmap(NULL, 4096, PROT_READ | PROT_WRITE, MAP_SHARED | MAP_ANONYMOUS,
        -1, 0);
    best(stopped_within, 240 * MS, "stopped, it is not shorter",
        "nor longer by the time it was stopped");
    best(stopped_beyond, 150 * MS, "stopped beyond its end, the same",
        "and it ends as soon as it is continued");
    test_many_stops();
    test_for_ever();
    test_no_signals();
    return done();
}

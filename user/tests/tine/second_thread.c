/*
 * second_thread.c: a process with two threads exists until both have ended, in
 * either order; its status is the last one's, unless it ends as a whole.  The
 * second runs in the kernel only: /proc/tine/second.
 *
 * expect:
 * ok 1 - no other word is taken
 * ok 2 - a second thread
 * ok 3 - the second ends first: the first's status
 * ok 4 - the first ends, and the second follows it: the second's status
 * ok 5 - exit_group ends both: its status
 * ok 6 - a signal to the process ends both
 * ok 7 - two threads and a child: it goes to init, and the parent is told
 * ok 8 - the first has ended: nothing to wait for yet
 * ok 9 - it seems a zombie, as on Linux
 * ok 10 - the first's tid is still the process's
 * ok 11 - a signal finds the second, and ends the process
 * ok 12 - what it held is closed
 * ok 13 - the process is gone
 * ok 14 - a hundred of each
 * ok 15 - none of two hundred signals is left to a first that ends
 * 1..15
 */
#include "knob.h"

#include "../clone.h"

#include <sched.h>
#include <sys/syscall.h>

#define SECOND "/proc/tine/second"

/* => how many there are here, as proc(5) tells */
static int
threads(void)
{
    const char *at = strrchr(knob_get("/proc/self/stat"), ')');

    for (int field = 2; at != NULL && field < 20; field++) {
        at = strchr(at + 1, ' ');
    }
    return at != NULL ? atoi(at) : -1;
}

/* Let the first thread end, and only that. */
static void
end_thread(int status)
{
    syscall(SYS_exit, status);
}

static void
end_all(int status)
{
    _exit(status);
}

static void
kill_itself(int signal)
{
    kill(getpid(), signal);
    _exit(98); /* not reached: the signal comes first */
}

static void
leave_child(int status)
{
    if (must_fork() == 0) {
        _exit(0);
    }
    end_thread(status);
}

/* How a process ends that has a second thread by this word, and then does
 * last(status). */
static int
status_of(const char *word, void (*last)(int), int status)
{
    int got = -1;
    pid_t pid = must_fork();

    if (pid == 0) {
        if (knob_set(SECOND, word) != 0) {
            _exit(99);
        }
        while (word[0] == 'e' && threads() != 1) {
            sched_yield(); /* until the second has ended */
        }
        last(status);
    }
    waitpid(pid, &got, 0);
    return got;
}

static char
state_of(pid_t pid)
{
    char path[32];
    snprintf(path, sizeof(path), "/proc/%d/stat", (int)pid);
    const char *after = strrchr(knob_get(path), ')');
    return after != NULL ? after[2] : '-';
}

/* The second outlives the first until it is told to go. */
static void
first_ends_first(void)
{
    int ends[2], status = -1;
    char byte = '-';

    if (pipe(ends) != 0) {
        exit(1);
    }
    pid_t pid = must_fork();
    if (pid == 0) {
        close(ends[0]);
        if (knob_set(SECOND, "stays\n") == 0) {
            (void)!write(ends[1], "x", 1);
        }
        end_thread(3);
    }
    close(ends[1]);
    (void)!read(ends[0], &byte, 1);
    while (byte == 'x' && state_of(pid) == 'R') {
        sched_yield(); /* the first is on its way out */
    }
    is(waitpid(pid, &status, WNOHANG), 0,
       "the first has ended: nothing to wait for yet");
    is(state_of(pid), 'Z', "it seems a zombie, as on Linux");
    is(syscall(SYS_tgkill, pid, pid, 0), 0,
       "the first's tid is still the process's");
    kill(pid, SIGTSTP); /* no effect: no thread returns to user mode */
    kill(pid, SIGTERM);
    waitpid(pid, &status, 0);
    is(status, SIGTERM, "a signal finds the second, and ends the process");
    is(read(ends[0], &byte, 1), 0, "what it held is closed");
    close(ends[0]);
    ok(kill(pid, 0) == -1 && errno == ESRCH, "the process is gone");
}

static int
hundred(void)
{
    int good = 0;

    for (int i = 0; i < 100; i++) {
        good += status_of("ends\n", end_thread, i) == i << 8;
        good += status_of("follows\n", end_thread, i) == 0;
        good += status_of("stays\n", end_all, i) == i << 8;
    }
    return good;
}

/* A signal comes at about the time when the first thread ends. */
static int
races(void)
{
    int ended = 0;

    for (int i = 0; i < 200; i++) {
        int ends[2], status = 0;
        char byte;
        if (pipe(ends) != 0) {
            break;
        }
        pid_t pid = must_fork();
        if (pid == 0) {
            if (knob_set(SECOND, "stays\n") != 0
                || write(ends[1], "x", 1) != 1) {
                _exit(99);
            }
            for (volatile int n = 0; n < i * 20; n++) {
            }
            end_thread(3);
        }
        (void)!read(ends[0], &byte, 1);
        kill(pid, SIGTERM);
        waitpid(pid, &status, 0);
        ended += status == SIGTERM;
        close(ends[0]);
        close(ends[1]);
    }
    return ended;
}

int
main(void)
{
    ok(knob_set(SECOND, "sometimes\n") == -1 && errno == EINVAL,
       "no other word is taken");
    pid_t pid = must_fork();
    if (pid == 0) {
        _exit(knob_set(SECOND, "stays\n") == 0 && threads() == 2);
    }
    int status = 0;
    waitpid(pid, &status, 0);
    is(status, 1 << 8, "a second thread");
    is(status_of("ends\n", end_thread, 3), 3 << 8,
       "the second ends first: the first's status");
    is(status_of("follows\n", end_thread, 4), 0,
       "the first ends, and the second follows it: the second's status");
    is(status_of("stays\n", end_all, 5), 5 << 8,
       "exit_group ends both: its status");
    is(status_of("stays\n", kill_itself, SIGTERM), SIGTERM,
       "a signal to the process ends both");
    is(status_of("follows\n", leave_child, 6), 0,
       "two threads and a child: it goes to init, and the parent is told");
    first_ends_first();
    is(hundred(), 300, "a hundred of each");
    is(races(), 200,
       "none of two hundred signals is left to a first that ends");
    return done();
}

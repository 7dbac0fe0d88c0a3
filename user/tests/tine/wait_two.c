/*
 * wait_two.c: a thread in the kernel can wait for two events at once, and until
 * a time (/proc/tine/waits), as poll and select do.
 *
 * expect:
 * ok 1 - an event that is there is taken at once
 * ok 2 - each only once: it is late
 * ok 3 - woken for the first of two
 * ok 4 - for the second
 * ok 5 - a stop in between changes nothing
 * ok 6 - one event is for one of ten
 * ok 7 - and the others get theirs
 * ok 8 - a signal ends the wait
 * 1..8
 */
#include "knob.h"

#include "../clone.h"

#define WAITS "/proc/tine/waits"

/* A child that is asleep in its wait; its exit code is what it has read. */
static pid_t
waiter(void)
{
    pid_t pid = must_fork();

    if (pid == 0) {
        _exit(knob_get(WAITS)[0]);
    }
    until_asleep(pid);
    return pid;
}

static int
told(pid_t pid)
{
    int status = 0;

    waitpid(pid, &status, 0);
    return WIFEXITED(status) ? WEXITSTATUS(status) : -status;
}

int
main(void)
{
    pid_t pid;
    int sum = 0;

    knob_set(WAITS, "b\n");
    is_str(knob_get(WAITS), "b", "an event that is there is taken at once");
    knob_set(WAITS, "soon\n");
    is_str(knob_get(WAITS), "late", "each only once: it is late");
    knob_set(WAITS, "ever\n");
    pid = waiter();
    knob_set(WAITS, "a\n");
    is(told(pid), 'a', "woken for the first of two");
    pid = waiter();
    knob_set(WAITS, "b\n");
    is(told(pid), 'b', "for the second");
    pid = waiter();
    kill(pid, SIGSTOP);
    waitpid(pid, NULL, WUNTRACED);
    kill(pid, SIGCONT);
    until_asleep(pid);
    knob_set(WAITS, "b\n");
    is(told(pid), 'b', "a stop in between changes nothing");

    for (int i = 0; i < 10; i++) {
        pid = waiter();
    }
    knob_set(WAITS, "a\n");
    sum += told(-1) == 'a';
    is(waitpid(-1, NULL, WNOHANG), 0, "one event is for one of ten");
    for (int i = 0; i < 9; i++) {
        knob_set(WAITS, i % 2 ? "a\n" : "b\n");
        sum += told(-1) == (i % 2 ? 'a' : 'b');
    }
    is(sum, 10, "and the others get theirs");
    pid = waiter();
    kill(pid, SIGTERM);
    is(told(pid), -SIGTERM, "a signal ends the wait");
    return done();
}

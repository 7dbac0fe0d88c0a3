/*
 * check_again.c: reading /proc/tine/check stops every other processor for a
 * moment. Even if a process reads it again and again, the others make progress.
 *
 * seconds: 30
 * expect:
 * ok 1 - a child goes on between readings
 * ok 2 - all is well
 * 1..2
 */
#include "../smp/smp.h"
#include "counts.h"

#include <sched.h>
#include <signal.h>

enum { STEPS = 100, READINGS = 2 * STEPS };

int
main(void)
{
    int *count = shared(PAGE);
    int seen = 0, steps = 0;

    on_cpu(0);
    pid_t pid = must_fork();
    if (pid == 0) {
        on_cpu(1);
        for (;;) {
            add(count, 1);
        }
    }
    for (int i = 0; i < READINGS && steps < STEPS; i++) {
        sched_yield(); /* it may be on our processor */
        counts_read();
        int now = load(count);
        steps += now != seen;
        seen = now;
    }
    is(steps, STEPS, "a child goes on between readings");
    kill(pid, SIGKILL);
    waitpid(pid, NULL, 0);
    ok(counts_well(), "all is well");
    return done();
}

/*
 * sleep_exact.c: how long sleeps last. With the argument `ns` it prints that,
 * which is the same each time under --icount (tools/lib/hosttests_time.py).
 */
#include "tap.h"

#include "now.h"

static int print;

static void
sleeps(int count, long ns, const char *name)
{
    struct timespec length = { ns / 1000000000L, ns % 1000000000L };
    long start = now_ns();

    for (int i = 0; i < count; i++) {
        nanosleep(&length, NULL);
    }
    long time = now_ns() - start;
    if (print) {
        printf("%s %ld\n", name, time);
    } else {
        ok(time >= count * ns, name);
    }
}

/* Others, which compute or sleep all the time. */
static pid_t
companion(long ns)
{
    struct timespec length = { 0, ns };
    pid_t pid = must_fork();

    while (pid == 0) {
        if (ns > 0) {
            nanosleep(&length, NULL);
        }
    }
    return pid;
}

int
main(int argc, char **argv)
{
    pid_t pid[3];

    (void)argv;
    print = argc > 1;
    sleeps(1, 20000000, "one-20ms");
    sleeps(10, 300000, "ten-300us");
    sleeps(1, 9999999, "one-just-below-10ms");
    sleeps(1, 2500000000L, "one-2500ms");
    pid[0] = companion(0);
    sleeps(1, 1000000, "one-1ms-beside-one-who-computes");
    sleeps(20, 1300000, "twenty-1300us-beside-one-who-computes");
    pid[1] = companion(700000);
    pid[2] = companion(1000000);
    sleeps(20, 1300000, "twenty-1300us-beside-two-who-sleep-too");
    for (int i = 0; i < 3; i++) {
        kill(pid[i], SIGKILL);
        waitpid(pid[i], NULL, 0);
    }
    return print ? 0 : done();
}

/*
 * bomb_orphans.c: a bomb of orphans, which are children of pid 1, leaves the
 * last places to what pid 1 has started itself; and one kill ends it.
 * seconds: 30
 * modes: tree table page
 * except: own=always
 *
 * expect:
 * ok 1 - in the end fork fails
 * ok 2 - for orphans, while there are places for others
 * ok 3 - and for who did not come from pid 1
 * ok 4 - all is well
 * ok 5 - one signal to the group
 * ok 6 - ends them all
 * ok 7 - then fork works
 * ok 8 - and the frames are free again
 * 1..8
 */
#include "counts.h"

#include <sys/resource.h>

#define KEPT 8    /* places that are not for them */
#define SLACK 128 /* stacks, tables and pages that the kernel keeps */

static int
nothing(void *unused)
{
    (void)unused;
    return 3;
}

static void
sleep_on(void)
{
    for (;;) {
        nap(1000000);
    }
}

/* An orphan that forks until that fails, and tells so. */
static void
explode(int tell)
{
    setpgid(0, 0);
    if (fork() > 0) {
        _exit(0);
    }
    while (getppid() != 1) {
        nap(1);
    }
    for (;;) {
        pid_t pid = fork();
        if (pid == 0) {
            sleep_on();
        } else if (pid < 0) {
            write(tell, &errno, sizeof(errno));
            sleep_on();
        }
    }
}

static int
test(void)
{
    long free = counts_get("free"), processes = counts_find("processes");
    struct rlimit limit;
    int ends[2], error = 0, tries = 0;

    getrlimit(RLIMIT_NPROC, &limit); /* it is half of all places */
    pipe(ends);
    pid_t bomb = fork();
    if (bomb == 0) {
        explode(ends[1]);
    }
    waitpid(bomb, NULL, 0);
    read(ends[0], &error, sizeof(error));
    is(error, EAGAIN, "in the end fork fails");
    is((counts_get("processes") + KEPT) / 2, (long)limit.rlim_cur,
        "for orphans, while there are places for others");
    fails(fork(), EAGAIN, "and for who did not come from pid 1");
    ok(counts_well(), "all is well");
    is(kill(-bomb, SIGKILL), 0, "one signal to the group");
    while (counts_get("processes") > processes && tries++ < 1000) {
        nap(10);
    }
    is(counts_find("processes"), processes, "ends them all");
    exited(in_child(nothing, NULL), 3, "then fork works");
    while (counts_get("free") < free - SLACK && tries++ < 1000) {
        nap(10);
    }
    ok(counts_find("free") >= free - SLACK, "and the frames are free again");
    close(ends[0]);
    close(ends[1]);
    return done();
}

/* With an argument it becomes a shell, when the bomb has exploded. */
int
main(int argc, char **argv)
{
    int status, error, ends[2];

    if (argc > 1) {
        pipe2(ends, O_CLOEXEC);
        if (fork() == 0) {
            explode(ends[1]);
        }
        wait(NULL);
        read(ends[0], &error, sizeof(error));
        execlp(argv[1], argv[1], NULL);
    }
    pid_t pid = fork(); /* pid 1 may have started us */
    if (pid == 0) {
        return test();
    }
    waitpid(pid, &status, 0);
    return WEXITSTATUS(status);
}

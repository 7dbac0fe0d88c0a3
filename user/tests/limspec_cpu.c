/*
 * limspec_cpu.c: what RLIMIT_CPU does: SIGXCPU at the soft limit and each
 * second from then on, SIGKILL at the hard one, all in CPU time, which sleep
 * is not; what fork and exec keep.
 *
 * seconds: 60
 */
#include "limspec.h"

static const char *self;
static volatile int signals;

static void
note(int sig, siginfo_t *info, void *context)
{
    (void)sig;
    (void)info;
    (void)context;
    signals++;
}

static int
computes(void *unused)
{
    (void)unused;
    while (getppid() > 0) {
        for (volatile int i = 0; i < 20000; i++) {
        }
    }
    return 8;
}

static int
soft(void *unused)
{
    set_limit(CPU, 1, 100);
    return computes(unused);
}

/* At the soft limit it goes on; the hard one ends it, once it has had one
 * signal. */
static int
hard(void *end)
{
    act(SIGXCPU, note, 0, 0);
    set_limit(CPU, 1, 2);
    while (signals < 2) {
        spend(MS);
        if (signals == 1) {
            raw(NR_write, (long)end, P("s"), 1, 0);
            signals = 2;
        }
    }
    return computes(NULL);
}

static int
handled(void *unused)
{
    (void)unused;
    act(SIGXCPU, note, 0, 0);
    set_limit(CPU, 1, 100);
    nap(300);
    while (signals == 0) {
        spend(MS);
    }
    return clock_ns(PROCESS_CPU) >= 900 * MS ? 7 : 8;
}

/* It has used a good part of its second; what does exec make of that? */
static int
executes(void *unused)
{
    char *args[] = { (char *)self, "after", NULL };

    (void)unused;
    set_limit(CPU, 1, 100);
    spend(600 * MS);
    execv(self, args);
    return 8;
}

/* Its parent has used more than half a second: that is not its own. */
static int
forks(void *unused)
{
    (void)unused;
    set_limit(CPU, 1, 100);
    spend(600 * MS);
    pid_t pid = must_fork();
    if (pid == 0) {
        spend(600 * MS);
        _exit(limit_of(CPU).soft == 1 ? 7 : 8);
    }
    int status = 0;
    waitpid(pid, &status, 0);
    return WIFEXITED(status) && WEXITSTATUS(status) == 7 ? 7 : 8;
}

static int
already(void *unused)
{
    (void)unused;
    act(SIGXCPU, note, 0, 0);
    spend(1100 * MS);
    if (signals != 0) {
        return 8;
    }
    set_limit(CPU, 1, 100);
    while (signals == 0) {
        spend(MS);
    }
    return 7;
}

static int
ignores(void *unused)
{
    (void)unused;
    act(SIGXCPU, TO_IGNORE, 0, 0);
    set_limit(CPU, 1, 2);
    return computes(NULL);
}

/* How it ended, and how much it had used by then. */
static int
ended(int (*body)(void *), void *arg, long long *used)
{
    struct rusage usage;
    int status = -1;
    pid_t pid = must_fork();

    if (pid == 0) {
        _exit(body(arg));
    }
    wait4(pid, &status, 0, &usage);
    *used = used_ns(&usage);
    return status;
}

int
main(int argc, char **argv)
{
    long long used = 0;
    int ends[2];
    char byte = 0;

    self = argv[0];
    if (argc > 1) {
        return computes(NULL);
    }
    pipe(ends);
    killed(ended(soft, NULL, &used), SIGXCPU, "SIGXCPU at the soft limit");
    ok(used >= 900 * MS, "not earlier");
    killed(ended(hard, (void *)(long)ends[1], &used), SIGKILL,
        "SIGKILL at the hard one");
    ok(used >= 1900 * MS, "not earlier");
    close(ends[1]);
    is(read(ends[0], &byte, 1), 1, "SIGXCPU came before");
    killed(ended(ignores, NULL, &used), SIGKILL, "whoever ignores it");
    exited(ended(handled, NULL, &used), 7, "a handler runs, and one goes on");
    killed(ended(executes, NULL, &used), SIGXCPU, "exec keeps what was used");
    ok(used >= 900 * MS, "it does not end earlier");
    ok(used < 1500 * MS, "nor later");
    exited(ended(forks, NULL, &used), 7, "a child begins at 0");
    exited(ended(already, NULL, &used), 7, "a limit that is past counts, too");
    is(limit_of(CPU).soft == 1, 0, "all that was of children");
    return done();
}

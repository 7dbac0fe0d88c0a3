/*
 * kill.c: the targets of kill: a process, a group, the caller; its results; and
 * a deadly signal ends a process in any state: asleep, blocked or busy.
 */
#include "tap.h"

#include "raw.h"

static int pipe_ends[2];

static void
test_errors(void)
{
    pid_t pid = must_fork();
    if (pid == 0) {
        _exit(0);
    }
    is(kill(getpid(), 0), 0, "signal 0 to oneself only asks");
    is(kill(getppid(), 0), 0, "and to the parent");
    fails(kill(pid, 65), EINVAL, "signal 65");
    fails(kill(pid, -1), EINVAL, "signal -1");
    waitpid(pid, NULL, 0);
    fails(kill(pid, 0), ESRCH, "a pid that is gone");
    fails(kill(pid, SIGTERM), ESRCH, "with a signal too");
    fails(kill(-pid, SIGTERM), ESRCH, "a group that is not there");
    fails(kill(0x7fffffff, 65), ESRCH,
        "no such process comes before a bad signal");
    is(raw(NR_kill, -0x80000000L, 0, 0, 0), -ESRCH, "the group 2^31");
    is(raw(NR_tkill, getpid(), 0, 0, 0), 0, "tkill asks");
    is(raw(NR_tkill, 0, 0, 0, 0), -EINVAL, "tkill 0");
    is(raw(NR_tkill, -5, 0, 0, 0), -EINVAL, "tkill of a negative number");
    is(raw(NR_tkill, pid, 0, 0, 0), -ESRCH, "tkill of no process");
    is(raw(NR_tgkill, getpid(), getpid(), 0, 0), 0, "tgkill asks");
    is(raw(NR_tgkill, pid, getpid(), 0, 0), -ESRCH, "tgkill, another process");
    is(raw(NR_tgkill, 0, getpid(), 0, 0), -EINVAL, "tgkill with process 0");
}

static int
kills_self(void *unused)
{
    (void)unused;
    kill(getpid(), SIGTERM);
    return 1;
}

static int
tkills_self(void *unused)
{
    (void)unused;
    raw(NR_tkill, raw(NR_gettid, 0, 0, 0, 0), SIGUSR1, 0, 0);
    return 1;
}

static int
raises(void *unused)
{
    (void)unused;
    raise(SIGUSR2);
    return 1;
}

static int
kills_own_group(void *unused)
{
    (void)unused;
    setpgid(0, 0);
    kill(0, SIGINT);
    return 1;
}

static void
sleeps(void)
{
    nap(20000);
}

static void
reads(void)
{
    char c;
    read(pipe_ends[0], &c, 1);
}

static void
writes(void)
{
    static char much[200000];
    write(pipe_ends[1], much, sizeof(much));
}

static void
waits(void)
{
    if (must_fork() == 0) {
        nap(200);
        _exit(0);
    }
    wait(NULL);
}

static void
spins(void)
{
    volatile int on = 1;
    while (on) {
    }
}

static void
calls(void)
{
    while (getppid() > 0) {
    }
}

static void
yields(void)
{
    while (raw(NR_sched_yield, 0, 0, 0, 0) == 0) {
    }
}

static void
test_where(void)
{
    static const struct {
        const char *name;
        void (*body)(void);
    } places[] = {
        { "asleep", sleeps }, { "in the read of a pipe", reads },
        { "in the write of a pipe", writes }, { "in wait", waits },
        { "in a loop", spins }, { "in system calls", calls },
        { "in sched_yield", yields },
    };
    char name[64];
    int status;

    for (int i = 0; i < (int)(sizeof(places) / sizeof(places[0])); i++) {
        pid_t pid = must_fork();
        if (pid == 0) {
            places[i].body();
            _exit(1);
        }
        nap(30);
        kill(pid, i % 2 ? SIGTERM : SIGKILL);
        waitpid(pid, &status, 0);
        snprintf(name, sizeof(name), "killed %s", places[i].name);
        killed(status, i % 2 ? SIGTERM : SIGKILL, name);
    }
}

/* Three in a group of their own, one outside of it. */
static void
test_group(void)
{
    pid_t pids[4], group = 0;
    int good = 0, status = 0;

    for (int i = 0; i < 4; i++) {
        pids[i] = must_fork();
        if (pids[i] == 0) {
            nap(20000);
            _exit(1);
        }
        setpgid(pids[i], i < 3 ? group : 0);
        group = pids[0];
    }
    is(kill(-group, 0), 0, "a group can be asked for");
    is(kill(-group, SIGUSR1), 0, "a signal to it");
    for (int i = 0; i < 3; i++) {
        waitpid(pids[i], &status, 0);
        good += WIFSIGNALED(status) && WTERMSIG(status) == SIGUSR1;
    }
    is(good, 3, "ends all of its members");
    fails(kill(-group, SIGUSR1), ESRCH, "then there is no group");
    is(waitpid(pids[3], &status, WNOHANG), 0, "one outside lives");
    is(kill(pids[3], SIGKILL), 0, "until");
    waitpid(pids[3], &status, 0);
    killed(status, SIGKILL, "it is meant");
}

int
main(void)
{
    pipe(pipe_ends);
    test_errors();
    killed(in_child(kills_self, NULL), SIGTERM, "kill of oneself is at once");
    killed(in_child(tkills_self, NULL), SIGUSR1, "tkill too");
    killed(in_child(raises, NULL), SIGUSR2, "raise too");
    killed(in_child(kills_own_group, NULL), SIGINT, "kill 0: the own group");
    test_where();
    test_group();
    return done();
}

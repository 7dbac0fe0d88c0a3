/*
 * limspec_cpu.c: what RLIMIT_CPU does: SIGXCPU at the soft limit, SIGKILL at
 * the hard one, in CPU time, which sleep is not; what fork and exec keep.
 *
 * Linux samples the time that counts for this limit. The profiling timer is
 * of the same samples: it tells how much it is.
 *
 * seconds: 60
 */
#include "limspec.h"

static const char *self;
static volatile int signals;
static int ends[2];

static void
note(int sig, siginfo_t *info, void *context)
{
    (void)sig;
    (void)info;
    (void)context;
    signals++;
}

/* Measure what is used from here on, in ms. */
static void
begin(void)
{
    set_itimer(PROF, 1000000000, 0);
}

static long
used_ms(void)
{
    return 1000000 - (long)(left_of(PROF) / 1000);
}

static void
tell(int holds)
{
    raw(NR_write, ends[1], P(holds ? "y" : "n"), 1, 0);
}

static void
until_signal(void)
{
    signals = 0;
    while (signals == 0) {
        spend(MS);
    }
}

static int
computes(void)
{
    while (getppid() > 0) {
        for (volatile int i = 0; i < 20000; i++) {
        }
    }
    return 8;
}

/* A limit of one second, from begin to end. */
static int
lives(void *unused)
{
    int status = 0;

    (void)unused;
    begin();
    act(SIGXCPU, note, 0, 0);
    set_limit(CPU, 1, 100);
    pass(MONOTONIC, 1200 * MS);
    tell(signals == 0);
    until_signal();
    long used = used_ms();
    tell(used >= 950);
    tell(used < 1500);
    set_limit(CPU, 50, 100);
    signals = 0;
    spend(50 * MS);
    tell(signals == 0);
    set_limit(CPU, 1, 100);
    pid_t pid = must_fork();
    if (pid == 0) {
        signals = 0;
        spend(100 * MS);
        _exit(signals == 0 && has_limit(CPU, 1, 100) ? 7 : 8);
    }
    waitpid(pid, &status, 0);
    tell(WIFEXITED(status) && WEXITSTATUS(status) == 7);
    set_limit(CPU, 1, 100);
    until_signal();
    tell(used_ms() < 2000);
    act(SIGXCPU, TO_IGNORE, 0, 0);
    set_limit(CPU, 1, 1);
    return computes();
}

/* It has used a good part of its second; what does exec make of that? */
static int
executes(void *unused)
{
    char end[8], *args[] = { (char *)self, end, NULL };

    (void)unused;
    begin();
    set_limit(CPU, 1, 100);
    while (used_ms() < 600) {
        spend(MS);
    }
    snprintf(end, sizeof(end), "%d", ends[1]);
    execv(self, args);
    return 8;
}

static int
after(void)
{
    act(SIGXCPU, note, 0, 0);
    until_signal();
    long used = used_ms();
    tell(used >= 950);
    tell(used < 1500);
    act(SIGXCPU, TO_DEFAULT, 0, 0);
    set_limit(CPU, 1, 100);
    return computes();
}

/* What the child has told by its end. */
static char *
told(void)
{
    static char text[32];

    memset(text, 0, sizeof(text));
    raw(NR_write, ends[1], P("."), 1, 0);
    raw(NR_read, ends[0], P(text), sizeof(text) - 1, 0);
    return text;
}

int
main(int argc, char **argv)
{
    self = argv[0];
    if (argc > 1) {
        ends[1] = atoi(argv[1]);
        return after();
    }
    pipe(ends);
    int status = in_child(lives, NULL);
    const char *text = told();
    ok(text[0] == 'y', "a sleep longer than the limit is not counted");
    ok(text[1] == 'y', "SIGXCPU does not come before the soft limit");
    ok(text[2] == 'y', "nor long after it");
    ok(text[3] == 'y', "with a higher limit one goes on");
    ok(text[4] == 'y', "a child begins at 0, with its parent's limit");
    ok(text[5] == 'y', "a new limit that is past counts at once");
    killed(status, SIGKILL, "SIGKILL at the hard limit");
    status = in_child(executes, NULL);
    text = told();
    ok(text[0] == 'y', "after exec SIGXCPU does not come before the limit");
    ok(text[1] == 'y', "but what was used before counts");
    killed(status, SIGXCPU, "by default SIGXCPU ends the process");
    return done();
}

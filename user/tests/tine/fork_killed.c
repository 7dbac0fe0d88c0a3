/*
 * fork_killed.c: SIGKILL ends a fork that copies much: a parent that forks all
 * the time is killed, and what was copied for a child that never was is freed.
 *
 * seconds: 60
 * expect:
 * ok 1 - the counts can be read
 * ok 2 - fork=eager: each was killed
 * ok 3 - all frames are back
 * ok 4 - fork=page: each was killed
 * ok 5 - all frames are back
 * ok 6 - fork=table: each was killed
 * ok 7 - all frames are back
 * 1..7
 */
#include "counts.h"
#include "knob.h"

#include <sys/mman.h>

enum { ROUNDS = 8, PAGES = 4096 };

static int *forks;

static void
fork_forever(void)
{
    char *at = mmap(NULL, PAGES * 4096L, PROT_READ | PROT_WRITE,
        MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);

    for (long i = 0; i < PAGES; i++) {
        at[i * 4096] = 1;
    }
    for (;;) {
        pid_t pid = fork();
        if (pid == 0) {
            _exit(0);
        }
        waitpid(pid, NULL, 0);
        ++*forks;
    }
}

static int
round_of(int number)
{
    int status = -1, before = *forks;
    pid_t pid = must_fork();

    if (pid == 0) {
        fork_forever();
    }
    while (*(volatile int *)forks <= before) {
        nap(1);
    }
    nap(1 + number % 4);
    kill(pid, SIGKILL);
    waitpid(pid, &status, 0);
    return WIFSIGNALED(status) && WTERMSIG(status) == SIGKILL;
}

/* Wait until a count is as it was: a child without a parent ends by itself. */
static int
is_back(const char *name, long before)
{
    for (int n = 0; n < 500; n++) {
        if (counts_well() && counts_find(name) == before) {
            return 1;
        }
        nap(2);
    }
    return 0;
}

static void
test_mode(const char *mode, const char *name)
{
    int killed = 0;
    long alone = counts_get("processes");

    knob_set(FORK_KNOB, mode);
    killed += round_of(0); /* now all of our own pages have been written */
    is_back("processes", alone);
    long anon = counts_get("anon"), tables = counts_get("table");
    for (int i = 1; i < ROUNDS; i++) {
        killed += round_of(i);
    }
    is(killed, ROUNDS, name);
    ok(is_back("anon", anon) && is_back("table", tables),
        "all frames are back");
}

int
main(void)
{
    char before[16];

    snprintf(before, sizeof(before), "%s", knob_get(FORK_KNOB));
    counts_fd = open(COUNTS_FILE, O_RDONLY);
    forks = mmap(NULL, 4096, PROT_READ | PROT_WRITE,
        MAP_SHARED | MAP_ANONYMOUS, -1, 0);
    *forks = 0;
    ok(counts_well(), "the counts can be read"); /* and warms up printf */
    test_mode("eager", "fork=eager: each was killed");
    test_mode("page", "fork=page: each was killed");
    test_mode("table", "fork=table: each was killed");
    knob_set(FORK_KNOB, before);
    return done();
}

/*
 * fork_actions.c: a child has a copy of its parent's signal actions. Each
 * changes only its own, whichever changes first, and even if one has ended.
 */
#include "tap.h"

#define CHILDREN 30

static int
ignores(int sig)
{
    struct sigaction action;

    sigaction(sig, NULL, &action);
    return action.sa_handler == SIG_IGN;
}

/* SIGUSR1 is ignored, SIGUSR2 is not. */
static int
as_before(void)
{
    return ignores(SIGUSR1) && !ignores(SIGUSR2);
}

static int
changes(void *unused)
{
    int good = as_before();

    (void)unused;
    signal(SIGUSR1, SIG_DFL);
    signal(SIGUSR2, SIG_IGN);
    return good && !ignores(SIGUSR1) && ignores(SIGUSR2) ? 3 : 4;
}

/* Children die, with the parent's actions or with others. */
static void
test_many(void)
{
    int good = 0, kept = 1;

    for (int n = 0; n < CHILDREN; n++) {
        pid_t pid = must_fork();
        int status = 0;
        if (pid == 0) {
            _exit(n % 3 == 0 ? 3 : changes(NULL));
        }
        waitpid(pid, &status, 0);
        good += status == 0x300;
        kept &= as_before();
    }
    is(good, CHILDREN, "thirty children, most of which change them");
    ok(kept, "the parent never notices");
}

int
main(void)
{
    int gate[2], status = 0;
    char c;

    signal(SIGUSR1, SIG_IGN);
    pipe(gate);
    pid_t elder = must_fork();
    if (elder == 0) {
        close(gate[1]);
        read(gate[0], &c, 1);
        _exit(as_before() ? changes(NULL) : 5);
    }
    exited(in_child(changes, NULL), 3, "a child changes its parent's actions");
    ok(as_before(), "for itself alone");
    test_many();
    signal(SIGUSR1, SIG_DFL);
    signal(SIGUSR2, SIG_IGN);
    close(gate[0]);
    close(gate[1]);
    waitpid(elder, &status, 0);
    exited(status, 3, "a child keeps what its parent changes");
    ok(!ignores(SIGUSR1) && ignores(SIGUSR2), "and the parent what it chose");
    return done();
}

/*
 * reapers.c: on four processors families end from the middle: children exit
 * while their orphans move to a subreaper, and while that one ends itself, so
 * that they move again. Each process is waited for once, by the subreaper or by
 * the one above it; each orphan gets its death signal, and then already has
 * another parent.
 *
 * seconds: 60
 */
#include "smp.h"

#include <sys/prctl.h>

enum { WORKERS = 4, ROUNDS = 25, MIDDLES = 3, ORPHANS = 3,
    MEMBERS = MIDDLES * (1 + ORPHANS) };

static struct board {
    struct gate gate;
    int ready[WORKERS][MIDDLES]; /* orphans that have asked for the signal */
    int waited;                  /* members waited for, by anybody */
    int told;                    /* orphans that got the signal */
    int late;                    /* and that saw their old parent then */
} *board;

static pid_t first_parent;
static volatile int signals;

static void
on_death(int sig)
{
    (void)sig;
    if (signals++ == 0) {
        add(&board->told, 1);
        add(&board->late, getppid() == first_parent);
    }
}

static void
orphan(pid_t parent, int *ready, unsigned long seed)
{
    first_parent = parent;
    signal(SIGUSR1, on_death);
    on_cpu((int)pick(&seed, WORKERS));
    prctl(PR_SET_PDEATHSIG, SIGUSR1);
    add(ready, 1);
    for (unsigned n = 0; signals == 0; n++) {
        relax(n);
    }
    spin(pick(&seed, 8000));
    _exit(7);
}

static void
middle(int *ready, unsigned long seed)
{
    pid_t me = getpid();

    on_cpu((int)pick(&seed, WORKERS));
    for (int i = 0; i < ORPHANS; i++) {
        if (must_fork() == 0) {
            orphan(me, ready, seed + (unsigned long)i);
        }
    }
    await(ready, ORPHANS);
    spin(pick(&seed, 4000));
    _exit(7);
}

/* Wait for children, at most so many. => how many ended as they should */
static int
wait_for(int most, int options)
{
    int good = 0, status;

    while (most-- > 0) {
        pid_t pid = waitpid(-1, &status, options);
        if (pid < 0 || (pid == 0 && (options & WNOHANG) == 0)) {
            break;
        }
        good += pid > 0 && WIFEXITED(status) && WEXITSTATUS(status) == 7;
        if (pid == 0) {
            raw(NR_sched_yield, 0, 0, 0, 0);
        }
    }
    return good;
}

/* A subreaper, which waits a little, and leaves the rest to the one above. */
static void
near(int n, unsigned long seed)
{
    on_cpu(n);
    prctl(PR_SET_CHILD_SUBREAPER, 1);
    meet(&board->gate, WORKERS);
    for (int i = 0; i < MIDDLES; i++) {
        if (must_fork() == 0) {
            middle(&board->ready[n][i], seed * 31 + (unsigned long)i);
        }
    }
    add(&board->waited, wait_for((int)pick(&seed, 2 * MEMBERS),
        pick(&seed, 2) ? WNOHANG : 0));
    _exit(7);
}

int
main(void)
{
    int rounds = 0, total = 0, told = 0, late = 0;

    board = shared(sizeof(*board));
    prctl(PR_SET_CHILD_SUBREAPER, 1);
    for (int round = 0; round < ROUNDS; round++) {
        memset(board, 0, sizeof(*board));
        for (int n = 0; n < WORKERS; n++) {
            if (must_fork() == 0) {
                near(n, (unsigned long)(round * WORKERS + n + 1));
            }
        }
        int here = wait_for(WORKERS * (1 + MEMBERS), 0);
        int all = here + board->waited;
        rounds += all == WORKERS * (1 + MEMBERS) && no_child();
        total += all;
        told += board->told;
        late += board->late;
    }
    is(rounds, ROUNDS, "in each round each process is waited for");
    is(total, ROUNDS * WORKERS * (1 + MEMBERS), "once");
    is(told, ROUNDS * WORKERS * MIDDLES * ORPHANS,
        "each orphan hears of its parent's end");
    is(late, 0, "and has another parent then");
    return done();
}

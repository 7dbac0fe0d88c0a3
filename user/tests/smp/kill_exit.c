/*
 * kill_exit.c: SIGKILL meets a process that exits on another processor. Either
 * it exits with its own code, or it is killed. A process whose memory and files
 * are being freed already ignores the signal. Some have children, for which
 * init must then wait.
 *
 * seconds: 60
 */
#include "sweep.h"

enum { ROUNDS = 150, LIFE = 15000, CROWD = 6 };

static struct gate *gate;

/* => 1 it exited with this code, 0 it was killed, -1 neither */
static int
which_end(pid_t pid, int code)
{
    int status = 0;

    if (waitpid(pid, &status, 0) != pid) {
        return -1;
    }
    if (WIFEXITED(status)) {
        return WEXITSTATUS(status) == code ? 1 : -1;
    }
    return WTERMSIG(status) == SIGKILL ? 0 : -1;
}

/* A child with some memory, and sometimes a child of its own. */
static void
short_life(int round)
{
    char *memory = must_map(64 * PAGE, MAP_PRIVATE);

    on_cpu(1);
    for (int i = 0; i < 64; i++) {
        memory[i * PAGE] = 1;
    }
    if (round % 3 == 0 && must_fork() == 0) {
        on_cpu(2);
        spin(1000);
        _exit(0);
    }
    meet(gate, 2);
    spin(LIFE);
    _exit(5);
}

static int
race(struct sweep *sweep)
{
    struct family family;

    family_begin(&family);
    pid_t pid = must_fork();
    if (pid == 0 && sweep_before(sweep)) {
        sweep_hold();
    } else if (pid == 0) {
        short_life(sweep->n);
    } else if (!sweep_before(sweep)) {
        meet(gate, 2);
    }
    sweep_wait(sweep);
    int ordered = !sweep_after(sweep) || family_gone(&family);
    int sent = kill(pid, SIGKILL) == 0;
    int end = which_end(pid, 5);
    sweep_saw(sweep, end == 1);
    return family_end(&family) && end >= 0 && ordered && sent && no_child();
}

/* Several at once, each killed from the side by a sibling. Counts how they
 * ended; => whether all did in one of the two ways */
static int
crowd(int round, int ends[2])
{
    pid_t pid[CROWD];
    int good = 1;

    for (int i = 0; i < CROWD; i++) {
        pid[i] = must_fork();
        if (pid[i] == 0) {
            unsigned long seed = (unsigned long)(round * CROWD + i);
            on_cpu(i);
            meet(gate, CROWD);
            spin(pick(&seed, LIFE));
            if (i > 0) {
                kill(pid[i - 1], SIGKILL);
            }
            _exit(10 + i);
        }
    }
    for (int i = 0; i < CROWD; i++) {
        int end = which_end(pid[i], 10 + i);
        good &= end >= 0;
        ends[end == 1] += 1;
    }
    return good && no_child();
}

/* Its descriptors are closed, so it had called _exit. => whether its code
 * stands whatever is sent now */
static int
late(void)
{
    struct family family;
    int status = 0;

    family_begin(&family);
    pid_t pid = must_fork();
    if (pid == 0) {
        _exit(6);
    }
    int silent = family_end(&family);
    int sent = kill(pid, SIGKILL) == 0;
    return silent && sent && waitpid(pid, &status, 0) == pid
           && WIFEXITED(status) && WEXITSTATUS(status) == 6;
}

int
main(void)
{
    struct sweep sweep = { .end = 1000 };
    int raced = 1, crowds = 0, lates = 0, ends[2] = { 0 };

    gate = shared(sizeof(*gate));
    on_cpu(0);
    while (sweep.n < ROUNDS && raced) {
        raced = race(&sweep);
    }
    for (int round = 0; round < ROUNDS; round++) {
        crowds += crowd(round, ends);
        lates += late();
    }
    ok(raced, "killed about when it exits: one or the other");
    ok(sweep_had_both(&sweep), "killed before, exited before");
    is(crowds, ROUNDS, "siblings that kill each other and exit");
    ok(ends[1] >= ROUNDS, "the last one, which nobody kills, exits");
    is(lates, ROUNDS, "a process that began to exit is not killed");
    return done();
}

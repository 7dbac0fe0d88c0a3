/*
 * group_storm.c: on four processors parents make children, move them between
 * the same few groups, signal these groups and wait in every way, all at once.
 * Each child is waited for once, and has exited or been killed as planned. When
 * the last process has gone, no group is left.
 *
 * seconds: 60
 */
#include "smp.h"

enum { WORKERS = 4, ROUNDS = 60, BATCH = 8, GROUPS = 4 };

static struct board {
    struct gate gate;
    int group[GROUPS]; /* their numbers, of leaders that live to the end */
} *board;

/* A child that joins a group, perhaps leaves it for its own, and ends. */
static void
live(unsigned long seed)
{
    on_cpu((int)pick(&seed, WORKERS));
    setpgid(0, board->group[pick(&seed, GROUPS)]);
    spin(pick(&seed, 3000));
    if (pick(&seed, 2) == 0) {
        setpgid(0, 0);
    }
    if (pick(&seed, 4) == 0) {
        setsid();
    }
    spin(pick(&seed, 3000));
    _exit(7);
}

/* => whether it ended in one of the two ways */
static int
is_end(int status)
{
    return (WIFEXITED(status) && WEXITSTATUS(status) == 7)
           || (WIFSIGNALED(status) && WTERMSIG(status) == SIGUSR1);
}

/* Wait for one more of the batch, whichever it is, in one of four ways.
 * => its pid, if it ended well; 0: none there this way */
static pid_t
wait_some(unsigned long *seed, const pid_t *pid)
{
    pid_t whom[4] = { -1, 0, -board->group[pick(seed, GROUPS)],
        pid[pick(seed, BATCH)] };
    int way = (int)pick(seed, 4), status = 0;
    pid_t got = waitpid(whom[way], &status,
        way == 0 ? 0 : WNOHANG | (int)(pick(seed, 2) ? __WALL : 0));

    return got > 0 ? (is_end(status) ? got : -1) : 0;
}

/* => whether each of a batch was waited for once */
static int
batch(unsigned long *seed)
{
    pid_t pid[BATCH];
    int left = BATCH, good = 1;

    for (int i = 0; i < BATCH; i++) {
        pid[i] = must_fork();
        if (pid[i] == 0) {
            live(*seed + (unsigned long)i);
        }
        if (pick(seed, 4) != 0) {
            setpgid(pid[i], board->group[pick(seed, GROUPS)]);
        }
    }
    while (left > 0) {
        setpgid(pid[pick(seed, BATCH)], board->group[pick(seed, GROUPS)]);
        if (pick(seed, 4) == 0) {
            kill(-board->group[pick(seed, GROUPS)],
                pick(seed, 4) ? 0 : SIGUSR1);
        }
        pid_t got = wait_some(seed, pid);
        int found = 0;
        for (int i = 0; i < BATCH && got != 0; i++) {
            found += pid[i] == got;
            pid[i] = pid[i] == got ? getppid() : pid[i]; /* no child of ours */
        }
        good &= got == 0 || found == 1;
        left -= got != 0;
        raw(NR_sched_yield, 0, 0, 0, 0);
    }
    return good && no_child();
}

static int
worker(int n)
{
    unsigned long seed = (unsigned long)n + 1;
    int good = 0;

    on_cpu(n);
    meet(&board->gate, WORKERS);
    for (int round = 0; round < ROUNDS; round++) {
        good += batch(&seed);
    }
    return good;
}

/* A process that leads a group to the end, and ignores the group's signals. */
static pid_t
leader(void)
{
    pid_t pid = must_fork();

    if (pid == 0) {
        signal(SIGUSR1, SIG_IGN);
        setpgid(0, 0);
        meet(&board->gate, 2);
        while (1) {
            nap(20000);
        }
    }
    meet(&board->gate, 2);
    return pid;
}

int
main(void)
{
    pid_t workers[WORKERS];
    int good = 0, there = 0, gone = 0;

    board = shared(sizeof(*board));
    for (int i = 0; i < GROUPS; i++) {
        board->group[i] = leader();
    }
    for (int i = 0; i < WORKERS; i++) {
        workers[i] = must_fork();
        if (workers[i] == 0) {
            _exit(worker(i));
        }
    }
    for (int i = 0; i < WORKERS; i++) {
        good += code_of(workers[i]);
    }
    is(good, WORKERS * ROUNDS, "each child of each batch ends once");
    for (int i = 0; i < GROUPS; i++) {
        pid_t pid = board->group[i];
        there += kill(-pid, 0) == 0 && waitpid(pid, NULL, WNOHANG) == 0;
        kill(-pid, SIGKILL);
        gone += waitpid(-pid, NULL, 0) == pid && kill(-pid, 0) == -1
                && errno == ESRCH;
    }
    is(there, GROUPS, "the groups are there with their leaders");
    is(gone, GROUPS, "and gone after them");
    ok(no_child(), "nobody is left");
    return done();
}

/*
 * kill_fork.c: SIGKILL meets a process that forks all the time, after delays
 * of many lengths. It dies of that signal and of nothing else; its children
 * go on; and a signal to the group leaves nobody behind, not even a child
 * that was being made just then.
 *
 * seconds: 60
 */
#include "smp.h"

enum { ROUNDS = 120, STEP = 400, BOMB_DEPTH = 5 };

/* Fork until killed; the children end by themselves. */
static void
fork_forever(void)
{
    for (;;) {
        pid_t pid = must_fork();
        if (pid == 0) {
            spin(2000);
            _exit(3);
        }
        if (code_of(pid) != 3) {
            _exit(4);
        }
    }
}

/* The children fork too, to some depth, and none ends by itself. */
static void
fork_bomb(int *count)
{
    for (int depth = 0; depth < BOMB_DEPTH; depth++) {
        must_fork();
        add(count, 1);
    }
    for (;;) {
        raw(NR_sched_yield, 0, 0, 0, 0);
    }
}

static int
killed_one(int round)
{
    struct family family;
    int status = 0;

    family_begin(&family);
    pid_t pid = must_fork();
    if (pid == 0) {
        fork_forever();
    }
    spin(round * STEP);
    kill(pid, SIGKILL);
    pid_t got = waitpid(pid, &status, 0);
    return family_end(&family) && got == pid && WIFSIGNALED(status)
           && WTERMSIG(status) == SIGKILL && no_child();
}

static int
killed_group(int round, int *count)
{
    struct family family;
    int status = 0;

    family_begin(&family);
    store(count, 0);
    pid_t pid = must_fork();
    if (pid == 0) {
        setpgid(0, 0);
        add(count, 1);
        fork_bomb(count);
    }
    for (unsigned n = 0; load(count) == 0; n++) {
        relax(n); /* not before it has its group */
    }
    spin(round * STEP);
    kill(-pid, SIGKILL);
    pid_t got = waitpid(pid, &status, 0);
    return family_end(&family) && got == pid && WIFSIGNALED(status)
           && WTERMSIG(status) == SIGKILL && no_child();
}

int
main(void)
{
    int *count = shared(PAGE);
    int one = 0, group = 0;

    while (one < ROUNDS && killed_one(one)) {
        one++;
    }
    is(one, ROUNDS, "killed while it forks: SIGKILL, and its children end");
    while (group < ROUNDS && killed_group(group, count)) {
        group++; /* who is left over would disturb the rest */
    }
    is(group, ROUNDS, "a group killed while all of it forks: nobody is left");
    return done();
}

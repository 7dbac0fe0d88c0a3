/*
 * kill_exit.c: SIGKILL meets a process that exits. It either exited with its
 * own code or was killed; whose memory and files are being taken down hears
 * no more of it. Some have children, which somebody else must bury.
 *
 * seconds: 60
 */
#include "smp.h"

enum { ROUNDS = 150, STEP = 150, CROWD = 6 };

/* => whether the child ended in one of the two ways */
static int
either(pid_t pid, int code)
{
    int status = 0;

    if (waitpid(pid, &status, 0) != pid) {
        return 0;
    }
    return WIFSIGNALED(status) ? WTERMSIG(status) == SIGKILL
                               : WIFEXITED(status)
                                     && WEXITSTATUS(status) == code;
}

/* A child with some memory, and sometimes a child of its own. */
static void
short_life(struct gate *gate, int round)
{
    char *memory = must_map(64 * PAGE, MAP_PRIVATE);

    for (int i = 0; i < 64; i++) {
        memory[i * PAGE] = 1;
    }
    if (round % 3 == 0 && must_fork() == 0) {
        spin(1000);
        _exit(0);
    }
    meet(gate, 2);
    spin(round % 7 * STEP);
    _exit(5);
}

static int
race(struct gate *gate, int round)
{
    struct family family;

    family_begin(&family);
    pid_t pid = must_fork();
    if (pid == 0) {
        short_life(gate, round);
    }
    meet(gate, 2);
    spin(round * STEP);
    int sent = kill(pid, SIGKILL) == 0;
    int good = either(pid, 5);
    return family_end(&family) && good && sent && no_child();
}

/* Several at once, each killed from the side by a sibling. */
static int
crowd(int round)
{
    pid_t pid[CROWD];
    int good = 1;

    for (int i = 0; i < CROWD; i++) {
        pid[i] = must_fork();
        if (pid[i] == 0) {
            spin((round + i) * STEP);
            if (i > 0) {
                kill(pid[i - 1], SIGKILL);
            }
            _exit(10 + i);
        }
    }
    for (int i = 0; i < CROWD; i++) {
        good &= either(pid[i], 10 + i);
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
    struct gate *gate = shared(sizeof(*gate));
    int raced = 0, crowds = 0, lates = 0;

    for (int round = 0; round < ROUNDS; round++) {
        raced += race(gate, round);
        crowds += crowd(round);
        lates += late();
    }
    is(raced, ROUNDS, "killed about when it exits: one or the other");
    is(crowds, ROUNDS, "siblings that kill each other and exit");
    is(lates, ROUNDS, "who has begun to exit is not killed any more");
    return done();
}

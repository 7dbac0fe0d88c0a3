/*
 * sysv_undo.c: SEM_UNDO: what the end of a process gives back; that fork does
 * not inherit it and exec keeps it; who shares it (CLONE_SYSVSEM), and stops to
 * (unshare).
 */
#include "sysv.h"

#include <sched.h>

static int id;

static int
take(void *arg)
{
    (void)arg;
    return sem_do(id, 0, -2, SEM_UNDO) != 0 || sem_do(id, 1, 3, SEM_UNDO) != 0;
}

static int
take_and_fork(void *arg)
{
    int bad = take(arg);
    bad |= in_child(take, arg) != 0;
    /* The child's have been undone, and ours not. */
    return bad || sem_value(id, 0) != 8 || sem_value(id, 1) != 3;
}

static int
take_and_die(void *arg)
{
    take(arg);
    kill(getpid(), SIGKILL);
    return 99;
}

static int
take_and_exec(void *arg)
{
    char digits[16];
    take(arg);
    snprintf(digits, sizeof(digits), "%d", id);
    execl("/proc/self/exe", "again", digits, NULL);
    return 99;
}

static void
at_the_end(void)
{
    sem_set(id, 0, 10);
    sem_set(id, 1, 0);
    exited(in_child(take, NULL), 0, "a child takes 2, adds 3, and ends");
    ok(sem_value(id, 0) == 10 && sem_value(id, 1) == 0, "both are undone");
    exited(in_child(take_and_fork, NULL), 0,
           "a child's child has only its own to undo");
    ok(sem_value(id, 0) == 10 && sem_value(id, 1) == 0, "the child, too");
    killed(in_child(take_and_die, NULL), SIGKILL, "one is killed");
    ok(sem_value(id, 0) == 10 && sem_value(id, 1) == 0, "nothing stays");
    exited(in_child(take_and_exec, NULL), 8, "exec undoes nothing");
    is(sem_value(id, 0), 10, "but the end of that program does");
}

static int
take_then_set(void *arg)
{
    return take(arg) || sem_set(id, 0, 4) != 0;
}

static int
give_then_taken(void *arg)
{
    (void)arg;
    return sem_do(id, 1, 3, SEM_UNDO) != 0 || sem_do(id, 1, -2, 0) != 0;
}

static int
too_far(void *arg)
{
    (void)arg;
    int bad = sem_do(id, 1, 32767, SEM_UNDO) != 0;
    bad |= sem_do(id, 1, -32767, 0) != 0;
    bad |= sem_do(id, 1, 2, SEM_UNDO) == 0 || errno != ERANGE;
    return bad || sem_value(id, 1) != 0;
}

static void
limits(void)
{
    exited(in_child(take_then_set, NULL), 0, "SETVAL after it");
    ok(sem_value(id, 0) == 4 && sem_value(id, 1) == 0,
       "leaves nothing to undo there");
    exited(in_child(give_then_taken, NULL), 0, "3 are given, 2 taken");
    is(sem_value(id, 1), 0, "undone as far as it goes, to 0");
    exited(in_child(too_far, NULL), 0, "more than can be kept: ERANGE");
    is(sem_value(id, 1), 0, "and none of it done");
}

/* A child waits for what the end of another one gives back. */
static int
wait_for_ten(void *arg)
{
    (void)arg;
    return sem_do(id, 0, -10, 0) != 0;
}

static void
waking(void)
{
    int gate[2];
    char byte = 0;
    sem_set(id, 0, 10);
    ok(pipe(gate) == 0, "a pipe");
    pid_t holder = must_fork();
    if (holder == 0) {
        close(gate[1]);
        take(NULL);
        _exit(read(gate[0], &byte, 1) != 0);
    }
    for (int i = 0; i < 5000 && sem_value(id, 1) != 3; i++) {
        nap(1);
    }
    pid_t waiting = must_fork();
    if (waiting == 0) {
        close(gate[1]);
        _exit(wait_for_ten(NULL));
    }
    sem_until(id, 0, GETNCNT, 1);
    is(sem_value(id, 0), 8, "one has 2 of 10, one waits for 10");
    close(gate[1]);
    int status;
    waitpid(holder, &status, 0);
    waitpid(waiting, &status, 0);
    exited(status, 0, "the end of the first lets the other go on");
    is(sem_value(id, 0), 0, "which has taken them");
    close(gate[0]);
}

/* ---- CLONE_SYSVSEM ---- */

static int
shared_take(void *arg)
{
    (void)arg;
    return take(NULL);
}

static int
unshared_take(void *arg)
{
    (void)arg;
    return unshare(CLONE_SYSVSEM) != 0 || take(NULL);
}

static int
run_clone(int (*body)(void *), int flags)
{
    static char stack[16384] __attribute__((aligned(16)));
    int status = -1;
    pid_t pid = clone(body, stack + sizeof(stack), flags | SIGCHLD, NULL);
    waitpid(pid, &status, 0);
    return status;
}

static int
with_a_sharer(void *arg)
{
    (void)arg;
    int bad = run_clone(shared_take, CLONE_SYSVSEM) != 0;
    return bad || sem_value(id, 0) != 8 || sem_value(id, 1) != 3;
}

static int
with_one_that_unshares(void *arg)
{
    (void)arg;
    int bad = sem_do(id, 1, 5, SEM_UNDO) != 0;
    bad |= run_clone(unshared_take, CLONE_SYSVSEM) != 0;
    return bad || sem_value(id, 0) != 10 || sem_value(id, 1) != 5;
}

static int
unshare_alone(void *arg)
{
    (void)arg;
    int bad = take(NULL) || unshare(CLONE_SYSVSEM) != 0;
    return bad || sem_value(id, 0) != 10;
}

static void
sharing(void)
{
    sem_set(id, 0, 10);
    sem_set(id, 1, 0);
    exited(in_child(with_a_sharer, NULL), 0,
           "CLONE_SYSVSEM: one ends, nothing is undone");
    ok(sem_value(id, 0) == 10 && sem_value(id, 1) == 0,
       "until the last one ends");
    exited(in_child(with_one_that_unshares, NULL), 0,
           "one that unshares has its own");
    is(sem_value(id, 1), 0, "all is undone");
    exited(in_child(unshare_alone, NULL), 0, "the last one unshares: undone");
    is(sem_value(id, 0), 10, "once");
}

int
main(int argc, char **argv)
{
    if (argc > 1) {
        id = atoi(argv[1]);
        return sem_value(id, 0);
    }
    id = semget(IPC_PRIVATE, 2, 0600);
    at_the_end();
    limits();
    waking();
    sharing();
    semctl(id, 0, IPC_RMID);
    return done();
}

/*
 * fork_share.c: under fork=share, fork is vfork by another name: the child
 * runs in its parent's memory, on its stack, while the parent waits. So a
 * child here only stores, sleeps, and leaves by _exit or exec.
 *
 * expect:
 * ok 1 - the word can be set
 * ok 2 - the parent waits for the child
 * ok 3 - and finds what it wrote: on the stack
 * ok 4 - in data
 * ok 5 - and in the heap
 * ok 6 - the child had another pid
 * ok 7 - wait finds it
 * ok 8 - the parent goes on when the child executes a program
 * ok 9 - what it wrote before stays
 * ok 10 - descriptors are not shared
 * ok 11 - a child that is killed lets the parent go on
 * ok 12 - it costs no table
 * ok 13 - set as it was
 * ok 14 - memory is each one's own again
 * ok 15 - all is well
 * 1..15
 */
#include "counts.h"
#include "knob.h"

static volatile int shared;

static int
status_of(pid_t pid)
{
    int status = -1;
    waitpid(pid, &status, 0);
    return status;
}

static void
test_store(void)
{
    volatile int local = 1, child = 0;
    volatile int *block = malloc(sizeof(*block));

    *block = shared = 1;
    pid_t pid = fork();
    if (pid == 0) {
        nap(30);
        local = *block = shared = 2;
        child = getpid();
        _exit(3);
    }
    ok(child != 0, "the parent waits for the child");
    is(local, 2, "and finds what it wrote: on the stack");
    is(shared, 2, "in data");
    is(*block, 2, "and in the heap");
    ok(child == pid && pid != getpid(), "the child had another pid");
    exited(status_of(pid), 3, "wait finds it");
}

static void
test_exec(void)
{
    char *args[] = { "true", NULL };
    int fd = open("/dev/null", O_RDONLY);

    shared = 1;
    pid_t pid = fork();
    if (pid == 0) {
        shared = 2;
        close(fd);
        execv("/bin/true", args);
        _exit(127);
    }
    exited(status_of(pid), 0,
        "the parent goes on when the child executes a program");
    is(shared, 2, "what it wrote before stays");
    is(close(fd), 0, "descriptors are not shared");
}

static void
test_killed(void)
{
    pid_t pid = fork();

    if (pid == 0) {
        kill(getpid(), SIGKILL);
        _exit(0);
    }
    killed(status_of(pid), SIGKILL,
        "a child that is killed lets the parent go on");
}

/* The child reads the count while it lives: in the parent's memory. */
static void
test_cost(void)
{
    volatile long tables = 0;
    long before = counts_get("table");
    pid_t pid = fork();

    if (pid == 0) {
        tables = counts_get("table");
        _exit(0);
    }
    status_of(pid);
    is(tables, before, "it costs no table");
}

int
main(void)
{
    char before[64];

    strcpy(before, knob_get(FORK_KNOB));
    is(knob_set(FORK_KNOB, "share"), 0, "the word can be set");
    test_store();
    test_exec();
    test_killed();
    test_cost();
    is(knob_set(FORK_KNOB, before), 0, "set as it was");
    shared = 1;
    pid_t pid = must_fork();
    if (pid == 0) {
        shared = 2;
        _exit(0);
    }
    status_of(pid);
    is(shared, 1, "memory is each one's own again");
    ok(counts_well(), "all is well");
    return done();
}

/*
 * which.c: wait is for one child, for any, for those of the caller's process
 * group (0) or of another (-group); others that have ended stay zombies.
 */
#include "watch.h"

#define CHILDREN 6

static pid_t pids[CHILDREN];

/* A zombie in a process group: 0: a new one, of its own. */
static pid_t
zombie(pid_t group)
{
    volatile int *step = family_step();
    pid_t pid = lab_fork();

    if (pid == 0) {
        family_until(step, 1);
        _exit(0);
    }
    setpgid(pid, group);
    *step = 1;
    comes_to(pid, 'Z');
    return pid;
}

static void
waits(pid_t who, pid_t expected, const char *what)
{
    lab_check("EX-2", what, (unsigned long)expected,
              (unsigned long)waitpid(who, NULL, 0));
}

/* All of them by their pids, in another order. */
static void
by_pid(void)
{
    unsigned long first = lab_random();

    for (int i = 0; i < CHILDREN; i++) {
        pids[i] = zombie(getpgid(0));
    }
    for (unsigned long i = 0; i < CHILDREN; i++) {
        pid_t pid = pids[(first + i * 5) % CHILDREN];
        waits(pid, pid, "the child that waitpid(pid) returns");
    }
}

static void
by_group(void)
{
    pid_t leader = zombie(0);
    pid_t mine = zombie(getpgid(0));
    pid_t member = zombie(leader);
    pid_t other = zombie(0);

    waits(0, mine, "waitpid(0): the child in the caller's own group");
    waits(-other, other, "waitpid(-group): the only child in that group");
    pid_t first = waitpid(-leader, NULL, 0);
    lab_check("EX-2", "waitpid(-group) returns a child of that group", 1,
              first == leader || first == member);
    waits(-leader, leader + member - first, "the other child of that group");
}

/* A sleeping wait for one is not ended by another's end. */
static void
past_others(void)
{
    pid_t late = lab_fork();

    if (late == 0) {
        nap((long)lab_between(10, 30));
        _exit(0);
    }
    pid_t early = lab_fork();
    if (early == 0) {
        _exit(0);
    }
    waits(late, late, "waitpid(pid), while another child ends first");
    waits(-1, early, "waitpid(-1): the one that is left");
}

int
main(int argc, char **argv)
{
    lab_begin(argc, argv);
    by_pid();
    past_others();
    by_group();
    books_right("at the end");
    lab_done();
}

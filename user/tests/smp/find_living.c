/*
 * find_living.c: a process that lives is found by its number, by every call
 * that takes one, while others on all processors fork and exit all the time.
 *
 * seconds: 60
 */
#include "smp.h"

enum { STORMS = 3, ROUNDS = 1500 };

/* Fork and wait, until told to end. => whether all went well */
static int
storm(const int *end, int cpu)
{
    int good = 1;

    on_cpu(cpu);
    for (int i = 0; !load(end); i++) {
        pid_t pid = must_fork();
        if (pid == 0) {
            _exit(i % 100);
        }
        good &= kill(pid, SIGURG) == 0 && code_of(pid) == i % 100;
    }
    return good;
}

static int
found(pid_t pid)
{
    unsigned long mask[128];
    long size = raw(SYS_sched_getaffinity, pid, sizeof(mask), P(mask), 0);

    return kill(pid, 0) == 0 && kill(pid, SIGCONT) == 0
           && raw(NR_tkill, pid, SIGURG, 0, 0) == 0
           && raw(NR_tgkill, pid, pid, SIGURG, 0) == 0
           && getpgid(pid) == pid && kill(-pid, 0) == 0
           && getsid(pid) == getsid(0) && size > 0
           && raw(SYS_sched_setaffinity, pid, size, P(mask), 0) == 0
           && waitpid(pid, NULL, WNOHANG) == 0;
}

int
main(void)
{
    int *end = shared(PAGE);
    int good = 0, calm = 0, status = 0;
    pid_t pid[STORMS];

    on_cpu(0);
    pid_t living = must_fork();
    if (living == 0) {
        on_cpu(1);
        for (;;) {
            raw(NR_sched_yield, 0, 0, 0, 0);
        }
    }
    setpgid(living, living);
    for (int i = 0; i < STORMS; i++) {
        pid[i] = must_fork();
        if (pid[i] == 0) {
            _exit(storm(end, 1 + i));
        }
    }
    for (int round = 0; round < ROUNDS; round++) {
        good += found(living);
    }
    store(end, 1);
    for (int i = 0; i < STORMS; i++) {
        calm += code_of(pid[i]) == 1;
    }
    is(good, ROUNDS, "a living process is found each time");
    is(calm, STORMS, "and so is each child by its parent, till it has waited");
    kill(living, SIGKILL);
    is(waitpid(living, &status, 0), living, "then it is killed");
    fails(kill(living, 0), ESRCH, "and is not found any more");
    return done();
}

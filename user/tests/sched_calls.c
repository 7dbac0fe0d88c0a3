/*
 * sched_calls.c: nice values, policies and priorities: what the calls accept,
 * what they return, which of two errors is told, and what fork and exec keep.
 */
#include "errors.h"
#include "sched.h"

#define NOBODY 0x7fffffff
enum { RESET = SCHED_RESET_ON_FORK };

static struct sched_param zero, one = { 1 }, most = { 99 }, over = { 100 },
    under = { -1 };
static struct timespec interval;
static const char *self;

static void
test_errors(void)
{
    const struct error_case cases[] = {
        { "getpriority", "no such kind", NR_getpriority, { 3, 0 }, EINVAL },
        { "getpriority", "kind -1", NR_getpriority, { -1, 0 }, EINVAL },
        { "getpriority", "nobody", NR_getpriority, { 0, NOBODY }, ESRCH },
        { "getpriority", "id -1", NR_getpriority, { 0, -1 }, ESRCH },
        { "getpriority", "no group", NR_getpriority, { 1, NOBODY }, ESRCH },
        { "getpriority", "no user", NR_getpriority, { 2, NOBODY }, ESRCH },
        { "setpriority", "no such kind", NR_setpriority, { 3, 0, 0 }, EINVAL },
        { "setpriority", "nobody", NR_setpriority, { 0, NOBODY, 0 }, ESRCH },
        { "setpriority", "no group", NR_setpriority, { 1, NOBODY, 0 }, ESRCH },
        { "setpriority", "no user", NR_setpriority, { 2, NOBODY, 0 }, ESRCH },
    };

    ERROR_TABLE(cases);
}

static void
test_policy_errors(void)
{
    const struct error_case cases[] = {
        { "setscheduler", "policy -1", NR_sched_setscheduler,
            { NOBODY, -1, 1 }, EINVAL },
        { "setscheduler", "pid -1", NR_sched_setscheduler,
            { -1, 0, 1 }, EINVAL },
        { "setscheduler", "no parameter", NR_sched_setscheduler,
            { NOBODY, 77, 0 }, EINVAL },
        { "setscheduler", "a bad pointer", NR_sched_setscheduler,
            { NOBODY, 77, 1 }, EFAULT },
        { "setscheduler", "nobody", NR_sched_setscheduler,
            { NOBODY, 77, P(&zero) }, ESRCH },
        { "setscheduler", "no such policy", NR_sched_setscheduler,
            { 0, 77, P(&zero) }, EINVAL },
        { "setscheduler", "policy 4", NR_sched_setscheduler,
            { 0, 4, P(&zero) }, EINVAL },
        { "setscheduler", "a deadline", NR_sched_setscheduler,
            { 0, SCHED_DEADLINE, P(&zero) }, EINVAL },
        { "setscheduler", "FIFO at 0", NR_sched_setscheduler,
            { 0, SCHED_FIFO, P(&zero) }, EINVAL },
        { "setscheduler", "FIFO at 100", NR_sched_setscheduler,
            { 0, SCHED_FIFO, P(&over) }, EINVAL },
        { "setscheduler", "RR at -1", NR_sched_setscheduler,
            { 0, SCHED_RR, P(&under) }, EINVAL },
        { "setscheduler", "OTHER at 1", NR_sched_setscheduler,
            { 0, SCHED_OTHER, P(&one) }, EINVAL },
        { "setscheduler", "IDLE at 1", NR_sched_setscheduler,
            { 0, SCHED_IDLE, P(&one) }, EINVAL },
        { "setparam", "pid -1", NR_sched_setparam, { -1, P(&zero) }, EINVAL },
        { "setparam", "none", NR_sched_setparam, { 0, 0 }, EINVAL },
        { "setparam", "a bad pointer", NR_sched_setparam, { 0, 1 }, EFAULT },
        { "setparam", "nobody", NR_sched_setparam,
            { NOBODY, P(&one) }, ESRCH },
        { "setparam", "OTHER at 1", NR_sched_setparam, { 0, P(&one) }, EINVAL },
        { "getparam", "pid -1", NR_sched_getparam, { -1, 1 }, EINVAL },
        { "getparam", "none", NR_sched_getparam, { NOBODY, 0 }, EINVAL },
        { "getparam", "nobody", NR_sched_getparam, { NOBODY, 1 }, ESRCH },
        { "getparam", "a bad pointer", NR_sched_getparam, { 0, 1 }, EFAULT },
        { "getscheduler", "pid -1", NR_sched_getscheduler, { -1 }, EINVAL },
        { "getscheduler", "nobody", NR_sched_getscheduler, { NOBODY }, ESRCH },
        { "priority_max", "no policy", NR_sched_get_priority_max,
            { 4 }, EINVAL },
        { "priority_max", "-1", NR_sched_get_priority_max, { -1 }, EINVAL },
        { "priority_min", "no policy", NR_sched_get_priority_min,
            { 77 }, EINVAL },
        { "rr_get_interval", "pid -1", NR_sched_rr_get_interval,
            { -1, 1 }, EINVAL },
        { "rr_get_interval", "nobody", NR_sched_rr_get_interval,
            { NOBODY, 1 }, ESRCH },
        { "rr_get_interval", "a bad pointer", NR_sched_rr_get_interval,
            { 0, 1 }, EFAULT },
    };

    ERROR_TABLE(cases);
    is(raw(NR_sched_getscheduler, 0, 0, 0, 0), 0, "nothing has changed");
}

static void
test_bounds(void)
{
    static const int policies[] = { SCHED_OTHER, SCHED_FIFO, SCHED_RR,
        SCHED_BATCH, SCHED_IDLE, SCHED_DEADLINE };

    for (int i = 0; i < COUNT_OF(policies); i++) {
        int real = policies[i] == SCHED_FIFO || policies[i] == SCHED_RR;
        is(sched_get_priority_max(policies[i]), real ? 99 : 0, "at most");
        is(sched_get_priority_min(policies[i]), real, "at least");
    }
}

static void
test_nice(void)
{
    is(raw(NR_getpriority, PRIO_PROCESS, 0, 0, 0), 20, "one begins at nice 0");
    is(setpriority(PRIO_PROCESS, getpid(), 7), 0, "set it by pid");
    is(raw(NR_getpriority, PRIO_PROCESS, getpid(), 0, 0), 13, "20 less 7");
    is(getpriority(PRIO_PROCESS, 0), 7, "which the library turns round");
    setpriority(PRIO_PROCESS, 0, 1000);
    is(getpriority(PRIO_PROCESS, 0), 19, "too nice is 19");
    setpriority(PRIO_PROCESS, 0, -1000);
    is(getpriority(PRIO_PROCESS, 0), -20, "not nice at all is -20");
    is(nice(25), 5, "nice adds");
    is(nice(-5), 0, "and subtracts");
}

/* A child that waits in a group of its own until it is killed. */
static pid_t
sleeper(pid_t group)
{
    pid_t pid = must_fork();

    if (pid == 0) {
        for (;;) {
            pause();
        }
    }
    setpgid(pid, group);
    return pid;
}

static void
test_groups(void)
{
    pid_t first = sleeper(0), second = sleeper(first);

    is(setpriority(PRIO_PROCESS, first, 3), 0, "one of a group");
    setpriority(PRIO_PROCESS, second, -3);
    is(getpriority(PRIO_PGRP, first), -3, "a group's is the lowest");
    is(setpriority(PRIO_PGRP, first, 4), 0, "all of a group");
    is(getpriority(PRIO_PROCESS, second), 4, "the second has it");
    is(getpriority(PRIO_PROCESS, first), 4, "the first, too");
    is(getpriority(PRIO_PROCESS, 0), 0, "we have not");
    is(set_policy(second, SCHED_RR, 9), 0, "another's policy");
    is(sched_getscheduler(second), SCHED_RR, "which can be read");
    is(getpriority(PRIO_PROCESS, second), 4, "its nice value stays");
    kill(first, SIGKILL);
    kill(second, SIGKILL);
    wait(NULL);
    wait(NULL);
    is(raw(NR_sched_getscheduler, first, 0, 0, 0), -ESRCH, "none is left");
}

static int
priority(void)
{
    struct sched_param param = { -7 };

    sched_getparam(0, &param);
    return param.sched_priority;
}

static void
test_policies(void)
{
    setpriority(PRIO_PROCESS, 0, 6);
    is(set_policy(0, SCHED_FIFO, 20), 0, "FIFO at 20");
    is(sched_getscheduler(0), SCHED_FIFO, "it is FIFO");
    is(priority(), 20, "at 20");
    is(raw(NR_sched_setparam, 0, P(&most), 0, 0), 0, "at 99");
    is(priority(), 99, "which it is");
    is(raw(NR_sched_setparam, 0, P(&zero), 0, 0), -EINVAL, "FIFO at 0");
    is(raw(NR_sched_rr_get_interval, 0, P(&interval), 0, 0), 0, "its turn");
    is(interval.tv_sec + interval.tv_nsec, 0, "has no end");
    is(set_policy(0, SCHED_RR, 1), 0, "RR at 1");
    raw(NR_sched_rr_get_interval, 0, P(&interval), 0, 0);
    is(interval.tv_nsec, 100 * MS, "a turn is 100 ms");
    is(getpriority(PRIO_PROCESS, 0), 6, "the nice value is kept");
    is(set_policy(0, SCHED_BATCH, 0), 0, "BATCH");
    is(sched_getscheduler(0), SCHED_BATCH, "it is BATCH");
    is(set_policy(0, SCHED_IDLE, 0), 0, "IDLE");
    is(sched_getscheduler(0), SCHED_IDLE, "it is IDLE");
    is(priority(), 0, "without a priority");
    is(set_policy(0, SCHED_OTHER, 0), 0, "OTHER");
    is(getpriority(PRIO_PROCESS, 0), 6, "the nice value is still kept");
    setpriority(PRIO_PROCESS, 0, 0);
}

/* What a child has: policy * 10000 + priority * 100 + 20 - nice. */
static long
state(void)
{
    return sched_getscheduler(0) * 10000L + priority() * 100
        + raw(NR_getpriority, 0, 0, 0, 0);
}

static int
executes(void *want)
{
    char *args[] = { (char *)self, want, NULL };

    execv(self, args);
    return 99;
}

static int
has(void *want)
{
    return state() == atol(want) ? 7 : 8;
}

static void
test_inherit(void)
{
    setpriority(PRIO_PROCESS, 0, 9);
    exited(in_child(has, "11"), 7, "fork keeps the nice value");
    exited(in_child(executes, "11"), 7, "so does exec");
    set_policy(0, SCHED_RR, 33);
    exited(in_child(has, "23311"), 7, "fork keeps policy and priority");
    exited(in_child(executes, "23311"), 7, "so does exec");
    set_policy(0, SCHED_RR | RESET, 33);
    is(sched_getscheduler(0), SCHED_RR | RESET, "a fork will reset it");
    exited(in_child(has, "20"), 7, "a child is OTHER at 0, and not marked");
    exited(in_child(executes, "20"), 7, "after exec, too");
    set_policy(0, SCHED_OTHER | RESET, 0);
    exited(in_child(has, "11"), 7, "a child of OTHER keeps nice 9");
    setpriority(PRIO_PROCESS, 0, -9);
    exited(in_child(has, "20"), 7, "but not nice -9");
    set_policy(0, SCHED_OTHER, 0);
    exited(in_child(has, "29"), 7, "which it keeps without the mark");
    setpriority(PRIO_PROCESS, 0, 0);
}

/* Fields 18, 19, 40 and 41 of /proc/self/stat. */
static void
is_shown(const char *want, const char *name)
{
    char line[1024], text[128] = "";
    FILE *file = fopen("/proc/self/stat", "r");

    if (file == NULL || fgets(line, sizeof(line), file) == NULL) {
        ok(0, name);
        return;
    }
    fclose(file);
    int field = 2;
    for (char *at = strtok(strrchr(line, ')') + 1, " "); at != NULL;
         at = strtok(NULL, " ")) {
        field++;
        if (field == 18 || field == 19 || field == 40 || field == 41) {
            strcat(strcat(text, at), " ");
        }
    }
    is_str(text, want, name);
}

static void
test_shown(void)
{
    is_shown("20 0 0 0 ", "/proc shows an ordinary one");
    setpriority(PRIO_PROCESS, 0, -4);
    is_shown("16 -4 0 0 ", "one at nice -4");
    set_policy(0, SCHED_FIFO, 12);
    is_shown("-13 -4 12 1 ", "FIFO at 12");
    set_policy(0, SCHED_OTHER, 0);
    setpriority(PRIO_PROCESS, 0, 0);
}

int
main(int argc, char **argv)
{
    self = argv[0];
    if (argc > 1) {
        return has(argv[1]);
    }
    setpriority(PRIO_PROCESS, 0, 0);
    test_errors();
    test_policy_errors();
    test_bounds();
    test_nice();
    test_groups();
    test_policies();
    test_inherit();
    test_shown();
    return done();
}

/*
 * sharespec_policy.c: the calls that set and tell a process's policy and its
 * real-time priority: what is refused, what is kept by fork and exec. What
 * priorities do: sharespec_order.c. (Linux's other policies are not tested.)
 */
#include "sharespec.h"

static const char *self;
static pid_t gone;

static void
test_bounds(void)
{
    is(raw(CALL_sched_get_priority_max, FIFO, 0, 0, 0), 99, "FIFO: up to 99");
    is(raw(CALL_sched_get_priority_min, FIFO, 0, 0, 0), 1, "from 1");
    is(raw(CALL_sched_get_priority_max, RR, 0, 0, 0), 99, "RR: up to 99");
    is(raw(CALL_sched_get_priority_min, RR, 0, 0, 0), 1, "from 1");
    is(raw(CALL_sched_get_priority_max, OTHER, 0, 0, 0), 0, "OTHER: 0");
    is(raw(CALL_sched_get_priority_min, OTHER, 0, 0, 0), 0, "only");
    returns(raw(CALL_sched_get_priority_max, -1, 0, 0, 0), -EINVAL,
        "no policy -1");
    returns(raw(CALL_sched_get_priority_min, -1, 0, 0, 0), -EINVAL, "at all");
    returns(raw(CALL_sched_get_priority_max, 100, 0, 0, 0), -EINVAL,
        "nor 100");
    returns(raw(CALL_sched_get_priority_min, 100, 0, 0, 0), -EINVAL, "at all");
    returns(raw(CALL_sched_get_priority_max, FIFO | RESET_ON_FORK, 0, 0, 0),
        -EINVAL, "a flag is not in it");
}

static void
refused_set(pid_t pid, long policy, int priority, long want, const char *name)
{
    returns(set_policy(pid, policy, priority), want, name);
}

static void
test_refused(void)
{
    int priority = 0;
    long long interval[2];

    refused_set(0, FIFO, 0, -EINVAL, "FIFO with priority 0");
    refused_set(0, FIFO, 100, -EINVAL, "with 100");
    refused_set(0, FIFO, -1, -EINVAL, "with -1");
    refused_set(0, RR, 0, -EINVAL, "RR with priority 0");
    refused_set(0, RR, 100, -EINVAL, "with 100");
    refused_set(0, OTHER, 1, -EINVAL, "OTHER with priority 1");
    refused_set(0, OTHER, -1, -EINVAL, "with -1");
    refused_set(0, 100, 0, -EINVAL, "policy 100");
    refused_set(0, -1, 0, -EINVAL, "policy -1");
    refused_set(-1, OTHER, 0, -EINVAL, "process -1");
    refused_set(gone, OTHER, 0, -ESRCH, "no such process");
    refused_set(gone, FIFO, 100, -ESRCH, "is seen before the priority");
    returns(raw(CALL_sched_setscheduler, 0, OTHER, 0, 0), -EINVAL, "NULL");
    returns(raw(CALL_sched_setscheduler, 0, OTHER, 1, 0), -EFAULT,
        "address 1");
    returns(raw(CALL_sched_setscheduler, 0, -1, 1, 0), -EINVAL,
        "the policy -1 is seen first");
    returns(policy_of(-1), -EINVAL, "getscheduler: process -1");
    returns(policy_of(gone), -ESRCH, "no such process");
    returns(raw(CALL_sched_getparam, 0, 0, 0, 0), -EINVAL, "getparam: NULL");
    returns(raw(CALL_sched_getparam, 0, 1, 0, 0), -EFAULT, "address 1");
    returns(priority_of(-1), -EINVAL, "process -1");
    returns(priority_of(gone), -ESRCH, "no such process");
    returns(raw(CALL_sched_setparam, 0, 0, 0, 0), -EINVAL, "setparam: NULL");
    returns(raw(CALL_sched_setparam, 0, 1, 0, 0), -EFAULT, "address 1");
    returns(raw(CALL_sched_setparam, -1, P(&priority), 0, 0), -EINVAL,
        "process -1");
    returns(raw(CALL_sched_setparam, gone, P(&priority), 0, 0), -ESRCH,
        "no such process");
    returns(raw(CALL_sched_setparam, 0, P(&priority), 0, 0), 0,
        "0, which it has");
    priority = 1;
    returns(raw(CALL_sched_setparam, 0, P(&priority), 0, 0), -EINVAL,
        "OTHER has no 1");
    returns(raw(CALL_sched_rr_get_interval, -1, P(interval), 0, 0), -EINVAL,
        "rr_get_interval: process -1");
    returns(raw(CALL_sched_rr_get_interval, gone, P(interval), 0, 0), -ESRCH,
        "no such process");
    returns(raw(CALL_sched_rr_get_interval, 0, 1, 0, 0), -EFAULT, "address 1");
    is(policy_of(0), OTHER, "what was refused changed no policy");
    is(priority_of(0), 0, "and no priority");
}

/* A real-time process computes here for moments only: it hurts nobody. */
static void
test_set(void)
{
    int priority = 33, all = 1;
    struct timespec interval;

    for (int i = 1; i <= 99; i++) {
        all &= set_policy(0, i % 2 == 0 ? FIFO : RR, i) == 0
               && policy_of(0) == (i % 2 == 0 ? FIFO : RR)
               && priority_of(0) == i;
    }
    ok(all, "each priority, of both policies");
    is(raw(CALL_sched_setparam, 0, P(&priority), 0, 0), 0, "setparam");
    is(priority_of(0), 33, "changes the priority");
    is(policy_of(0), RR, "not the policy");
    priority = 0;
    returns(raw(CALL_sched_setparam, 0, P(&priority), 0, 0), -EINVAL,
        "0 is none of RR");
    memset(&interval, 0xa5, sizeof(interval));
    is(raw(CALL_sched_rr_get_interval, 0, P(&interval), 0, 0), 0, "RR's slice");
    is(ns_of(interval), 100 * MS, "is a tenth of a second");
    set_policy(0, FIFO, 5);
    memset(&interval, 0xa5, sizeof(interval));
    is(raw(CALL_sched_rr_get_interval, 0, P(&interval), 0, 0), 0, "FIFO");
    is(ns_of(interval), 0, "has none");
    is(set_nice(BY_PROCESS, 0, 11), 0, "niceness can be set");
    is(weight_of(BY_PROCESS, 0), 9, "and is kept");
    is(policy_of(0), FIFO, "it is no policy");
    is(priority_of(0), 5, "and no priority");
    is(set_policy(0, OTHER, 0), 0, "back to OTHER");
    is(priority_of(0), 0, "without priority");
    is(weight_of(BY_PROCESS, 0), 9, "with the niceness");
    is(raw(CALL_sched_rr_get_interval, 0, P(&interval), 0, 0), 0, "OTHER");
    ok(ns_of(interval) >= 0 && ns_of(interval) < SECOND, "has some slice");
    set_nice(BY_PROCESS, 0, 0);
}

static void
test_other(void)
{
    pid_t child = idle_child();

    is(policy_of(child), OTHER, "a child");
    is(set_policy(child, FIFO, 12), 0, "gets a policy");
    is(policy_of(child), FIFO, "it has it");
    is(priority_of(child), 12, "with the priority");
    is(policy_of(0), OTHER, "its parent has not");
    until_state(child, 'S');
    is(set_policy(child, RR, 13), 0, "asleep, too");
    kill(child, SIGSTOP);
    waitpid(child, NULL, WUNTRACED);
    is(priority_of(child), 13, "stopped, it has it");
    is(set_policy(child, OTHER, 0), 0, "it can be taken");
    is(policy_of(child), OTHER, "it is");
    end_child(child);
    returns(policy_of(child), -ESRCH, "gone");
}

static int
has_fifo(void *unused)
{
    (void)unused;
    int good = policy_of(0) == FIFO && priority_of(0) == 21;
    set_policy(0, OTHER, 0);
    return good ? 7 : 8;
}

static int
has_other(void *nice)
{
    return policy_of(0) == OTHER && priority_of(0) == 0
           && weight_of(BY_PROCESS, 0) == 20 - (long)nice ? 7 : 8;
}

static int
executes(void *how)
{
    char *args[] = { (char *)self, how, NULL };

    if (strcmp(how, "flag") == 0) {
        set_policy(0, FIFO | RESET_ON_FORK, 21);
    }
    execv(self, args);
    return 8;
}

static int
vforks(void)
{
    int status = 0;
    pid_t pid = vfork();

    if (pid == 0) {
        _exit(policy_of(0) == FIFO && priority_of(0) == 21 ? 7 : 8);
    }
    waitpid(pid, &status, 0);
    return status;
}

static void
test_inherited(void)
{
    set_policy(0, FIFO, 21);
    exited(in_child(has_fifo, NULL), 7, "fork keeps policy and priority");
    is(policy_of(0), FIFO, "a child's change is its own");
    exited(in_child(executes, "fifo"), 7, "exec keeps them");
    exited(vforks(), 7, "vfork, too");
    is(set_policy(0, FIFO | RESET_ON_FORK, 21), 0, "SCHED_RESET_ON_FORK");
    is(policy_of(0), FIFO | RESET_ON_FORK, "getscheduler shows it");
    is(priority_of(0), 21, "with the priority");
    exited(in_child(has_other, (void *)0), 7, "a child has the usual policy");
    is(policy_of(0), FIFO | RESET_ON_FORK, "its parent still has its own");
    exited(in_child(executes, "flag"), 7, "exec is no fork");
    set_policy(0, OTHER | RESET_ON_FORK, 0);
    is(policy_of(0), OTHER | RESET_ON_FORK, "of the usual policy");
    set_nice(BY_PROCESS, 0, -5);
    exited(in_child(has_other, (void *)0), 7,
        "a child has no niceness below 0");
    is(weight_of(BY_PROCESS, 0), 25, "its parent has");
    set_nice(BY_PROCESS, 0, 5);
    exited(in_child(has_other, (void *)5), 7, "but above 0 it has");
    set_policy(0, OTHER, 0);
    is(policy_of(0), OTHER, "the flag can be cleared");
    set_nice(BY_PROCESS, 0, -5);
    exited(in_child(has_other, (void *)-5), 7, "then a child has it all");
    set_nice(BY_PROCESS, 0, 0);
}

int
main(int argc, char **argv)
{
    self = argv[0];
    if (argc > 1) {
        return strcmp(argv[1], "flag") != 0
                   ? has_fifo(NULL)
                   : policy_of(0) == (FIFO | RESET_ON_FORK)
                             && priority_of(0) == 21
                         ? 7 : 8;
    }
    set_nice(BY_PROCESS, 0, 0);
    gone = must_fork();
    if (gone == 0) {
        _exit(0);
    }
    waitpid(gone, NULL, 0);
    test_bounds();
    test_refused();
    test_set();
    test_other();
    test_inherited();
    return done();
}

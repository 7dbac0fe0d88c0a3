/*
 * sharespec_user.c: a user who is not root: niceness only goes up, and policies
 * are not for him; and priority by user. (Limits that would allow more are not
 * tested: not every root may raise them.)
 *
 * The users are numbers that nobody else has.
 */
#include "limspec.h"
#include "sharespec.h"

enum { CALL_setgroups = 116, CALL_setresuid = 117, CALL_setresgid = 119 };

static long uids;

static void
become(int n)
{
    long uid = uids + n;

    raw(CALL_setgroups, 0, 0, 0, 0);
    raw(CALL_setresgid, uid, uid, uid, 0);
    if (raw(CALL_setresuid, uid, uid, uid, 0) != 0 || getuid() != uid) {
        _exit(98);
    }
}

/* The checks of a case, which is a child: it prints nothing itself. */
#define HOLDS(condition)   \
    do {                   \
        if (!(condition)) { \
            return 8;      \
        }                  \
    } while (0)

static int
nicer(void *unused)
{
    (void)unused;
    become(0);
    HOLDS(weight_of(BY_PROCESS, 0) == 20);
    HOLDS(set_nice(BY_PROCESS, 0, 0) == 0);
    HOLDS(set_nice(BY_PROCESS, 0, 5) == 0 && weight_of(BY_PROCESS, 0) == 15);
    HOLDS(set_nice(BY_PROCESS, 0, 5) == 0);
    return 7;
}

static int
less_nice(void *unused)
{
    (void)unused;
    become(0);
    set_nice(BY_PROCESS, 0, 5);
    HOLDS(set_nice(BY_PROCESS, 0, 4) == -EACCES);
    HOLDS(set_nice(BY_PROCESS, 0, -1) == -EACCES);
    HOLDS(weight_of(BY_PROCESS, 0) == 15);
    return 7;
}

static int
of_others(void *unused)
{
    pid_t root = getppid();

    (void)unused;
    become(0);
    HOLDS(set_nice(BY_PROCESS, root, 10) == -EPERM);
    HOLDS(weight_of(BY_PROCESS, root) == 20);
    HOLDS(set_policy(root, OTHER, 0) == -EPERM);
    HOLDS(policy_of(root) == OTHER && priority_of(root) == 0);
    return 7;
}

static int
of_children(void *unused)
{
    (void)unused;
    become(0);
    pid_t child = idle_child();
    int good = set_nice(BY_PROCESS, child, 10) == 0
               && weight_of(BY_PROCESS, child) == 10
               && set_nice(BY_PROCESS, child, 9) == -EACCES
               && set_policy(child, OTHER, 0) == 0
               && set_policy(child, FIFO, 1) == -EPERM;
    end_child(child);
    return good ? 7 : 8;
}

static int
policies(void *unused)
{
    (void)unused;
    become(0);
    HOLDS(set_policy(0, FIFO, 1) == -EPERM);
    HOLDS(set_policy(0, RR, 99) == -EPERM);
    HOLDS(set_policy(0, FIFO, 0) == -EINVAL);
    HOLDS(set_policy(0, OTHER, 0) == 0);
    return 7;
}

/* What root gave him he keeps, may lower and leave, but not raise. */
static int
given(void *unused)
{
    int priority = 20;

    (void)unused;
    set_policy(0, FIFO, 20);
    become(0);
    HOLDS(policy_of(0) == FIFO && priority_of(0) == 20);
    HOLDS(raw(CALL_sched_setparam, 0, P(&priority), 0, 0) == 0);
    priority = 21;
    HOLDS(raw(CALL_sched_setparam, 0, P(&priority), 0, 0) == -EPERM);
    priority = 10;
    HOLDS(raw(CALL_sched_setparam, 0, P(&priority), 0, 0) == 0);
    HOLDS(priority_of(0) == 10);
    HOLDS(set_policy(0, OTHER, 0) == 0);
    HOLDS(set_policy(0, FIFO, 1) == -EPERM);
    return 7;
}

static int
flag(void *unused)
{
    (void)unused;
    become(0);
    HOLDS(set_policy(0, OTHER | RESET_ON_FORK, 0) == 0);
    HOLDS(policy_of(0) == (OTHER | RESET_ON_FORK));
    HOLDS(set_policy(0, OTHER, 0) == -EPERM);
    HOLDS(policy_of(0) == (OTHER | RESET_ON_FORK));
    return 7;
}

/* A child of this user, for the parent, who is root. */
static pid_t
child_of(int n)
{
    int ready[2];
    char byte;

    pipe(ready);
    pid_t pid = must_fork();
    if (pid == 0) {
        become(n);
        write(ready[1], "r", 1);
        while (1) {
            nap(1000);
        }
    }
    read(ready[0], &byte, 1);
    close(ready[0]);
    close(ready[1]);
    return pid;
}

static void
test_by_user(void)
{
    pid_t one = child_of(1), two = child_of(1), other = child_of(2);

    is(weight_of(BY_USER, uids + 1), 20, "the processes of a user");
    is(set_nice(BY_USER, uids + 1, 6), 0, "are made nicer");
    is(weight_of(BY_PROCESS, one), 14, "the one is");
    is(weight_of(BY_PROCESS, two), 14, "and the other");
    is(weight_of(BY_PROCESS, other), 20, "not another user's");
    is(weight_of(BY_PROCESS, 0), 20, "nor root's");
    set_nice(BY_PROCESS, two, 2);
    is(weight_of(BY_USER, uids + 1), 18, "a user is as the least nice one");
    end_child(one);
    end_child(two);
    returns(weight_of(BY_USER, uids + 1), -ESRCH, "without processes: ESRCH");
    returns(set_nice(BY_USER, uids + 1, 3), -ESRCH, "to set it, too");
    end_child(other);
}

/* 0 is one's own user. */
static int
own_user(void *unused)
{
    (void)unused;
    become(3);
    pid_t child = idle_child();
    int good = set_nice(BY_USER, 0, 8) == 0
               && weight_of(BY_PROCESS, child) == 12
               && weight_of(BY_PROCESS, 0) == 12
               && weight_of(BY_USER, 0) == 12
               && weight_of(BY_USER, uids + 3) == 12;
    end_child(child);
    return good ? 7 : 8;
}

int
main(void)
{
    uids = 1000000 + (long)getpid() * 8;
    set_nice(BY_PROCESS, 0, 0);
    set_limit(NICE, 0, 0);
    set_limit(RTPRIO, 0, 0);
    exited(in_child(nicer, NULL), 7, "a user can be nicer, or stay as he is");
    exited(in_child(less_nice, NULL), 7, "but not less nice: EACCES");
    exited(in_child(of_others, NULL), 7,
        "others can be asked, not changed: EPERM");
    exited(in_child(of_children, NULL), 7, "one's children can be changed");
    exited(in_child(policies, NULL), 7, "no real-time policy: EPERM");
    exited(in_child(given, NULL), 7,
        "one that root gave can be kept, lowered and left, not raised");
    exited(in_child(flag, NULL), 7, "SCHED_RESET_ON_FORK stays once it is set");
    test_by_user();
    exited(in_child(own_user, NULL), 7, "user 0 is oneself");
    return done();
}

/*
 * sharespec_nice.c: getpriority and setpriority: one process, a group; bounds;
 * what is refused; what fork and exec keep. (By user: sharespec_user.c.)
 */
#include "sharespec.h"

static const char *self;

static void
test_refused(void)
{
    pid_t gone = must_fork();

    if (gone == 0) {
        _exit(0);
    }
    waitpid(gone, NULL, 0);
    returns(weight_of(3, 0), -EINVAL, "get: no kind 3");
    returns(weight_of(-1, 0), -EINVAL, "nor -1");
    returns(set_nice(3, 0, 5), -EINVAL, "set: no kind 3");
    returns(set_nice(-1, 0, 5), -EINVAL, "nor -1");
    returns(weight_of(3, gone), -EINVAL, "whoever it is");
    returns(weight_of(BY_PROCESS, gone), -ESRCH, "get: no such process");
    returns(set_nice(BY_PROCESS, gone, 5), -ESRCH, "set: no such process");
    returns(weight_of(BY_PROCESS, -1), -ESRCH, "get: process -1");
    returns(set_nice(BY_PROCESS, -1, 5), -ESRCH, "set: process -1");
    returns(weight_of(BY_GROUP, gone), -ESRCH, "get: no such group");
    returns(set_nice(BY_GROUP, gone, 5), -ESRCH, "set: no such group");
    returns(weight_of(BY_USER, 0x7ffffff0), -ESRCH, "get: no such user");
    returns(set_nice(BY_USER, 0x7ffffff0, 5), -ESRCH, "set: no such user");
    is(weight_of(BY_PROCESS, 0), 20, "nothing has changed");
}

static void
test_values(void)
{
    int all = 1;

    is(weight_of(BY_PROCESS, 0), 20, "niceness 0");
    is(weight_of(BY_PROCESS, getpid()), 20, "by its number, too");
    for (int nice = -20; nice <= 19; nice++) {
        all &= set_nice(BY_PROCESS, 0, nice) == 0
               && weight_of(BY_PROCESS, 0) == 20 - nice;
    }
    ok(all, "from -20 to 19 each can be set");
    is(set_nice(BY_PROCESS, 0, 20), 0, "20");
    is(weight_of(BY_PROCESS, 0), 1, "is 19");
    is(set_nice(BY_PROCESS, 0, 1000000), 0, "a million");
    is(weight_of(BY_PROCESS, 0), 1, "is 19, too");
    is(set_nice(BY_PROCESS, 0, -21), 0, "-21");
    is(weight_of(BY_PROCESS, 0), 40, "is -20");
    is(set_nice(BY_PROCESS, 0, 0x7fffffff), 0, "the largest number");
    is(weight_of(BY_PROCESS, 0), 1, "is 19");
    is(set_nice(BY_PROCESS, 0, -0x7fffffffL - 1), 0, "the smallest");
    is(weight_of(BY_PROCESS, 0), 40, "is -20");
    is(set_nice(BY_PROCESS, getpid(), 0), 0, "and back, by number");
    is(weight_of(BY_PROCESS, 0), 20, "to 0");
    is(policy_of(0), OTHER, "the policy is the usual one");
}

static void
test_other(void)
{
    pid_t child = idle_child();

    is(set_nice(BY_PROCESS, child, 7), 0, "a child is made nicer");
    is(weight_of(BY_PROCESS, child), 13, "it is");
    is(weight_of(BY_PROCESS, 0), 20, "its parent is not");
    is(set_nice(BY_PROCESS, 0, 3), 0, "its parent is changed");
    is(weight_of(BY_PROCESS, child), 13, "the child is not");
    set_nice(BY_PROCESS, 0, 0);
    until_state(child, 'S');
    is(set_nice(BY_PROCESS, child, -3), 0, "asleep, too");
    is(weight_of(BY_PROCESS, child), 23, "it is");
    kill(child, SIGSTOP);
    waitpid(child, NULL, WUNTRACED);
    is(set_nice(BY_PROCESS, child, 4), 0, "stopped");
    is(weight_of(BY_PROCESS, child), 16, "it is");
    kill(child, SIGKILL);
    until_state(child, 'Z');
    is(weight_of(BY_PROCESS, child), 16, "ended, but not waited for");
    is(set_nice(BY_PROCESS, child, 8), 0, "it can be set");
    waitpid(child, NULL, 0);
    returns(weight_of(BY_PROCESS, child), -ESRCH, "waited for");
}

static void
test_group(void)
{
    pid_t first = idle_child(), second = idle_child(), alone = idle_child();

    setpgid(first, first);
    setpgid(second, first);
    is(weight_of(BY_GROUP, first), 20, "a group of two");
    is(set_nice(BY_GROUP, first, 6), 0, "is made nicer");
    is(weight_of(BY_PROCESS, first), 14, "the one is");
    is(weight_of(BY_PROCESS, second), 14, "and the other");
    is(weight_of(BY_PROCESS, alone), 20, "not one of another group");
    is(weight_of(BY_PROCESS, 0), 20, "nor oneself");
    set_nice(BY_PROCESS, second, 2);
    is(weight_of(BY_GROUP, first), 18, "a group is as its least nice one");
    set_nice(BY_PROCESS, second, 12);
    is(weight_of(BY_GROUP, first), 14, "whichever that is");
    returns(set_nice(BY_GROUP, second, 5), -ESRCH, "no group has that number");
    end_child(first);
    is(weight_of(BY_GROUP, first), 8, "who has ended is not in it");
    end_child(second);
    returns(weight_of(BY_GROUP, first), -ESRCH, "without any there is none");
    end_child(alone);
}

/* In a group of its own, of which 0 is the number. */
static int
own_group(void *unused)
{
    (void)unused;
    setpgid(0, 0);
    pid_t child = idle_child();
    int good = set_nice(BY_GROUP, 0, 9) == 0
               && weight_of(BY_PROCESS, child) == 11
               && weight_of(BY_PROCESS, 0) == 11
               && weight_of(BY_GROUP, 0) == 11;
    set_nice(BY_PROCESS, child, 1);
    good &= weight_of(BY_GROUP, 0) == 19;
    end_child(child);
    return good ? 7 : 8;
}

static int
has_nine(void *unused)
{
    (void)unused;
    int good = weight_of(BY_PROCESS, 0) == 11;
    set_nice(BY_PROCESS, 0, 15);
    return good ? 7 : 8;
}

static int
executes(void *unused)
{
    char *args[] = { (char *)self, "after", NULL };

    (void)unused;
    execv(self, args);
    return 8;
}

static void
test_inherited(void)
{
    set_nice(BY_PROCESS, 0, 9);
    exited(in_child(has_nine, NULL), 7, "fork keeps it");
    is(weight_of(BY_PROCESS, 0), 11, "a child's change is its own");
    exited(in_child(executes, NULL), 7, "exec keeps it");
    pid_t pid = vfork();
    if (pid == 0) {
        _exit(weight_of(BY_PROCESS, 0) == 11 && set_nice(0, 0, 2) == 0 ? 7 : 8);
    }
    int status = 0;
    waitpid(pid, &status, 0);
    exited(status, 7, "vfork keeps it");
    is(weight_of(BY_PROCESS, 0), 11, "a child's change is its own, too");
    set_nice(BY_PROCESS, 0, 0);
}

int
main(int argc, char **argv)
{
    self = argv[0];
    if (argc > 1) {
        return has_nine(NULL);
    }
    if (weight_of(BY_PROCESS, 0) != 20) {
        set_nice(BY_PROCESS, 0, 0); /* the host's runner may be nice */
    }
    test_refused();
    test_values();
    test_other();
    test_group();
    exited(in_child(own_group, NULL), 7, "group 0 is one's own");
    test_inherited();
    return done();
}

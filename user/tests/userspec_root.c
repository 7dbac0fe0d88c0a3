/*
 * userspec_root.c: what is root's to do: set the clock, end the machine, raise
 * priorities, change other users' priorities and limits, look into their
 * processes in /proc. (That root raises hard limits is left out: on Linux a
 * container may take that right from it.)
 * seconds: 25
 */
#include "userspec.h"

#define BY_PROCESS 0
#define BY_USER 2
#define LIMIT_NICE 13

static void
test_machine(void)
{
    struct timespec now, odd = { 0, -1 };
    struct timeval tv = { 1000000000, 0 };
    clock_gettime(CLOCK_REALTIME, &now);
    returns(as(&student, CALL_clock_settime, CLOCK_REALTIME, P(&now), 0, 0),
        -EPERM, "clock_settime");
    returns(as(&student, CALL_settimeofday, P(&tv), 0, 0, 0), -EPERM,
        "settimeofday");
    returns(as(&root, CALL_clock_settime, CLOCK_REALTIME, P(&odd), 0, 0),
        -EINVAL, "root, with negative nanoseconds");
    returns(as(&root, CALL_clock_settime, CLOCK_MONOTONIC, P(&now), 0, 0),
        -EINVAL, "root, of a clock that nobody sets");
    returns(as(&student, CALL_reboot, 0xfee1dead, 672274793, 0, 0), -EPERM,
        "reboot");
    returns(as(&student, CALL_reboot, 1, 2, 3, 0), -EPERM,
        "reboot, before all other errors");
    returns(as(&root, CALL_reboot, 1, 2, 3, 0), -EINVAL,
        "root, without the magic numbers");
}

static long
limits(int resource, unsigned long soft, unsigned long hard)
{
    struct rlimit limit = { soft, hard };
    return raw(NR_prlimit64, 0, resource, P(&limit), 0);
}

/* In a child: limits go down, and up to the hard one, but not above. */
static int
lowers(void *resource)
{
    int what = *(int *)resource;
    if (limits(what, 10, 20) != 0) {
        return 1;
    }
    if (limits(what, 20, 20) != 0 || limits(what, 5, 20) != 0) {
        return 2;
    }
    if (limits(what, 5, 21) != -EPERM || limits(what, 21, 20) != -EINVAL) {
        return 3;
    }
    if (limits(what, 5, RLIM_INFINITY) != -EPERM) {
        return 4;
    }
    return limits(what, 5, 15) == 0 && limits(what, 5, 20) == -EPERM ? 7 : 5;
}

static void
test_limits(void)
{
    int resource = RLIMIT_NOFILE;
    struct rlimit old, low = { 10, 20 };
    exited(all_as(&student, lowers, &resource), 7,
        "a hard limit is lowered for good");
    resource = RLIMIT_FSIZE;
    exited(all_as(&student, lowers, &resource), 7, "so for each limit");
    pid_t pid = idle_child();
    returns(as(&student, NR_prlimit64, pid, RLIMIT_NOFILE, 0, P(&old)),
        -EPERM, "another's limits are not told");
    returns(as(&student, NR_prlimit64, pid, RLIMIT_NOFILE, P(&low), 0),
        -EPERM, "nor set");
    is(as(&root, NR_prlimit64, pid, RLIMIT_NOFILE, P(&low), P(&old)), 0,
        "but by root");
    struct rlimit now = { 0, 0 };
    raw(NR_prlimit64, pid, RLIMIT_NOFILE, 0, P(&now));
    ok(now.rlim_cur == 10 && now.rlim_max == 20, "they are set");
    end_child(pid);
}

/* A process that became this user. */
static pid_t
process_of(const struct user *user)
{
    int fds[2];
    char byte;
    if (pipe(fds) < 0) {
        exit(99);
    }
    pid_t pid = must_fork();
    if (pid == 0) {
        become(user);
        write(fds[1], "x", 1);
        while (1) {
            nap(1000);
        }
    }
    read(fds[0], &byte, 1);
    close(fds[0]);
    close(fds[1]);
    return pid;
}

/* As getpriority tells it: 20 less the nice value. */
static long
priority_of(pid_t pid)
{
    return raw(CALL_getpriority, BY_PROCESS, pid, 0, 0);
}

static long
set_priority(const struct user *who, pid_t pid, int nice_value)
{
    return as(who, CALL_setpriority, BY_PROCESS, pid, nice_value, 0);
}

static void
test_priorities(void)
{
    limits(LIMIT_NICE, 0, 0);
    pid_t own = process_of(&student), roots = process_of(&root);
    const struct user third = { 1000, 1001, 0 };
    long nice_now = 20 - priority_of(own);
    is(as(&student, CALL_getpriority, BY_PROCESS, roots, 0, 0), 0,
        "another's priority is told");
    is(set_priority(&student, own, (int)nice_now + 2), 0,
        "one's own are lowered");
    is(20 - priority_of(own) - nice_now, 2, "that holds");
    is(set_priority(&third, own, (int)nice_now + 3), 0, "of any group");
    returns(set_priority(&student, own, (int)nice_now + 2), -EACCES,
        "but not raised");
    returns(set_priority(&student, own, (int)nice_now), -EACCES,
        "not even to what they were");
    is(set_priority(&student, own, (int)nice_now + 3), 0, "or kept");
    returns(set_priority(&student, roots, 19), -EPERM,
        "another's is not lowered");
    returns(set_priority(&other, own, 19), -EPERM, "not by anyone");
    returns(set_priority(&student, roots, -20), -EPERM,
        "whose it is comes before what it is");
    is(set_priority(&root, own, -5), 0, "root raises all");
    is(20 - priority_of(own), -5, "that holds");
    is(set_priority(&root, own, 100), 0, "beyond 19");
    is(20 - priority_of(own), 19, "is 19");
    returns(set_priority(&student, 0x7fffffff, 0), -ESRCH, "no process");
    returns(as(&student, CALL_setpriority, 3, 0, 0, 0), -EINVAL, "no kind");
    end_child(own);
    end_child(roots);
}

/* All processes of a user whose number nobody else has. */
static void
test_users(void)
{
    const struct user lone = { 54323, 54323, 0 };
    returns(raw(CALL_getpriority, BY_USER, 54323, 0, 0), -ESRCH,
        "a user without processes");
    pid_t one = process_of(&lone), two = process_of(&lone);
    raw(CALL_setpriority, BY_PROCESS, one, 3, 0);
    raw(CALL_setpriority, BY_PROCESS, two, 7, 0);
    is(20 - raw(CALL_getpriority, BY_USER, 54323, 0, 0), 3,
        "of several processes the highest priority is told");
    is(as(&lone, CALL_setpriority, BY_USER, 0, 9, 0), 0,
        "all processes of one's own");
    ok(priority_of(one) == 11 && priority_of(two) == 11, "are set");
    returns(as(&student, CALL_setpriority, BY_USER, 54323, 12, 0), -EPERM,
        "not by another");
    ok(priority_of(one) == 11 && priority_of(two) == 11, "they are not");
    is(raw(CALL_setpriority, BY_USER, 54323, 10, 0), 0, "but by root");
    ok(priority_of(one) == 10 && priority_of(two) == 10, "they are");
    end_child(one);
    end_child(two);
}

/* The files of a process of root, and of one of a user, in /proc. */
static void
test_proc(void)
{
    static const struct {
        const char *name;
        int flags;
        int error;
    } files[] = {
        { "stat", O_RDONLY, 0 },
        { "maps", O_RDONLY, EACCES },
        { "fd", O_RDONLY | O_DIRECTORY, EACCES },
        { "fd/0", O_RDONLY, EACCES },
        { "exe", O_RDONLY, EACCES },
        { "cwd", O_RDONLY, EACCES },
    };
    char path[64], name[64], text[256];
    pid_t pid = idle_child();
    for (int i = 0; i < COUNT_OF(files); i++) {
        snprintf(path, sizeof(path), "/proc/%d/%s", pid, files[i].name);
        snprintf(name, sizeof(name), "%s of another's process",
            files[i].name);
        returns(as(&student, NR_open, P(path), files[i].flags, 0, 0),
            -files[i].error, name);
        is(as(&root, NR_open, P(path), files[i].flags, 0, 0), 0,
            "root opens it");
    }
    snprintf(path, sizeof(path), "/proc/%d/exe", pid);
    returns(as(&student, NR_readlink, P(path), P(text), sizeof(text), 0),
        -EACCES, "where its exe leads is not told");
    snprintf(path, sizeof(path), "/proc/%d/cwd", pid);
    returns(as(&student, NR_readlink, P(path), P(text), sizeof(text), 0),
        -EACCES, "nor its cwd");
    returns(as(&student, NR_chdir, P(path), 0, 0, 0), -EACCES,
        "nor can one go there");
    end_child(pid);
}

int
main(void)
{
    /* Who began the test may be nice; its children would be, too. */
    raw(CALL_setpriority, BY_PROCESS, 0, 0, 0);
    test_machine();
    test_limits();
    test_priorities();
    test_users();
    test_proc();
    return done();
}

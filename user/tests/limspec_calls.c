/*
 * limspec_calls.c: prlimit64, getrlimit and setrlimit of all sixteen
 * resources: what is refused, what is kept by fork and exec, and limits of
 * another process. What limits do: limspec_files.c, _memory.c, _cpu.c. Who may
 * change them: limspec_user.c.
 */
#include "limspec.h"

static const char *self;

static const char *const names[RESOURCES] = {
    "CPU", "FSIZE", "DATA", "STACK", "CORE", "RSS", "NPROC", "NOFILE",
    "MEMLOCK", "AS", "LOCKS", "SIGPENDING", "MSGQUEUE", "NICE", "RTPRIO",
    "RTTIME",
};

/* Limits that do not get in the way, each with numbers of its own; 0 where a
 * hard limit may be 0, which not every root may raise. */
static struct limit
sample(int resource)
{
    static const unsigned long base[RESOURCES] = {
        1000, 1 << 30, 1UL << 40, 1 << 22, 0, 1UL << 40, 20000, 40, 1 << 20,
        1UL << 41, 100, 1000, 100000, 0, 0, 1000000,
    };
    struct limit limit = { base[resource], base[resource] };

    if (limit.soft != 0) {
        limit.hard += (unsigned long)resource + 1;
    }
    return limit;
}

static void
test_refused(void)
{
    struct limit limit = { 10, 9 };
    pid_t gone = must_fork();

    if (gone == 0) {
        _exit(0);
    }
    waitpid(gone, NULL, 0);
    returns(raw(NR_prlimit64, 0, RESOURCES, 0, P(&limit)), -EINVAL,
        "no resource 16");
    returns(raw(NR_prlimit64, 0, -1, 0, P(&limit)), -EINVAL, "nor -1");
    returns(raw(NR_prlimit64, 0, RESOURCES, 0, 0), -EINVAL,
        "whatever is asked");
    returns(raw(CALL_getrlimit, RESOURCES, P(&limit), 0, 0), -EINVAL,
        "getrlimit: no resource 16");
    returns(raw(CALL_setrlimit, RESOURCES, P(&limit), 0, 0), -EINVAL,
        "setrlimit, too");
    limit.soft = 10;
    limit.hard = 9;
    returns(raw(NR_prlimit64, 0, NOFILE, P(&limit), 0), -EINVAL,
        "the soft limit above the hard one");
    returns(raw(CALL_setrlimit, NOFILE, P(&limit), 0, 0), -EINVAL,
        "setrlimit, too");
    limit.soft = INFINITE;
    returns(raw(CALL_setrlimit, NOFILE, P(&limit), 0, 0), -EINVAL,
        "infinite is above all");
    returns(raw(NR_prlimit64, 0, NOFILE, 1, 0), -EFAULT, "set: address 1");
    returns(raw(NR_prlimit64, 0, NOFILE, 0, 1), -EFAULT, "get: address 1");
    returns(raw(CALL_getrlimit, NOFILE, 0, 0, 0), -EFAULT, "getrlimit: NULL");
    returns(raw(CALL_setrlimit, NOFILE, 0, 0, 0), -EFAULT, "setrlimit: NULL");
    returns(raw(CALL_setrlimit, RESOURCES, 1, 0, 0), -EFAULT,
        "its address is seen first");
    returns(raw(NR_prlimit64, gone, NOFILE, 0, P(&limit)), -ESRCH,
        "no such process");
    returns(raw(NR_prlimit64, -1, NOFILE, 0, P(&limit)), -ESRCH, "nor -1");
    returns(raw(NR_prlimit64, gone, NOFILE, 1, 0), -EFAULT,
        "the address is seen first");
    returns(raw(NR_prlimit64, 0, NOFILE, 0, 0), 0, "nothing is asked");
    returns(raw(NR_prlimit64, gone, NOFILE, 0, 0), -ESRCH,
        "but of somebody");
}

static void
test_each(void)
{
    char name[64];
    struct limit want, got, old;

    for (int i = 0; i < RESOURCES; i++) {
        want = sample(i);
        snprintf(name, sizeof(name), "%s can be set", names[i]);
        is(raw(NR_prlimit64, 0, i, P(&want), 0), 0, name);
        memset(&got, 0xa5, sizeof(got));
        is(raw(CALL_getrlimit, i, P(&got), 0, 0), 0, "and asked");
        ok(got.soft == want.soft && got.hard == want.hard, "both numbers");
        old = want;
        want.hard = want.soft;
        is(raw(NR_prlimit64, 0, i, P(&want), P(&got)), 0, "set and asked");
        ok(got.soft == old.soft && got.hard == old.hard, "gives the old ones");
        ok(has_limit(i, want.soft, want.soft), "and sets the new ones");
    }
    want.soft = 20;
    want.hard = 40;
    is(raw(CALL_setrlimit, NOFILE, P(&want), 0, 0), 0, "setrlimit");
    ok(has_limit(NOFILE, 20, 40), "does the same");
    want.soft = 25;
    is(raw(NR_prlimit64, 0, NOFILE, P(&want), P(&want)), 0, "in one place");
    ok(want.soft == 20 && want.hard == 40, "read before it is written");
    returns(raw(NR_prlimit64, 0, NOFILE, P(&want), 1), -EFAULT,
        "a bad place for the old ones");
    ok(has_limit(NOFILE, 20, 40), "but the new ones are set");
    returns(set_limit(NOFILE, 41, 40), -EINVAL, "soft above hard");
    ok(has_limit(NOFILE, 20, 40), "changes nothing");
    is(set_limit(NOFILE, 40, 40), 0, "up to the hard one");
    is(set_limit(NOFILE, 0, 40), 0, "down to 0");
    is(set_limit(NOFILE, 40, 40), 0, "and up again");
}

static int
same_limits(void *unused)
{
    int good = 1;

    (void)unused;
    for (int i = 0; i < RESOURCES; i++) {
        struct limit want = sample(i);
        good &= has_limit(i, want.soft, want.soft);
        set_limit(i, want.soft / 2, want.soft);
    }
    return good ? 7 : 8;
}

static int
after_exec(void)
{
    int good = 1;

    for (int i = 0; i < RESOURCES; i++) {
        struct limit want = sample(i);
        good &= has_limit(i, want.soft, want.soft);
    }
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
    int status = 0, kept = 1;

    for (int i = 0; i < RESOURCES; i++) {
        set_limit(i, sample(i).soft, sample(i).soft);
    }
    exited(in_child(same_limits, NULL), 7, "fork keeps all limits");
    for (int i = 0; i < RESOURCES; i++) {
        kept &= has_limit(i, sample(i).soft, sample(i).soft);
    }
    ok(kept, "a child's changes are its own");
    exited(in_child(executes, NULL), 7, "exec keeps all limits");
    pid_t pid = vfork();
    if (pid == 0) {
        _exit(set_soft(NOFILE, 20));
    }
    waitpid(pid, &status, 0);
    exited(status, 0, "a child of vfork changes a limit");
    ok(has_limit(NOFILE, 40, 40), "which is not its parent's");
}

/* It tells, whenever asked, its limit of open files. */
static void
test_other(void)
{
    int asked[2], told[2];
    struct limit limit = { 11, 13 }, old;
    char byte;

    pipe(asked);
    pipe(told);
    pid_t child = must_fork();
    while (child == 0) {
        read(asked[0], &byte, 1);
        limit = limit_of(NOFILE);
        write(told[1], &limit, sizeof(limit));
    }
    is(raw(NR_prlimit64, child, NOFILE, 0, P(&old)), 0, "of a child");
    ok(old.soft == 40 && old.hard == 40, "they can be asked");
    is(raw(NR_prlimit64, child, NOFILE, P(&limit), P(&old)), 0, "and set");
    write(asked[1], "a", 1);
    read(told[0], &old, sizeof(old));
    ok(old.soft == 11 && old.hard == 13, "it sees that");
    ok(has_limit(NOFILE, 40, 40), "its parent does not");
    is(raw(NR_prlimit64, getpid(), NOFILE, 0, P(&old)), 0, "by number");
    ok(old.soft == 40 && old.hard == 40, "of oneself");
    end_child(child);
    returns(raw(NR_prlimit64, child, NOFILE, 0, P(&old)), -ESRCH, "gone");
}

int
main(int argc, char **argv)
{
    self = argv[0];
    if (argc > 1) {
        return after_exec();
    }
    test_refused();
    test_each();
    test_inherited();
    test_other();
    return done();
}

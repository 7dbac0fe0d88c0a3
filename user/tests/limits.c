/*
 * The sixteen limits: reading and setting them, of oneself and of others; what
 * fork and exec keep; what is refused.
 */
#include "tap.h"

#include <sys/resource.h>

#include "clone.h"

enum { KINDS = 16, NR_getrlimit = 97, NR_setrlimit = 160 };

static long
change(long pid, long kind, unsigned long soft, unsigned long hard)
{
    struct rlimit limit = { soft, hard };

    return raw(NR_prlimit64, pid, kind, P(&limit), 0);
}

/* Whether a process (0: this one) has this limit. */
static int
has(long pid, long kind, unsigned long soft, unsigned long hard)
{
    struct rlimit limit = { 1, 2 };

    return raw(NR_prlimit64, pid, kind, 0, P(&limit)) == 0
           && limit.rlim_cur == soft && limit.rlim_max == hard;
}

/* Set each to values of its own, below what it is. */
static int
set_all(void)
{
    int wrong = 0;

    for (int kind = 0; kind < KINDS; kind++) {
        struct rlimit limit = { 1, 2 }, now = { 0, 0 };
        wrong += raw(NR_getrlimit, kind, P(&limit), 0, 0) != 0;
        unsigned long hard = limit.rlim_max < 1UL << 40 ? limit.rlim_max
                                                        : 1UL << 40;
        hard = kind == RLIMIT_CPU ? 1000000 : hard;
        limit.rlim_max = hard;
        limit.rlim_cur = kind == RLIMIT_STACK ? 1 << 20
                         : hard < 64 ? hard : hard / 2;
        wrong += raw(NR_setrlimit, kind, P(&limit), 0, 0) != 0;
        wrong += raw(NR_prlimit64, 0, kind, 0, P(&now)) != 0;
        wrong += now.rlim_cur != limit.rlim_cur || now.rlim_max != hard;
    }
    return wrong;
}

/* A sum of all, for one who should have the same. */
static unsigned long
sum(void)
{
    unsigned long sum = 0;

    for (int kind = 0; kind < KINDS; kind++) {
        struct rlimit limit = { 0, 0 };
        raw(NR_getrlimit, kind, P(&limit), 0, 0);
        sum = sum * 31 + limit.rlim_cur;
        sum = sum * 31 + limit.rlim_max;
    }
    return sum;
}

static int
in_family(void *arg)
{
    char text[32];
    int status, mine = *(int *)arg;
    int wrong = set_all();
    unsigned long before = sum();
    pid_t pid = fork();

    if (pid == 0) {
        int same = sum() == before;
        change(0, RLIMIT_NOFILE, 10, 20);
        _exit(!same || !has(0, RLIMIT_NOFILE, 10, 20));
    }
    waitpid(pid, &status, 0);
    wrong += status != 0;
    wrong += sum() != before;
    pid = fork();
    if (pid == 0) {
        snprintf(text, sizeof(text), "%lu", before);
        execl("/proc/self/exe", "limits", text, (char *)NULL);
        _exit(99);
    }
    waitpid(pid, &status, 0);
    wrong += status != 0;
    return wrong + mine;
}

static void
test_others(void)
{
    struct gate go;
    int zero = 0, status;
    struct rlimit old = { 1, 2 };

    gate_make(&go);
    pid_t pid = must_fork();
    if (pid == 0) {
        gate_wait(&go);
        int same = has(0, RLIMIT_NOFILE, 7, 8);
        int next = fcntl(0, F_DUPFD, 6), none = fcntl(0, F_DUPFD, 6);
        _exit(!same || next != 6 || none != -1 || errno != EMFILE);
    }
    is(raw(NR_prlimit64, pid, RLIMIT_NOFILE, 0, P(&old)), 0, "a child's limit");
    ok(has(0, RLIMIT_NOFILE, old.rlim_cur, old.rlim_max), "is its parent's");
    is(change(pid, RLIMIT_NOFILE, 7, 8), 0, "set by its parent");
    ok(has(pid, RLIMIT_NOFILE, 7, 8), "it is changed");
    ok(has(0, RLIMIT_NOFILE, old.rlim_cur, old.rlim_max), "the parent's not");
    gate_open(&go);
    waitpid(pid, &status, 0);
    exited(status, zero, "the child sees it, and is bound by it");
    is(change(pid, RLIMIT_NOFILE, 7, 8), -ESRCH, "it has ended");
}

static void
test_errors(void)
{
    struct rlimit limit = { 8, 8 };

    is(raw(NR_getrlimit, 16, P(&limit), 0, 0), -EINVAL, "limit 16");
    is(raw(NR_getrlimit, -1, P(&limit), 0, 0), -EINVAL, "limit -1");
    is(raw(NR_setrlimit, 16, P(&limit), 0, 0), -EINVAL, "setting it");
    is(raw(NR_setrlimit, 16, 8, 0, 0), -EFAULT, "at a bad address");
    is(raw(NR_getrlimit, 16, 8, 0, 0), -EINVAL, "reading it to one");
    is(raw(NR_getrlimit, 7, 8, 0, 0), -EFAULT, "limit 7 to one");
    is(raw(NR_prlimit64, 0, 7, 8, P(&limit)), -EFAULT, "prlimit: from one");
    is(raw(NR_prlimit64, 0, 7, 0, 8), -EFAULT, "to one");
    is(raw(NR_prlimit64, 0x7fffffff, 99, P(&limit), 0), -ESRCH, "no process");
    is(raw(NR_prlimit64, -1, 7, 0, 0), -ESRCH, "process -1");
    is(raw(NR_prlimit64, 0, 99, P(&limit), 0), -EINVAL, "no limit");
    is(change(0, RLIMIT_CORE, 2, 1), -EINVAL, "soft above hard");
    is(change(0, RLIMIT_CORE, RLIM_INFINITY, 1), -EINVAL, "endless above hard");
    is(change(0, RLIMIT_NOFILE, 1, RLIM_INFINITY), -EPERM,
       "endless descriptors");
    is(raw(NR_prlimit64, 0, 7, 0, 0), 0, "nothing to do");
}

static int
with_new(void *arg)
{
    struct rlimit old = { 0, 0 }, new = { 5, 6 }, set = { 1, 1 };

    (void)arg;
    change(0, RLIMIT_NOFILE, 10, 12);
    return raw(NR_prlimit64, 0, RLIMIT_NOFILE, P(&new), P(&old)) != 0
           || old.rlim_cur != 10 || old.rlim_max != 12
           || getrlimit(RLIMIT_NOFILE, &set) != 0 || set.rlim_cur != 5
           || set.rlim_max != 6 || (set.rlim_cur = 6, 0)
           || setrlimit(RLIMIT_NOFILE, &set) != 0
           || !has(0, RLIMIT_NOFILE, 6, 6);
}

int
main(int argc, char **argv)
{
    int zero = 0;

    if (argc > 1) {
        return strtoul(argv[1], NULL, 10) != sum();
    }
    exited(in_child(in_family, &zero), 0,
           "each is set, inherited, kept by exec, and a child's own");
    exited(in_child(with_new, NULL), 0, "old and new in one call");
    test_others();
    test_errors();
    return done();
}

/*
 * rusage.c: what getrusage, times and a wait for a stop say that a process and
 * its children have used: time, faults, switches, and the most memory at once.
 */
#include "raw.h"
#include "tap.h"

#include <fcntl.h>
#include <sys/mman.h>
#include <sys/resource.h>
#include <sys/times.h>

enum { MIB = 1 << 20, PAGES = 10 * MIB / 4096, SPENT = 200,
    LEAST = 8 * 1024 };

static const char *self;

static struct rusage
usage_of(int who)
{
    struct rusage usage;

    memset(&usage, 0xa5, sizeof(usage));
    getrusage(who, &usage);
    return usage;
}

/* (Linux counts pages in lots. So LEAST is less than what touch makes, in KiB.)
 * Write to ten times 1 MiB, each apart: nowhere a page of 2 MiB. */
static void
touch(void)
{
    char *at = mmap(NULL, 20 * MIB, PROT_NONE, MAP_PRIVATE | MAP_ANONYMOUS,
        -1, 0);

    for (int i = 0; i < 10; i++) {
        char *piece = at + 2 * i * MIB;
        mprotect(piece, MIB, PROT_READ | PROT_WRITE);
        for (int page = 0; page < MIB; page += 4096) {
            piece[page] = 1;
        }
    }
}

/* The kernel, too, faults where it writes to pages that are not there. */
static void
test_in_calls(void)
{
    char *at = mmap(NULL, MIB, PROT_READ | PROT_WRITE,
        MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);
    static char bytes[MIB / 4096];
    int ends[2];

    pipe(ends);
    write(ends[1], bytes, sizeof(bytes));
    long before = usage_of(RUSAGE_SELF).ru_minflt;
    for (int page = 0; page < MIB; page += 4096) {
        read(ends[0], at + page, 1);
    }
    long faults = usage_of(RUSAGE_SELF).ru_minflt - before;
    ok(faults >= MIB / 4096, "a fault for each page that a call fills");
    ok(faults < MIB / 4096 + 100, "hardly more");
}

/* A number of /proc/self/stat: the 10th field counts faults, the 11th those of
 * the children. */
static long
field(int number)
{
    static char text[512];
    int fd = open("/proc/self/stat", O_RDONLY);
    long n = read(fd, text, sizeof(text) - 1);
    char *at = text;

    close(fd);
    text[n < 0 ? 0 : n] = '\0';
    for (; number > 1 && at != NULL; number--) {
        at = strchr(at + 1, ' ');
    }
    return at != NULL ? atol(at) : -1;
}

static void
test_listed(void)
{
    field(10); /* its memory is there now */
    long before = usage_of(RUSAGE_SELF).ru_minflt;
    long listed = field(10);
    long after = usage_of(RUSAGE_SELF).ru_minflt;
    ok(before > 0 && before <= listed && listed <= after,
        "/proc has the faults");
    is(field(11), usage_of(RUSAGE_CHILDREN).ru_minflt,
        "and those of the children");
}

static long
ms(const struct rusage *usage)
{
    return (usage->ru_utime.tv_sec + usage->ru_stime.tv_sec) * 1000
           + (usage->ru_utime.tv_usec + usage->ru_stime.tv_usec) / 1000;
}

/* Until the process has used this much CPU time, whatever else runs. */
static void
spend(long least)
{
    struct rusage usage;

    do {
        for (volatile int i = 0; i < 10000; i++) {
        }
        usage = usage_of(RUSAGE_SELF);
    } while (ms(&usage) < least);
}

static void
test_errors(void)
{
    static const int bad[] = { 2, -2, -3, 77 };
    struct rusage usage;

    for (int i = 0; i < 4; i++) {
        is(raw(NR_getrusage, bad[i], P(&usage), 0, 0), -EINVAL,
            "there is no such usage");
        is(raw(NR_getrusage, bad[i], 1, 0, 0), -EINVAL, "wherever it goes");
    }
    is(raw(NR_getrusage, 0, 1, 0, 0), -EFAULT, "a bad place for one's own");
    is(raw(NR_getrusage, -1, 0, 0, 0), -EFAULT, "for the children's");
    is(raw(NR_getrusage, 1, 1, 0, 0), -EFAULT, "for a thread's");
    is(raw(NR_times, 1, 0, 0, 0), -EFAULT, "for times");
    ok(raw(NR_times, 0, 0, 0, 0) > 0, "which needs none");
}

static void
test_self(void)
{
    struct rusage before = usage_of(RUSAGE_SELF);
    touch();
    struct rusage after = usage_of(RUSAGE_SELF);
    struct rusage thread = usage_of(RUSAGE_THREAD);

    ok(after.ru_minflt >= before.ru_minflt + PAGES, "a fault for each page");
    ok(after.ru_minflt < before.ru_minflt + PAGES + 1000, "hardly more");
    ok(after.ru_maxrss >= LEAST, "maxrss is not below what there is");
    ok(thread.ru_minflt >= PAGES && thread.ru_maxrss >= LEAST,
        "a thread's is the same in a process with one");
    for (int i = 0; i < 20; i++) {
        nap(1);
    }
    struct rusage last = usage_of(RUSAGE_SELF);
    ok(last.ru_nvcsw >= after.ru_nvcsw + 20, "a switch for each sleep");
    ok(ms(&last) >= ms(&before) && last.ru_nivcsw >= before.ru_nivcsw,
        "nothing goes down");
}

/* A child begins at zero; what it shares is not its fault. */
static int
is_fresh(void *unused)
{
    struct rusage own = usage_of(RUSAGE_SELF);
    struct rusage children = usage_of(RUSAGE_CHILDREN);
    struct tms now;

    (void)unused;
    times(&now);
    return own.ru_minflt < 1500 && ms(&own) < SPENT / 2
           && own.ru_nvcsw < 10 && ms(&children) == 0
           && children.ru_minflt == 0 && children.ru_maxrss == 0
           && now.tms_cutime == 0 && now.tms_cstime == 0;
}

static int
touches(void *unused)
{
    (void)unused;
    touch();
    return 0;
}

static int
spends(void *unused)
{
    (void)unused;
    spend(SPENT);
    return 0;
}

/* Its own time and its child's: what does its parent get? */
static int
family_spends(void *unused)
{
    struct tms now;

    spends(unused);
    in_child(spends, NULL);
    times(&now);
    return now.tms_utime + now.tms_stime >= SPENT / 10 - 1
           && now.tms_cutime + now.tms_cstime >= SPENT / 10 - 1 ? 7 : 8;
}

static void
test_children(void)
{
    struct rusage before = usage_of(RUSAGE_CHILDREN);
    ok(before.ru_minflt == 0 && before.ru_maxrss == 0 && ms(&before) == 0
        && before.ru_nvcsw == 0 && before.ru_nivcsw == 0,
        "without children all is zero");
    exited(in_child(is_fresh, NULL), 1, "and all is in a new child");
    struct rusage fresh = usage_of(RUSAGE_CHILDREN);
    ok(fresh.ru_maxrss >= LEAST, "which has the pages that it shares");
    pid_t pid = must_fork();
    if (pid == 0) {
        touch();
        _exit(0);
    }
    const long look[6] = { 1, pid, 0, WEXITED | WNOWAIT, 0, 0 };
    raw_v(NR_waitid, look);
    struct rusage seen = usage_of(RUSAGE_CHILDREN);
    ok(seen.ru_minflt < PAGES, "who is only looked at does not count");
    waitpid(pid, NULL, 0);
    struct rusage one = usage_of(RUSAGE_CHILDREN);
    ok(one.ru_minflt >= before.ru_minflt + PAGES, "who is waited for does");
    ok(one.ru_maxrss >= 2 * LEAST, "with maxrss");
    in_child(touches, NULL);
    in_child(touches, NULL);
    struct rusage three = usage_of(RUSAGE_CHILDREN);
    ok(three.ru_minflt >= one.ru_minflt + 2 * PAGES, "faults are summed");
    ok(three.ru_maxrss < one.ru_maxrss + 4 * 1024, "maxrss is the largest");
    struct rusage self_usage = usage_of(RUSAGE_SELF);
    ok(self_usage.ru_minflt < 3 * PAGES, "none of that is one's own");
}

static void
test_generations(void)
{
    struct tms first, last;
    struct rusage before = usage_of(RUSAGE_CHILDREN);

    times(&first);
    exited(in_child(family_spends, NULL), 7, "a child and its child spend");
    struct rusage after = usage_of(RUSAGE_CHILDREN);
    times(&last);
    ok(ms(&after) >= ms(&before) + 2 * SPENT - 20, "the sum is here");
    ok(last.tms_cutime + last.tms_cstime
            >= first.tms_cutime + first.tms_cstime + 2 * SPENT / 10 - 2,
        "in times, too");
    ok(times(NULL) >= 2 * SPENT / 10, "more than that has passed since boot");
}

static int
executes(void *unused)
{
    char *args[] = { (char *)self, "peak", NULL };

    (void)unused;
    touch();
    execv(self, args);
    return 99;
}

static void
test_exec(void)
{
    exited(in_child(executes, NULL), 7, "exec keeps maxrss and faults");
}

/* A child that has stopped is not small because it has not ended. */
static void
test_stopped(void)
{
    struct rusage usage;
    int status = 0;
    pid_t pid = must_fork();

    if (pid == 0) {
        touch();
        kill(getpid(), SIGSTOP);
        _exit(0);
    }
    memset(&usage, 0xa5, sizeof(usage));
    is(wait4(pid, &status, WUNTRACED, &usage), pid, "a child stops");
    ok(usage.ru_maxrss >= LEAST, "its pages are known");
    ok(usage.ru_minflt >= PAGES, "and its faults");
    kill(pid, SIGCONT);
    memset(&usage, 0xa5, sizeof(usage));
    is(wait4(pid, &status, WCONTINUED, &usage), pid, "it goes on, or has");
    ok(usage.ru_maxrss >= LEAST, "its pages are known");
    if (WIFCONTINUED(status)) {
        waitpid(pid, &status, 0);
    }
    exited(status, 0, "it ends");
}

int
main(int argc, char **argv)
{
    self = argv[0];
    if (argc > 1) {
        struct rusage usage = usage_of(RUSAGE_SELF);
        return usage.ru_maxrss >= LEAST && usage.ru_minflt >= PAGES ? 7 : 8;
    }
    test_errors();
    test_self();
    test_in_calls();
    test_children();
    test_generations();
    test_listed();
    test_exec();
    test_stopped();
    return done();
}

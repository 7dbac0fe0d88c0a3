/*
 * sigspec_waitid.c: waitid: which children, which changes, WNOWAIT, what
 * siginfo and rusage say, errors. (How stops and continues replace each
 * other: sigspec_status.c.)
 */
#include "sigspec.h"

#include <sys/mman.h>
#include <sys/resource.h>

enum { ALL = 0, PID = 1, PGID = 2 };
#define EVERY (WEXITED | WSTOPPED | WCONTINUED)

static siginfo_t seen;

static long
waits(int type, long id, int options, struct rusage *usage)
{
    const long arg[6] = { type, id, P(&seen), options, P(usage), 0 };

    memset(&seen, 0xa5, sizeof(seen));
    return raw_v(NR_waitid, arg);
}

static void
says(long result, pid_t pid, int code, int status, const char *name)
{
    ok(result == 0 && seen.si_signo == SIGCHLD && seen.si_errno == 0
        && seen.si_code == code && seen.si_pid == pid
        && seen.si_uid == getuid() && seen.si_status == status, name);
    if (result != 0 || seen.si_code != code || seen.si_status != status) {
        printf("# got %ld, code %d, status %d\n", result, seen.si_code,
            seen.si_status);
    }
}

/* Nothing to tell: siginfo is written, all zero. */
static void
none(long result, const char *name)
{
    ok(result == 0 && seen.si_signo == 0 && seen.si_pid == 0
        && seen.si_code == 0 && seen.si_status == 0 && seen.si_uid == 0,
        name);
}

/* A child in a group of its own. */
static pid_t
leader(void)
{
    pid_t pid = idle_child();

    setpgid(pid, pid);
    return pid;
}

static pid_t
dead(int code)
{
    pid_t pid = must_fork();

    if (pid == 0) {
        _exit(code);
    }
    until_state(pid, 'Z');
    return pid;
}

static void
test_errors(void)
{
    returns(waits(ALL, 0, WEXITED, NULL), -ECHILD, "no child");
    returns(waits(ALL, 0, WEXITED | WNOHANG, NULL), -ECHILD, "no hang either");
    ok(seen.si_signo == 0 && seen.si_pid == 0, "siginfo is all zero then");
    returns(waits(ALL, 0, 0, NULL), -EINVAL, "nothing to wait for");
    returns(waits(ALL, 0, WNOHANG | WNOWAIT, NULL), -EINVAL, "only how");
    returns(waits(ALL, 0, WEXITED | 0x10, NULL), -EINVAL, "an unknown option");
    returns(waits(ALL, 0, WEXITED | 0x80, NULL), -EINVAL, "another one");
    returns(waits(7, 0, WEXITED, NULL), -EINVAL, "an unknown kind");
    returns(waits(-1, 0, WEXITED, NULL), -EINVAL, "kind -1");
    returns(waits(PID, 0, WEXITED, NULL), -EINVAL, "pid 0");
    returns(waits(PID, -1, WEXITED, NULL), -EINVAL, "pid -1");
    returns(waits(PID, -0x7fffffff - 1, WEXITED, NULL), -EINVAL,
        "the lowest pid");
    returns(waits(PGID, -1, WEXITED, NULL), -EINVAL, "group -1");
    returns(waits(PID, 0x7fffffff, WEXITED, NULL), -ECHILD, "not a child");
    returns(waits(PID, getpid(), WEXITED, NULL), -ECHILD, "not oneself");
    returns(waits(PGID, 0x7fffffff, WEXITED, NULL), -ECHILD, "not a group");
    returns(waits(PGID, 0, WEXITED, NULL), -ECHILD, "no child in one's group");
}

static void
test_pointers(void)
{
    pid_t pid = dead(3);
    const long bad[6] = { PID, pid, 1, WEXITED | WNOWAIT, 0, 0 };
    const long bad_usage[6] = { PID, pid, 0, WEXITED | WNOWAIT, 1, 0 };
    const long nowhere[6] = { PID, pid, 0, WEXITED | WNOWAIT, 0, 0 };
    const long bad_last[6] = { PID, pid, 1, WEXITED, 0, 0 };

    returns(raw_v(NR_waitid, nowhere), 0, "siginfo is not needed");
    returns(raw_v(NR_waitid, bad), -EFAULT, "a bad place for it");
    returns(raw_v(NR_waitid, bad_usage), -EFAULT, "or for rusage");
    says(waits(PID, pid, WEXITED | WNOWAIT, NULL), pid, CLD_EXITED, 3,
        "the child is still there");
    returns(raw_v(NR_waitid, bad_last), -EFAULT, "without WNOWAIT");
    returns(waits(PID, pid, WEXITED, NULL), -ECHILD, "it is gone then");
}

static void
test_which(void)
{
    pid_t a = leader(), b = idle_child(), c = idle_child();

    setpgid(b, a);
    none(waits(ALL, 0, EVERY | WNOHANG, NULL), "all of them live");
    none(waits(PGID, a, EVERY | WNOHANG, NULL), "all in a group");
    none(waits(PID, c, EVERY | WNOHANG, NULL), "one");
    none(waits(PGID, 0, EVERY | WNOHANG, NULL), "one's own group");
    kill(c, SIGKILL);
    says(waits(PGID, 0, WEXITED, NULL), c, CLD_KILLED, SIGKILL,
        "group 0: the child in one's own group");
    returns(waits(PGID, 0, WEXITED, NULL), -ECHILD, "there was one");
    c = idle_child();
    kill(b, SIGTERM);
    says(waits(PGID, a, WEXITED, NULL), b, CLD_KILLED, SIGTERM,
        "a group: the one of its members that ended");
    none(waits(PGID, a, WEXITED | WNOHANG, NULL), "the other one lives");
    kill(a, SIGKILL);
    kill(c, SIGKILL);
    says(waits(PID, c, WEXITED, NULL), c, CLD_KILLED, SIGKILL, "a pid");
    says(waits(ALL, 77, WEXITED, NULL), a, CLD_KILLED, SIGKILL,
        "all: the id means nothing");
    returns(waits(PID, a, WEXITED, NULL), -ECHILD, "none is left");
}

static void
test_changes(void)
{
    pid_t pid = leader();

    kill(pid, SIGSTOP);
    until_state(pid, 'T');
    none(waits(PID, pid, WEXITED | WNOHANG, NULL), "a stop is no end");
    none(waits(PID, pid, WCONTINUED | WNOHANG, NULL), "and no continue");
    says(waits(PID, pid, WSTOPPED | WNOWAIT, NULL), pid, CLD_STOPPED, SIGSTOP,
        "a stop, looked at");
    says(waits(ALL, 0, WSTOPPED | WNOWAIT, NULL), pid, CLD_STOPPED, SIGSTOP,
        "again");
    says(waits(PID, pid, EVERY, NULL), pid, CLD_STOPPED, SIGSTOP, "taken");
    none(waits(PID, pid, EVERY | WNOHANG, NULL), "once");
    kill(pid, SIGCONT);
    none(waits(PID, pid, WEXITED | WSTOPPED | WNOHANG, NULL),
        "a continue is no stop");
    says(waits(PID, pid, WCONTINUED | WNOWAIT, NULL), pid, CLD_CONTINUED,
        SIGCONT, "a continue, looked at");
    says(waits(PID, pid, WCONTINUED, NULL), pid, CLD_CONTINUED, SIGCONT,
        "taken");
    none(waits(PID, pid, EVERY | WNOHANG, NULL), "once");
    kill(pid, SIGUSR1);
    until_state(pid, 'Z');
    says(waits(PID, pid, EVERY | WNOWAIT, NULL), pid, CLD_KILLED, SIGUSR1,
        "an end, looked at");
    int status = 0;
    is(waitpid(pid, &status, 0), pid, "wait4 gets the same end");
    killed(status, SIGUSR1, "with its signal");
    returns(waits(PID, pid, EVERY, NULL), -ECHILD, "there is no more");
    pid = dead(0x1ff);
    returns(waits(PID, pid, WSTOPPED | WCONTINUED, NULL), -ECHILD,
        "who has ended is not waited for without WEXITED");
    returns(waits(PID, pid, WSTOPPED | WNOHANG, NULL), -ECHILD, "at no time");
    says(waits(PID, pid, WEXITED, NULL), pid, CLD_EXITED, 0xff,
        "an exit code has eight bits");
}

/* Asleep in waitid until it happens. A byte lets the helper make the next
 * change when its parent is asleep again. */
static void
test_asleep(void)
{
    int turn[2];
    char byte = 0;

    pipe(turn);
    pid_t parent = getpid(), pid = leader(), helper = must_fork();
    if (helper == 0) {
        static const int sigs[] = { SIGSTOP, SIGCONT, SIGSTOP };
        for (int i = 0; i < COUNT_OF(sigs); i++) {
            read(turn[0], &byte, 1);
            until_state(parent, 'S');
            kill(pid, sigs[i]);
        }
        until_state(pid, 'T');
        kill(pid, SIGKILL);
        _exit(0);
    }
    write(turn[1], &byte, 1);
    says(waits(PID, pid, WSTOPPED, NULL), pid, CLD_STOPPED, SIGSTOP,
        "it waits for a stop");
    write(turn[1], &byte, 1);
    says(waits(PID, pid, WCONTINUED, NULL), pid, CLD_CONTINUED, SIGCONT,
        "for a continue");
    write(turn[1], &byte, 1);
    says(waits(PGID, pid, WEXITED, NULL), pid, CLD_KILLED, SIGKILL,
        "for an end, though it stops first");
    waitpid(helper, NULL, 0);
    close(turn[0]);
    close(turn[1]);
}

/* If the last child that could answer ends, a wait for stops ends, too. */
static void
test_last(void)
{
    pid_t parent = getpid(), pid = must_fork();

    if (pid == 0) {
        until_state(parent, 'S');
        _exit(4);
    }
    returns(waits(PID, pid, WSTOPPED, NULL), -ECHILD,
        "a wait for a stop, and the child ends");
    says(waits(PID, pid, WEXITED, NULL), pid, CLD_EXITED, 4, "it did");
}

enum { MIB = 1 << 20 };

/* Ten times 1 MiB, each apart: nowhere a page of 2 MiB. */
static int
touches(void *unused)
{
    char *at = mmap(NULL, 20 * MIB, PROT_NONE, MAP_PRIVATE | MAP_ANONYMOUS,
        -1, 0);
    (void)unused;
    for (int i = 0; i < 10; i++) {
        char *piece = at + 2 * i * MIB;
        mprotect(piece, MIB, PROT_READ | PROT_WRITE);
        for (int page = 0; page < MIB; page += 4096) {
            piece[page] = 1;
        }
    }
    return 0;
}

static int
returns_zero(void *unused)
{
    (void)unused;
    return 0;
}

static int
sleeps(void *unused)
{
    (void)unused;
    for (int i = 0; i < 30; i++) {
        nap(1);
    }
    return 0;
}

static int
waits_for_touches(void *unused)
{
    (void)unused;
    return in_child(touches, NULL);
}

static int
forgets_touches(void *unused)
{
    (void)unused;
    act(SIGCHLD, TO_IGNORE, 0, 0);
    pid_t pid = must_fork();
    if (pid == 0) {
        _exit(touches(NULL));
    }
    return raw(NR_wait4, -1, 0, 0, 0) != -ECHILD;
}

static struct rusage
usage_of(int (*body)(void *), int by_waitid)
{
    struct rusage usage;
    pid_t pid = must_fork();

    if (pid == 0) {
        _exit(body(NULL));
    }
    memset(&usage, 0xa5, sizeof(usage));
    if (by_waitid) {
        waits(PID, pid, WEXITED | WNOWAIT, &usage);
        wait4(pid, NULL, 0, &usage);
    } else {
        waits(PID, pid, WEXITED, &usage);
    }
    return usage;
}

/* (Linux counts the pages of a process in lots: a small one may have none.) */
static int
sane(const struct rusage *usage)
{
    return usage->ru_utime.tv_usec >= 0 && usage->ru_utime.tv_usec < 1000000
           && usage->ru_stime.tv_usec >= 0 && usage->ru_stime.tv_usec < 1000000
           && usage->ru_utime.tv_sec >= 0 && usage->ru_utime.tv_sec < 10
           && usage->ru_maxrss >= 0 && usage->ru_maxrss < 1 << 22
           && usage->ru_minflt >= 0 && usage->ru_majflt >= 0
           && usage->ru_nswap == 0 && usage->ru_ixrss == 0
           && usage->ru_nvcsw >= 0 && usage->ru_nivcsw >= 0;
}

static void
test_usage(void)
{
    struct rusage quick = usage_of(returns_zero, 0);
    struct rusage large = usage_of(touches, 0);
    struct rusage slow = usage_of(sleeps, 0);
    struct rusage again = usage_of(touches, 1);
    struct rusage family = usage_of(waits_for_touches, 0);
    struct rusage alone = usage_of(forgets_touches, 0);

    ok(sane(&quick), "rusage is sane");
    ok(sane(&large), "of a large child, too");
    ok(large.ru_maxrss >= quick.ru_maxrss + 8192,
        "ten MiB more make at least eight MiB more in maxrss");
    ok(large.ru_minflt >= quick.ru_minflt + 2500,
        "and a fault for each page");
    ok(slow.ru_nvcsw >= quick.ru_nvcsw + 30, "each sleep is a switch");
    ok(slow.ru_minflt < quick.ru_minflt + 1000, "but no fault");
    ok(again.ru_maxrss >= quick.ru_maxrss + 8192
        && again.ru_minflt >= quick.ru_minflt + 2500, "wait4 says the same");
    ok(family.ru_minflt >= quick.ru_minflt + 2500,
        "a child's faults have those of its children");
    ok(family.ru_maxrss >= quick.ru_maxrss + 8192,
        "and its maxrss is that of the largest");
    ok(alone.ru_minflt < quick.ru_minflt + 2000,
        "but not of children for which it never waited");
    pid_t pid = leader();
    struct rusage living;
    kill(pid, SIGSTOP);
    memset(&living, 0xa5, sizeof(living));
    says(waits(PID, pid, WSTOPPED, &living), pid, CLD_STOPPED, SIGSTOP,
        "a stop with rusage");
    ok(sane(&living), "which is sane");
    end_child(pid);
    memset(&living, 0xa5, sizeof(living));
    pid = leader();
    none(waits(PID, pid, WEXITED | WNOHANG, &living), "none");
    end_child(pid);
}

int
main(void)
{
    test_errors();
    test_pointers();
    test_which();
    test_changes();
    test_asleep();
    test_last();
    test_usage();
    return done();
}

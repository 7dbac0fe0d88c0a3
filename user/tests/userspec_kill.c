/*
 * userspec_kill.c: who may send signals to whom: the sender's real or effective
 * id must be the target's real or saved one; SIGCONT goes to all of the
 * session; of a group or of all, those are reached who may be.
 * seconds: 25
 */
#include "userspec.h"

/* A process of these ids that waits for its end. */
static pid_t
target(unsigned real, unsigned effective, unsigned saved, int session)
{
    int fds[2];
    char byte;

    if (pipe(fds) < 0) {
        exit(99);
    }
    pid_t pid = must_fork();
    if (pid == 0) {
        if (session) {
            setsid();
        }
        raw(CALL_setresuid, real, effective, saved, 0);
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

/* In a child of these ids: what comes of kill? */
static long
sent(struct ids from, pid_t to, int sig)
{
    int fds[2];
    long result = -1000;

    if (pipe(fds) < 0) {
        return result;
    }
    pid_t pid = must_fork();
    if (pid == 0) {
        /* With root's rights kill(-1) would reach everything. */
        if (raw(CALL_setresuid, from.real, from.effective, from.saved, 0)
            == 0) {
            result = raw(NR_kill, to, sig, 0, 0);
        }
        write(fds[1], &result, sizeof(result));
        _exit(0);
    }
    close(fds[1]);
    read(fds[0], &result, sizeof(result));
    close(fds[0]);
    waitpid(pid, NULL, 0);
    return result;
}

static void
test_ids(void)
{
    static const struct {
        struct ids from, to;
        int error;
    } cases[] = {
        { { 5, 5, 5 }, { 5, 5, 5 }, 0 },
        { { 5, 5, 5 }, { 6, 6, 6 }, EPERM },
        { { 5, 5, 5 }, { 0, 0, 0 }, EPERM },
        { { 5, 5, 5 }, { 5, 6, 6 }, 0 },
        { { 5, 5, 5 }, { 6, 6, 5 }, 0 },
        { { 5, 5, 5 }, { 6, 5, 6 }, EPERM },
        { { 5, 5, 5 }, { 5, 0, 0 }, 0 },
        { { 5, 5, 5 }, { 0, 5, 0 }, EPERM },
        { { 6, 5, 6 }, { 5, 5, 5 }, 0 },
        { { 5, 6, 6 }, { 5, 5, 5 }, 0 },
        { { 6, 6, 5 }, { 5, 5, 5 }, EPERM },
        { { 6, 5, 7 }, { 8, 9, 6 }, 0 },
        { { 0, 0, 0 }, { 5, 5, 5 }, 0 },
        { { 0, 0, 0 }, { 0, 0, 0 }, 0 },
        { { 5, 0, 5 }, { 6, 6, 6 }, 0 },
        { { 0, 5, 0 }, { 6, 6, 6 }, EPERM },
        { { 0, 5, 0 }, { 0, 0, 0 }, 0 },
    };
    for (int i = 0; i < COUNT_OF(cases); i++) {
        struct ids to = cases[i].to, from = cases[i].from;
        char name[96];
        pid_t pid = target(to.real, to.effective, to.saved, 0);
        snprintf(name, sizeof(name), "%u %u %u to %u %u %u: signal 0",
            from.real, from.effective, from.saved, to.real, to.effective,
            to.saved);
        returns(sent(from, pid, 0), -cases[i].error, name);
        snprintf(name, sizeof(name), "%u %u %u to %u %u %u: a signal",
            from.real, from.effective, from.saved, to.real, to.effective,
            to.saved);
        returns(sent(from, pid, SIGTERM), -cases[i].error, name);
        if (cases[i].error == 0) {
            int status;
            waitpid(pid, &status, 0);
            killed(status, SIGTERM, "which arrives");
        } else {
            is(waitpid(pid, NULL, WNOHANG), 0, "the target lives");
            end_child(pid);
        }
    }
}

static const struct ids five = { 5, 5, 5 };

static void
test_errors(void)
{
    pid_t pid = target(0, 0, 0, 0);
    returns(sent(five, pid, 65), -EINVAL, "no signal 65, before all rights");
    returns(sent(five, 0x7fffffff, 0), -ESRCH, "no such process");
    kill(pid, SIGKILL);
    until_state(pid, 'Z');
    returns(sent(five, pid, 0), -EPERM, "a zombie has its ids");
    waitpid(pid, NULL, 0);
    returns(sent(five, 1, SIGKILL), -EPERM, "init is root's");
}

static void
test_continue(void)
{
    pid_t same = target(0, 0, 0, 0), apart = target(0, 0, 0, 1);
    int status;
    kill(same, SIGSTOP);
    waitpid(same, &status, WUNTRACED);
    returns(sent(five, same, SIGCONT), 0, "SIGCONT to all of one's session");
    is(waitpid(same, &status, WCONTINUED), same, "it goes on");
    returns(sent(five, apart, SIGCONT), -EPERM, "not of another");
    returns(sent(five, same, SIGSTOP), -EPERM, "SIGSTOP is another matter");
    end_child(same);
    end_child(apart);
}

static void
test_groups(void)
{
    int status;
    pid_t leader = target(6, 6, 6, 1);
    returns(sent(five, -leader, SIGTERM), -EPERM, "a group, all another's");
    returns(sent(five, -0x7ffffff0, 0), -ESRCH, "no such group");
    end_child(leader);
    /* A group of two, each somebody's. */
    pid_t first = target(6, 6, 6, 0), second = target(5, 5, 5, 0);
    setpgid(first, first);
    setpgid(second, first);
    returns(sent(five, -first, SIGTERM), 0, "a group, some one's own");
    waitpid(second, &status, 0);
    killed(status, SIGTERM, "those get it");
    is(waitpid(first, NULL, WNOHANG), 0, "the others do not");
    end_child(first);
}

/* Users of numbers that no other process has: kill(-1) reaches just these. */
static void
test_all(void)
{
    const struct ids lone = { 54321, 54321, 54321 };
    int status;
    returns(sent(lone, -1, SIGTERM), 0, "kill of -1 that reaches none");
    pid_t one = target(54321, 54321, 54321, 0);
    pid_t two = target(54321, 54322, 54322, 1);
    pid_t three = target(54322, 54321, 54322, 0);
    pid_t four = target(0, 0, 0, 0);
    returns(sent(lone, -1, SIGTERM), 0, "kill of -1 that reaches some");
    waitpid(one, &status, 0);
    killed(status, SIGTERM, "one's own");
    waitpid(two, &status, 0);
    killed(status, SIGTERM, "in any session");
    is(waitpid(three, NULL, WNOHANG), 0, "not one that is so in part");
    is(waitpid(four, NULL, WNOHANG), 0, "nor root's");
    end_child(three);
    end_child(four);
}

/* By the other calls that send: the same rights. */
static int
other_calls(void *arg)
{
    pid_t pid = *(pid_t *)arg;
    siginfo_t info;
    memset(&info, 0, sizeof(info));
    info.si_code = SI_QUEUE;
    return raw(NR_tkill, pid, SIGUSR1, 0, 0) == -EPERM
        && raw(NR_tgkill, pid, pid, SIGUSR1, 0) == -EPERM
        && raw(NR_rt_sigqueueinfo, pid, SIGUSR1, P(&info), 0) == -EPERM
        && raw(NR_rt_tgsigqueueinfo, pid, pid, SIGUSR1, P(&info)) == -EPERM
        ? 7 : 1;
}

static int
child_of_student(void *unused)
{
    (void)unused;
    pid_t pid = must_fork();
    if (pid == 0) {
        while (1) {
            nap(1000);
        }
    }
    int status = 0;
    kill(pid, SIGTERM);
    waitpid(pid, &status, 0);
    return WIFSIGNALED(status) && WTERMSIG(status) == SIGTERM ? 7 : 1;
}

/* The end of a child is told to its parent, whoever that is; a child may be
 * waited for, whoever it became. */
static void
test_children(void)
{
    int status;
    pid_t pid = target(0, 0, 0, 0);
    exited(all_as(&student, other_calls, &pid), 7,
        "tkill, tgkill and the queue calls ask the same");
    end_child(pid);
    exited(all_as(&student, child_of_student, NULL), 7, "one's own child");
    pid = target(1000, 1000, 1000, 0);
    kill(pid, SIGKILL);
    is(waitpid(pid, &status, 0), pid, "a child of another user is waited for");
    killed(status, SIGKILL, "as any");
}

int
main(void)
{
    test_ids();
    test_errors();
    test_continue();
    test_groups();
    test_all();
    test_children();
    return done();
}

/*
 * sigspec_queue.c: real-time signals queue, the lowest number first and the
 * same number in the order in which they were sent, each with its value; the
 * others do not. Who may send what by rt_sigqueueinfo and rt_tgsigqueueinfo;
 * the limit; what becomes of a queue in fork, exec and exit.
 */
#include "sigspec.h"

#include <sys/resource.h>

enum { FIRST = 34, LAST = 64, SIGPENDING = 11 };
#define ALL ~0UL

static int values[4096], value_count;
static const char *self;

static void
collect(int sig, siginfo_t *info, void *context)
{
    (void)sig;
    (void)context;
    values[value_count++ & 4095] = info->si_value.sival_int;
}

/* => how many pending ones were taken, with numbers in order and the values
 * of each number counting up from 0; -1 if not so */
static int
take_all(void)
{
    siginfo_t info;
    int last = 0, next = 0, n = 0;
    long sig;

    while ((sig = take(ALL, &info)) > 0) {
        if (sig < last) {
            return -1;
        }
        next = sig == last ? next + 1 : 0;
        if (info.si_value.sival_int != next || info.si_signo != sig) {
            return -1;
        }
        last = (int)sig;
        n++;
    }
    return sig == -EAGAIN ? n : -1;
}

static void
send_each(int times)
{
    for (int i = 0; i < times; i++) {
        for (int sig = LAST; sig >= FIRST; sig--) {
            queue(getpid(), sig, i);
        }
    }
}

static void
test_order(void)
{
    siginfo_t info;

    send_each(5);
    is((long)(pending_now() >> 33), 0x7fffffff, "thirty-one signals pend");
    is(take_all(), 155, "five of each: by number, and then as sent");
    is((long)pending_now(), 0, "then none pends");
    queue(getpid(), 40, 1);
    queue(getpid(), 40, 2);
    is(take(BIT(40), &info), 40, "of two the first is taken");
    is((long)pending_now(), BIT(40), "the second still pends");
    is(take(BIT(40), &info), 40, "and is taken");
    is(info.si_value.sival_int, 2, "with its value");
    for (int i = 0; i < 5; i++) {
        queue(getpid(), SIGUSR1, i);
    }
    queue(getpid(), FIRST, 0);
    is(take(ALL, &info), SIGUSR1, "a standard signal comes before them");
    is(info.si_value.sival_int, 0, "with the value of the first that was sent");
    is(take(BIT(SIGUSR1), &info), -EAGAIN, "the other four are lost");
    is(take(ALL, &info), FIRST, "the other one still pends");
    raw(NR_kill, getpid(), 40, 0, 0);
    raw(NR_tkill, getpid(), 40, 0, 0);
    raw(NR_kill, getpid(), 40, 0, 0);
    take(ALL, &info);
    is(info.si_code, SI_TKILL, "one sent to the thread comes first");
    take(ALL, &info);
    is(info.si_code, SI_USER, "before one that came earlier");
    is(take(ALL, &info), 40, "those of kill queue, too");
    raw(NR_kill, getpid(), SIGHUP, 0, 0);
    raw(NR_tkill, getpid(), 40, 0, 0);
    is(take(ALL, &info), 40, "the thread's are looked for first");
    is(take(ALL, &info), SIGHUP, "even if a lower one pends otherwise");
}

/* In handlers: sums show that each value came once, and the order is right. */
static void
test_handlers(void)
{
    int good = 1;

    for (int sig = FIRST; sig <= LAST; sig++) {
        act(sig, collect, SA_SIGINFO, ALL);
    }
    value_count = 0;
    for (int i = 0; i < 20; i++) {
        for (int sig = LAST; sig >= FIRST; sig--) {
            queue(getpid(), sig, sig * 100 + i);
        }
    }
    mask(SIG_SETMASK, 0);
    for (int i = 0; i < value_count; i++) {
        good &= values[i] == (FIRST + i / 20) * 100 + i % 20;
    }
    is(value_count, 20 * 31, "each of 620 is handled");
    ok(good, "in that order");
    mask(SIG_SETMASK, ALL);
    for (int sig = FIRST; sig <= LAST; sig++) {
        act(sig, TO_DEFAULT, 0, 0);
    }
}

static long
send_info(pid_t pid, int sig, int code)
{
    siginfo_t info;

    memset(&info, 0, sizeof(info));
    info.si_signo = 99;
    info.si_code = code;
    info.si_pid = 12345;
    info.si_uid = 6789;
    info.si_value.sival_ptr = (void *)0x123456789abcdefUL;
    return raw(NR_rt_sigqueueinfo, pid, sig, P(&info), 0);
}

static long
send_thread(pid_t group, pid_t thread, int sig, int code)
{
    siginfo_t info;

    memset(&info, 0, sizeof(info));
    info.si_code = code;
    return raw(NR_rt_tgsigqueueinfo, group, thread, sig, P(&info));
}

static void
test_rights(void)
{
    pid_t me = getpid(), child = idle_child(), gone = must_fork();
    siginfo_t info;

    if (gone == 0) {
        _exit(0);
    }
    waitpid(gone, NULL, 0);
    take(BIT(SIGCHLD), NULL);
    returns(send_info(me, 40, SI_QUEUE), 0, "to oneself");
    memset(&info, 0xa5, sizeof(info));
    take(ALL, &info);
    is(info.si_signo, 40, "si_signo is the signal");
    is(info.si_code, SI_QUEUE, "si_code");
    is(info.si_errno, 0, "si_errno");
    is(info.si_pid, 12345, "si_pid as the sender says");
    is(info.si_uid, 6789, "si_uid, too");
    ok(info.si_value.sival_ptr == (void *)0x123456789abcdefUL, "si_value");
    returns(send_info(me, 40, SI_USER), 0, "oneself may look like kill");
    take(ALL, &info);
    is(info.si_code, SI_USER, "and does");
    returns(send_info(me, 40, SI_TKILL), 0, "or like tkill");
    returns(send_info(me, 40, SI_KERNEL), 0, "or like the kernel");
    returns(send_info(me, 0, SI_QUEUE), 0, "signal 0 only asks");
    is(take(ALL, NULL), 40, "the one comes");
    is(take(ALL, NULL), 40, "and the other");
    returns(send_info(child, SIGURG, SI_QUEUE), 0, "to another");
    returns(send_info(child, SIGURG, SI_TIMER), 0, "with any code below 0");
    returns(send_info(child, SIGURG, SI_USER), -EPERM, "not like kill");
    returns(send_info(child, SIGURG, SI_KERNEL), -EPERM, "nor the kernel");
    returns(send_info(child, SIGURG, 1), -EPERM, "or with any code above 0");
    returns(send_info(child, SIGURG, SI_TKILL), -EPERM, "nor like tkill");
    returns(send_info(child, 0, SI_USER), -EPERM, "even with signal 0");
    returns(send_info(child, 65, SI_USER), -EPERM, "before all else");
    returns(send_info(child, 65, SI_QUEUE), -EINVAL, "no signal 65");
    returns(send_info(child, -1, SI_QUEUE), -EINVAL, "no signal -1");
    returns(send_info(gone, SIGURG, SI_QUEUE), -ESRCH, "no such process");
    returns(send_info(0, SIGURG, SI_QUEUE), -ESRCH, "0 is no group here");
    returns(send_info(-1, SIGURG, SI_QUEUE), -ESRCH, "nor -1 all");
    returns(raw(NR_rt_sigqueueinfo, me, 40, 1, 0), -EFAULT, "bad siginfo");
    returns(raw(NR_rt_sigqueueinfo, gone, 65, 0, 0), -EFAULT,
        "looked at first");
    end_child(child);
    take(BIT(SIGCHLD), NULL);
    is((long)pending_now(), 0, "what failed sent nothing");
}

static void
test_thread_rights(void)
{
    pid_t me = getpid(), child = idle_child();

    returns(send_thread(me, me, 40, SI_QUEUE), 0, "to a thread");
    returns(send_thread(me, me, 40, SI_USER), 0, "of one's own: any code");
    is(take(ALL, NULL), 40, "it comes");
    is(take(ALL, NULL), 40, "twice");
    returns(send_thread(child, child, SIGURG, SI_QUEUE), 0, "of another");
    returns(send_thread(child, child, SIGURG, SI_USER), -EPERM,
        "not like kill");
    returns(send_thread(child, child, SIGURG, SI_TKILL), -EPERM, "nor tkill");
    returns(send_thread(me, child, SIGURG, SI_QUEUE), -ESRCH, "not of a group");
    returns(send_thread(0, me, 40, SI_QUEUE), -EINVAL, "group 0");
    returns(send_thread(me, 0, 40, SI_QUEUE), -EINVAL, "thread 0");
    returns(send_thread(-1, -1, 40, SI_USER), -EINVAL, "below 0");
    returns(send_thread(me, me, 65, SI_QUEUE), -EINVAL, "signal 65");
    returns(send_thread(0x7fffffff, 0x7fffffff, 40, SI_QUEUE), -ESRCH,
        "no such thread");
    returns(raw(NR_rt_tgsigqueueinfo, me, me, 40, 1), -EFAULT, "bad siginfo");
    is((long)pending_now(), 0, "what failed sent nothing");
    end_child(child);
}

/* Queue until it is full, values counting up from *sent. => the last error.
 * Linux counts what pends for all processes of the user: a test that runs
 * beside this one can fill or drain it at any time, so wait for a chance. */
static long
fill(long *sent)
{
    long result = -EAGAIN;

    for (int turn = 0; turn < 5000 && *sent < 32; turn++) {
        nap(turn > 0);
        while (*sent < 200000
               && (result = queue(getpid(), 50, (int)*sent)) == 0) {
            ++*sent;
        }
    }
    return result;
}

/* => what the same user gets who queues another signal while it is full */
static long
queue_other(long *sent)
{
    long result = 0;

    for (int turn = 0; turn < 1000 && result == 0; turn++) {
        while (queue(getpid(), 50, (int)*sent) == 0) {
            ++*sent;
        }
        result = queue(getpid(), 51, 0);
        take(BIT(51), NULL);
    }
    return result;
}

/* Send until there is no more room; all that were taken come back. */
static void
test_limit(void)
{
    struct rlimit limit = { 2000, 2000 };
    long sent = 0, got = 0, wrong = 0, result;
    siginfo_t info;

    raw(NR_prlimit64, 0, SIGPENDING, P(&limit), 0);
    returns(fill(&sent), -EAGAIN, "a queue has an end");
    ok(sent >= 32, "but is not short");
    returns(queue_other(&sent), -EAGAIN, "which is that of all signals");
    returns(queue(getpid(), SIGUSR1, 0), 0, "a standard one can always pend");
    returns(raw(NR_kill, getpid(), SIGUSR2, 0, 0), 0, "of kill, too");
    returns(raw(NR_kill, getpid(), 52, 0, 0), 0, "and kill never fails");
    is(take(BIT(SIGUSR1), NULL), SIGUSR1, "the standard one comes");
    is(take(BIT(SIGUSR2), NULL), SIGUSR2, "the other one");
    is(take(BIT(52), &info), 52, "kill's comes");
    while (take(ALL, &info) > 0) {
        wrong += info.si_value.sival_int != got || info.si_signo != 50;
        got++;
    }
    is(got - sent, 0, "all that were queued come");
    is(wrong, 0, "in order");
    for (int turn = 0; (result = queue(getpid(), 50, 0)) != 0; turn++) {
        nap(1);
        if (turn == 5000) {
            break;
        }
    }
    returns(result, 0, "and there is room again");
    is(take(ALL, NULL), 50, "for what comes");
}

static int
has_none(void *unused)
{
    (void)unused;
    return pending_now() == 0 && take(ALL, NULL) == -EAGAIN ? 7 : 8;
}

/* It ends with a hundred that pend. */
static int
leaves_them(void *unused)
{
    (void)unused;
    for (int i = 0; i < 100; i++) {
        queue(getpid(), 40, i);
    }
    return 7;
}

static int
executes(void *unused)
{
    char *args[] = { (char *)self, "after", NULL };
    (void)unused;
    send_each(3);
    execv(self, args);
    return 8;
}

static void
test_processes(void)
{
    int status = 0, sum = 0;
    siginfo_t info;

    send_each(2);
    exited(in_child(has_none, NULL), 7, "a child's queue is empty");
    take(BIT(SIGCHLD), NULL);
    is(take_all(), 62, "its parent's is not");
    exited(in_child(leaves_them, NULL), 7, "a queue ends with its process");
    exited(in_child(executes, NULL), 93, "and stays over exec");
    take(BIT(SIGCHLD), NULL);
    act(40, TO_IGNORE, 0, 0);
    for (int i = 0; i < 10; i++) {
        queue(getpid(), 40, i);
        queue(getpid(), 41, i);
    }
    is((long)pending_now(), BIT(40) | BIT(41),
        "an ignored one queues while it is blocked");
    act(40, TO_IGNORE, 0, 0);
    is(take(BIT(40), NULL), -EAGAIN, "SIG_IGN set again forgets them");
    is(take_all(), 10, "but no other");
    act(40, TO_DEFAULT, 0, 0);
    pid_t me = getpid(), pid = must_fork();
    if (pid == 0) {
        for (int i = 1; i <= 100; i++) {
            queue(me, 40 + i % 3, i);
        }
        _exit(7);
    }
    waitpid(pid, &status, 0);
    while (take(~BIT(SIGCHLD), &info) > 0) {
        sum += info.si_pid == pid ? info.si_value.sival_int : 100000;
    }
    is(sum, 5050, "a child sends a hundred to its parent");
    pid = must_fork();
    if (pid == 0) {
        mask(SIG_SETMASK, 0);
        while (1) {
            nap(1000);
        }
    }
    queue(pid, 40, 0);
    waitpid(pid, &status, 0);
    killed(status, 40, "the default of a real-time signal is the end");
    take(BIT(SIGCHLD), NULL);
}

int
main(int argc, char **argv)
{
    self = argv[0];
    if (argc > 1) {
        return take_all();
    }
    mask(SIG_SETMASK, ALL);
    test_order();
    test_handlers();
    test_rights();
    test_thread_rights();
    take(BIT(SIGCHLD), NULL);
    test_processes();
    test_limit(); /* last: it lowers the limit */
    return done();
}

/*
 * threadspec_signal.c: a signal to the process goes to one thread that does
 * not block it, one to a thread to that thread. Masks, pending signals and
 * alternate stacks belong to a thread, actions to the process.
 */
#include "threads.h"

static struct thread threads[3];
static int step, go, taken;
static pid_t taker;
static long seen[8];

static void
handler(int sig, siginfo_t *info, void *context)
{
    (void)info, (void)context;
    taker = tid_now();
    taken = sig;
    advance(&go);
}

static pid_t
self(void)
{
    return (pid_t)raw(NR_getpid, 0, 0, 0, 0);
}

/* Block all but the signals of arg, and wait. */
static int
takes(void *arg)
{
    mask(SIG_SETMASK, ~(unsigned long)arg);
    advance(&step);
    while (word_of(&go) == 0) {
        doze(1);
    }
    return 0;
}

static void
test_who_takes(void)
{
    act(SIGUSR1, handler, SA_SIGINFO, 0);
    mask(SIG_BLOCK, BIT(SIGUSR1));
    for (int i = 0; i < 3; i++) {
        go = step = 0;
        taker = 0;
        for (int j = 0; j < 3; j++) {
            thread_start(&threads[j], takes, (void *)(i == j
                         ? BIT(SIGUSR1) : BIT(SIGUSR2)));
        }
        until(&step, 3);
        kill(getpid(), SIGUSR1);
        for (int j = 0; j < 3; j++) {
            thread_join(&threads[j]);
        }
        is(taker, threads[i].tid,
            "a signal to the process goes to the thread that takes it");
    }
}

static int
looks_at_pending(void *arg)
{
    (void)arg;
    until(&step, 1);
    seen[0] = (long)pending_now();
    seen[1] = take(BIT(SIGUSR1), (siginfo_t *)&seen[4]);
    seen[2] = (long)pending_now();
    return 0;
}

static siginfo_t info;

static int
takes_info(void *arg)
{
    (void)arg;
    until(&step, 1);
    seen[0] = (long)pending_now();
    seen[1] = take(BIT(SIGUSR1), &info);
    seen[2] = (long)pending_now();
    return 0;
}

static void
test_pending(void)
{
    step = 0;
    thread_start(&threads[0], takes_info, NULL);
    kill(getpid(), SIGUSR1);
    is((long)pending_now(), (long)BIT(SIGUSR1),
        "blocked by all, it waits for the process");
    advance(&step);
    thread_join(&threads[0]);
    is(seen[0], (long)BIT(SIGUSR1), "each thread sees it");
    ok(seen[1] == SIGUSR1 && info.si_code == SI_USER
           && info.si_pid == getpid(), "and each may take it, once");
    is(seen[2] | (long)pending_now(), 0, "then it is gone for all");

    step = 0;
    thread_start(&threads[0], looks_at_pending, NULL);
    raw(NR_tgkill, getpid(), tid_now(), SIGUSR1, 0);
    is((long)pending_now(), (long)BIT(SIGUSR1), "a signal for one thread");
    advance(&step);
    thread_join(&threads[0]);
    is(seen[0], 0, "waits for it alone");
    returns(seen[1], -EAGAIN, "no other thread may take it");
    ok(take(BIT(SIGUSR1), &info) == SIGUSR1 && info.si_code == SI_TKILL
           && info.si_pid == getpid(), "the thread may");
}

/* A signal for the thread and one for the process: each on its own. */
static void
test_both(void)
{
    send_self(SIGUSR1);
    raw(NR_tgkill, getpid(), tid_now(), SIGUSR1, 0);
    ok(take(BIT(SIGUSR1), &info) == SIGUSR1 && info.si_code == SI_TKILL,
        "of both, the thread's own comes first");
    ok(take(BIT(SIGUSR1), &info) == SIGUSR1 && info.si_code == SI_USER,
        "then the process's");
    returns(take(BIT(SIGUSR1), &info), -EAGAIN, "and that is all");
}

static int
unblocks(void *arg)
{
    (void)arg;
    advance(&step);
    until(&step, 2);
    mask(SIG_UNBLOCK, BIT(SIGUSR1));
    seen[0] = taken;
    return 0;
}

static int
sleeps_for_signal(void *arg)
{
    siginfo_t of;
    unsigned long set = BIT(SIGUSR2);

    (void)arg;
    advance(&step);
    seen[0] = raw(NR_rt_sigtimedwait, P(&set), P(&of), 0, SET_SIZE);
    seen[1] = of.si_value.sival_int;
    return 0;
}

static void
test_wait(void)
{
    step = taken = 0;
    send_self(SIGUSR1);
    thread_start(&threads[0], unblocks, NULL);
    until(&step, 1);
    is(taken, 0, "a thread begins with the mask of its maker");
    advance(&step);
    thread_join(&threads[0]);
    ok(seen[0] == SIGUSR1 && taker == threads[0].tid,
        "the thread that unblocks it takes what waits for the process");

    mask(SIG_BLOCK, BIT(SIGUSR2));
    step = 0;
    thread_start(&threads[0], sleeps_for_signal, NULL);
    until_sleeps(&threads[0]);
    queue(getpid(), SIGUSR2, 77);
    thread_join(&threads[0]);
    ok(seen[0] == SIGUSR2 && seen[1] == 77,
        "sigtimedwait of a thread wakes for a signal to the process");
    thread_start(&threads[0], sleeps_for_signal, NULL);
    until_sleeps(&threads[0]);
    memset(&info, 0, sizeof(info));
    info.si_code = SI_QUEUE;
    info.si_value.sival_int = 78;
    is(raw(NR_rt_tgsigqueueinfo, getpid(), threads[0].tid, SIGUSR2, P(&info)),
        0, "rt_tgsigqueueinfo to one thread");
    thread_join(&threads[0]);
    ok(seen[0] == SIGUSR2 && seen[1] == 78, "wakes it with its number");
}

static void
test_tgkill(void)
{
    pid_t pid = getpid(), child = idle_child();

    go = step = 0;
    thread_start(&threads[0], takes, (void *)BIT(SIGUSR1));
    until(&step, 1);
    pid_t tid = threads[0].tid;
    returns(raw(NR_tgkill, pid, tid, 0, 0), 0, "tgkill of no signal");
    returns(raw(NR_tgkill, 0, tid, 0, 0), -EINVAL, "of group 0");
    returns(raw(NR_tgkill, -1, tid, 0, 0), -EINVAL, "of group -1");
    returns(raw(NR_tgkill, pid, 0, 0, 0), -EINVAL, "of thread 0");
    returns(raw(NR_tgkill, pid, -tid, 0, 0), -EINVAL, "of a negative one");
    returns(raw(NR_tgkill, pid, tid, 65, 0), -EINVAL, "of signal 65");
    returns(raw(NR_tgkill, pid, tid, -1, 0), -EINVAL, "of signal -1");
    returns(raw(NR_tgkill, child, tid, 0, 0), -ESRCH,
        "of a thread of another process");
    returns(raw(NR_tgkill, tid, tid, 0, 0), -ESRCH,
        "a tid that is no pid is no group");
    returns(raw(NR_tkill, tid, 0, 0, 0), 0, "tkill of no signal");
    returns(raw(NR_tkill, 0, 0, 0, 0), -EINVAL, "tkill of 0");
    returns(raw(NR_kill, tid, 0, 0, 0), 0, "kill finds a process by any tid");
    returns(raw(NR_tgkill, pid, tid, SIGUSR1, 0), 0, "tgkill of a signal");
    thread_join(&threads[0]);
    is(taker, tid, "its handler runs on the thread");
    until_gone(&threads[0]);
    returns(raw(NR_tgkill, pid, tid, 0, 0), -ESRCH, "of one that has ended");
    returns(raw(NR_tkill, tid, 0, 0, 0), -ESRCH, "tkill of it");
    end_child(child);
}

/* Alternate stacks: each thread its own, none at the beginning. */
static char alternate[2][8192] __attribute__((aligned(16)));

static void
where(int sig, siginfo_t *of, void *context)
{
    char here = 0;

    (void)sig, (void)of, (void)context;
    for (int i = 0; i < 2; i++) {
        seen[4 + i] += &here >= alternate[i] && &here < alternate[i] + 8192;
        __asm__ volatile("" ::"r"(&here) : "memory");
    }
}

static int
has_altstack(void *arg)
{
    stack_t old, new = { .ss_sp = alternate[1], .ss_size = 8192 };

    (void)arg;
    raw(NR_sigaltstack, 0, P(&old), 0, 0);
    seen[0] = old.ss_flags;
    raw(NR_tgkill, self(), tid_now(), SIGHUP, 0);
    seen[1] = seen[4] + seen[5];
    raw(NR_sigaltstack, P(&new), 0, 0, 0);
    raw(NR_tgkill, self(), tid_now(), SIGHUP, 0);
    return 0;
}

static void
test_altstack(void)
{
    stack_t now, mine = { .ss_sp = alternate[0], .ss_size = 8192 };

    memset(seen, 0, sizeof(seen));
    act(SIGHUP, where, SA_ONSTACK | SA_SIGINFO, 0);
    sigaltstack(&mine, NULL);
    thread_start(&threads[0], has_altstack, NULL);
    thread_join(&threads[0]);
    is(seen[0], SS_DISABLE, "a thread begins without an alternate stack");
    is(seen[1], 0, "its handlers do not run on ours");
    ok(seen[4] == 0 && seen[5] == 1, "but on the one that it names");
    sigaltstack(NULL, &now);
    ok(now.ss_sp == alternate[0] && now.ss_flags == 0, "ours is as it was");
    raw(NR_tgkill, self(), tid_now(), SIGHUP, 0);
    is(seen[4], 1, "and used by us");
}

/* What a thread has pending is not its child's. */
static int
has_none(void *arg)
{
    (void)arg;
    seen[0] = (long)pending_now();
    seen[1] = (long)mask_now();
    return 0;
}

static void
test_new_thread(void)
{
    raw(NR_tgkill, getpid(), tid_now(), SIGUSR1, 0);
    mask(SIG_BLOCK, BIT(SIGTERM));
    thread_start(&threads[0], has_none, NULL);
    thread_join(&threads[0]);
    is(seen[0], 0, "a new thread has no signal of its maker's");
    is(seen[1], (long)mask_now(), "but its mask");
    take(BIT(SIGUSR1), &info);
}

int
main(void)
{
    test_who_takes();
    test_pending();
    test_both();
    test_wait();
    test_tgkill();
    test_altstack();
    test_new_thread();
    return done();
}

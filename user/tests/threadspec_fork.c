/*
 * threadspec_fork.c: fork by a thread makes a process of one thread, a copy of
 * the caller. All threads of the parent wait for it, unless they say
 * __WNOTHREAD. vfork stops only the caller. The signal of PR_SET_PDEATHSIG
 * comes when the thread that forked ends.
 *
 * except: vfork=fork
 */
#include "threads.h"

#include <sys/prctl.h>

static struct thread thread, second;
static long seen[8];
static int step, go;
static int ends[2], gate[2];

static pid_t
self(void)
{
    return (pid_t)raw(NR_getpid, 0, 0, 0, 0);
}

static void
leave(int code)
{
    raw(NR_exit_group, code, 0, 0, 0);
}

/* fork with a child that ends with this code when the gate has a byte. */
static pid_t
fork_waiting(int code)
{
    pid_t pid = (pid_t)raw(NR_fork, 0, 0, 0, 0);

    if (pid == 0) {
        char byte;
        raw(NR_read, gate[0], P(&byte), 1, 0);
        leave(code);
    }
    return pid;
}

static int
forks(void *arg)
{
    long local = 4711;
    pid_t parent = self();
    long pid = raw(NR_fork, 0, 0, 0, 0);

    (void)arg;
    if (pid == 0) {
        int right = tid_now() == self() && self() != parent
                    && raw(NR_getppid, 0, 0, 0, 0) == parent && local == 4711
                    && raw(NR_tgkill, self(), second.tid, 0, 0) == -ESRCH
                    && raw(NR_tgkill, parent, second.tid, 0, 0) == 0
                    && raw(NR_wait4, -1, 0, __WALL, 0) == -ECHILD
                    && mask_now() == BIT(SIGUSR2);
        leave(right ? 50 : 51);
    }
    seen[0] = pid;
    return 0;
}

static int
masks_and_forks(void *arg)
{
    mask(SIG_SETMASK, BIT(SIGUSR2));
    return forks(arg);
}

static int
waits(void *arg)
{
    (void)arg;
    until(&go, 1);
    return 0;
}

static void
test_fork(void)
{
    thread_start(&second, waits, NULL);
    thread_start(&thread, masks_and_forks, NULL);
    thread_join(&thread);
    exited(status_of((pid_t)seen[0]), 50,
        "a thread's child has one thread and is a child of the process");
    advance(&go);
    thread_join(&second);
}

/* Who waits for the child of a thread. */
static int
forks_two(void *arg)
{
    int status = 0;

    (void)arg;
    seen[0] = fork_waiting(1);
    seen[1] = fork_waiting(2);
    advance(&step);
    until(&go, 1);
    seen[2] = raw(NR_wait4, seen[1], P(&status), __WNOTHREAD, 0);
    seen[3] = WEXITSTATUS(status);
    seen[4] = raw(NR_wait4, -1, P(&status), __WNOTHREAD, 0);
    return 0;
}

static void
test_wait(void)
{
    int status = 0;

    step = go = 0;
    pipe(gate);
    pid_t mine = fork_waiting(3);
    thread_start(&thread, forks_two, NULL);
    until(&step, 1);
    pid_t one = (pid_t)seen[0], two = (pid_t)seen[1];
    is(raw(NR_wait4, one, 0, WNOHANG | __WNOTHREAD, 0), -ECHILD,
        "__WNOTHREAD does not see the child of another thread");
    is(raw(NR_wait4, two, 0, WNOHANG, 0), 0, "without it we do");
    is(raw(NR_wait4, mine, 0, WNOHANG | __WNOTHREAD, 0), 0,
        "and our own with it");
    write(gate[1], "123", 3);
    is(raw(NR_wait4, one, P(&status), 0, 0), one, "we wait for one of it");
    exited(status, 1, "with its code");
    advance(&go);
    thread_join(&thread);
    ok(seen[2] == two && seen[3] == 2, "it waits for the other itself");
    is(seen[4], -ECHILD, "and has no third, as ours is not its");
    is(raw(NR_wait4, -1, P(&status), __WNOTHREAD, 0), mine, "ours is ours");
    is(raw(NR_wait4, -1, 0, __WALL, 0), -ECHILD, "and then there is none");
    close(gate[0]);
    close(gate[1]);
}

/* Two threads wait for one child: one gets it. */
static int
waits_for_any(void *arg)
{
    seen[NUMBER(arg)] = raw(NR_wait4, -1, 0, 0, 0);
    advance(&step);
    return 0;
}

static void
test_two_wait(void)
{
    step = 0;
    pipe(gate);
    pid_t pid = fork_waiting(3);
    thread_start(&thread, waits_for_any, ARG(0));
    thread_start(&second, waits_for_any, ARG(1));
    until_sleeps(&thread);
    until_sleeps(&second);
    write(gate[1], "g", 1);
    thread_join(&thread);
    thread_join(&second);
    ok((seen[0] == pid && seen[1] == -ECHILD)
           || (seen[1] == pid && seen[0] == -ECHILD),
        "two threads wait for one child: one gets it, one ECHILD");
    close(gate[0]);
    close(gate[1]);
}

/* A vfork of a thread: the others go on, and memory is shared. */
static int
vforks(void *arg)
{
    static long child_seen;
    long pid;

    (void)arg;
    __asm__ volatile("syscall"
                     : "=a"(pid)
                     : "a"(NR_vfork)
                     : "rcx", "r11", "memory");
    if (pid == 0) {
        child_seen = 5;
        advance(&step);
        until(&go, 1);
        raw(NR_exit, 6, 0, 0, 0);
    }
    seen[0] = pid;
    seen[1] = child_seen;
    seen[2] = word_of(&go);
    return 0;
}

static void
test_vfork(void)
{
    step = go = 0;
    thread_start(&thread, vforks, NULL);
    until(&step, 1);
    is(word_of(&thread.alive), thread.tid, "a thread in vfork waits");
    advance(&go);
    thread_join(&thread);
    ok(seen[1] == 5 && seen[2] == 1,
        "while we go on, until its child has ended");
    exited(status_of((pid_t)seen[0]), 6, "which is ours, too");
}

/* PR_SET_PDEATHSIG: the parent is the thread that forked. */
static int
forks_and_ends(void *arg)
{
    long pid = raw(NR_fork, 0, 0, 0, 0);

    if (pid == 0) {
        char byte = 'r';
        mask(SIG_SETMASK, 0);
        raw(NR_prctl, PR_SET_PDEATHSIG, NUMBER(arg), 0, 0);
        raw(NR_write, ends[1], P(&byte), 1, 0);
        raw(NR_read, gate[0], P(&byte), 1, 0);
        leave(11);
    }
    seen[0] = pid;
    advance(&step);
    until(&go, 1);
    return 0;
}

static int
ends_at_once(void *arg)
{
    return NUMBER(arg);
}

static void
test_death_signal(void)
{
    char byte;

    step = go = 0;
    pipe(ends);
    pipe(gate);
    thread_start(&thread, forks_and_ends, ARG(SIGTERM));
    until(&step, 1);
    read(ends[0], &byte, 1);
    thread_start(&second, waits, NULL);
    advance(&go);
    thread_join(&thread);
    killed(status_of((pid_t)seen[0]), SIGTERM,
        "the end of the thread that forked is the death of the parent");
    thread_join(&second);

    step = go = 0;
    thread_start(&second, ends_at_once, NULL);
    thread_start(&thread, forks_and_ends, ARG(SIGTERM));
    until(&step, 1);
    read(ends[0], &byte, 1);
    thread_join(&second);
    thread_start(&second, ends_at_once, NULL);
    thread_join(&second);
    until_gone(&second);
    raw(NR_write, gate[1], P("g"), 1, 0);
    exited(status_of((pid_t)seen[0]), 11, "that of another thread is not");
    advance(&go);
    thread_join(&thread);
    close(ends[0]);
    close(ends[1]);
    close(gate[0]);
    close(gate[1]);
}

int
main(void)
{
    test_fork();
    test_wait();
    test_two_wait();
    test_vfork();
    test_death_signal();
    return done();
}

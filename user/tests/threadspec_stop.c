/*
 * threadspec_stop.c: a stop stops all threads, whichever got the signal, and
 * is one event for the parent; a continue makes all go on.
 */
#include "threads.h"

#include <sys/mman.h>

enum { COUNTERS = 3 };

/* In memory that parent and child share. */
static struct shared {
    long counts[COUNTERS];
    int tids[COUNTERS];
    int ready;
} *shared;

static struct thread threads[COUNTERS];

static int
counts(void *arg)
{
    shared->tids[NUMBER(arg)] = tid_now();
    advance(&shared->ready);
    for (;;) {
        __atomic_add_fetch(&shared->counts[NUMBER(arg)], 1, __ATOMIC_SEQ_CST);
        raw(NR_sched_yield, 0, 0, 0, 0);
        if (shared->ready < 0) {
            return 0;
        }
    }
}

/* A process of four threads: three count, the first one sleeps. */
static pid_t
counting(void)
{
    memset(shared, 0, sizeof(*shared));
    pid_t pid = must_fork();
    if (pid == 0) {
        for (int i = 0; i < COUNTERS; i++) {
            thread_start(&threads[i], counts, ARG(i));
        }
        pause_on();
    }
    until(&shared->ready, COUNTERS);
    return pid;
}

static long
count(int i)
{
    return __atomic_load_n(&shared->counts[i], __ATOMIC_SEQ_CST);
}

/* => whether all of them count on */
static int
all_go_on(void)
{
    for (int i = 0; i < COUNTERS; i++) {
        long before = count(i);
        while (count(i) == before) {
            nap(1);
        }
    }
    return 1;
}

/* => whether none counts for some time */
static int
all_stand(void)
{
    long before[COUNTERS];
    int stand = 1;

    for (int i = 0; i < COUNTERS; i++) {
        before[i] = count(i);
    }
    nap(50);
    for (int i = 0; i < COUNTERS; i++) {
        stand &= count(i) == before[i];
    }
    return stand;
}

static void
stops(pid_t pid, int sig, const char *name)
{
    int status = 0;

    is(waitpid(pid, &status, WUNTRACED), pid, name);
    ok(WIFSTOPPED(status) && WSTOPSIG(status) == sig, "with this signal");
    ok(all_stand(), "no thread of it runs");
    is(waitpid(pid, &status, WUNTRACED | WNOHANG), 0, "it stops once");
}

static void
goes_on(pid_t pid)
{
    int status = 0;

    kill(pid, SIGCONT);
    is(waitpid(pid, &status, WCONTINUED), pid, "SIGCONT continues it");
    ok(WIFCONTINUED(status) && all_go_on(), "and all threads");
    is(waitpid(pid, &status, WCONTINUED | WNOHANG), 0, "once, too");
}

static void
test_stop(void)
{
    pid_t pid = counting();

    kill(pid, SIGSTOP);
    stops(pid, SIGSTOP, "SIGSTOP to the process stops it");
    goes_on(pid);
    raw(NR_tgkill, pid, shared->tids[1], SIGSTOP, 0);
    stops(pid, SIGSTOP, "SIGSTOP to a thread stops the process");
    goes_on(pid);
    raw(NR_tgkill, pid, shared->tids[2], SIGTSTP, 0);
    stops(pid, SIGTSTP, "so does SIGTSTP");
    raw(NR_tgkill, pid, shared->tids[0], SIGCONT, 0);
    is(waitpid(pid, NULL, WCONTINUED), pid, "SIGCONT to a thread");
    ok(all_go_on(), "continues all");
    end_child(pid);
}

static void
test_kill_stopped(void)
{
    int status = 0;
    pid_t pid = counting();

    kill(pid, SIGSTOP);
    waitpid(pid, &status, WUNTRACED);
    raw(NR_tgkill, pid, shared->tids[1], SIGKILL, 0);
    killed(status_of(pid), SIGKILL, "SIGKILL to a stopped thread ends all");

    pid = counting();
    kill(pid, SIGSTOP);
    waitpid(pid, &status, WUNTRACED);
    kill(pid, SIGTERM);
    nap(20);
    is(waitpid(pid, &status, WNOHANG), 0, "SIGTERM does not end what stands");
    kill(pid, SIGCONT);
    killed(status_of(pid), SIGTERM, "but when it continues");
}

/* A stop and a continue in quick succession, many times. */
static void
test_many(void)
{
    int well = 0;
    pid_t pid = counting();

    for (int i = 0; i < 100; i++) {
        int status = 0;
        raw(NR_tgkill, pid, i % 4 == 3 ? pid : shared->tids[i % 4], SIGSTOP,
            0);
        well += waitpid(pid, &status, WUNTRACED) == pid && WIFSTOPPED(status);
        kill(pid, SIGCONT);
        well += waitpid(pid, &status, WCONTINUED) == pid
                && WIFCONTINUED(status);
    }
    is(well, 200, "a hundred stops and continues");
    ok(all_go_on(), "and all threads go on");
    end_child(pid);
}

/* The first thread has ended: the process stops all the same. */
static int
leader_ends(void *arg)
{
    counts(arg);
    return 0;
}

static void
test_without_leader(void)
{
    memset(shared, 0, sizeof(*shared));
    pid_t pid = must_fork();
    if (pid == 0) {
        for (int i = 0; i < COUNTERS; i++) {
            thread_start(&threads[i], leader_ends, ARG(i));
        }
        raw(NR_exit, 0, 0, 0, 0);
    }
    until(&shared->ready, COUNTERS);
    until_thread(pid, pid, 'Z');
    kill(pid, SIGSTOP);
    stops(pid, SIGSTOP, "a process whose first thread has ended stops");
    goes_on(pid);
    end_child(pid);
}

int
main(void)
{
    shared = mmap(NULL, sizeof(*shared), PROT_READ | PROT_WRITE,
        MAP_SHARED | MAP_ANONYMOUS, -1, 0);
    test_stop();
    test_kill_stopped();
    test_many();
    test_without_leader();
    return done();
}

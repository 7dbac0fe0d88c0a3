/*
 * threadspec_exit.c: exit ends one thread, exit_group and a fatal signal all of
 * them. The process ends with its last thread, also when the first thread ends
 * before; its status is then what the last thread said.
 */
#include "threads.h"

static struct thread threads[4];
static int other, ends[2];

static int
ends_with(void *arg)
{
    return NUMBER(arg);
}

/* Several ways not to end. */
static int
sleeps_in_futex(void *arg)
{
    (void)arg;
    until(&other, 1);
    return 0;
}

static int
sleeps_in_read(void *arg)
{
    char byte;

    (void)arg;
    raw(NR_read, ends[0], P(&byte), 1, 0);
    return 0;
}

static int
runs(void *arg)
{
    while (arg == NULL) {
        __asm__ volatile("pause");
    }
    return 0;
}

static int
pauses(void *arg)
{
    (void)arg;
    mask(SIG_SETMASK, ~0UL);
    return pause_on();
}

static void
start_all(void)
{
    pipe(ends);
    thread_start(&threads[0], sleeps_in_futex, NULL);
    thread_start(&threads[1], sleeps_in_read, NULL);
    thread_start(&threads[2], runs, NULL);
    thread_start(&threads[3], pauses, NULL);
    until_sleeps(&threads[0]);
    until_sleeps(&threads[1]);
    until_sleeps(&threads[3]);
}

static void
one_ends(void)
{
    thread_start(&threads[0], ends_with, ARG(7));
    thread_join(&threads[0]);
    until_gone(&threads[0]);
    raw(NR_exit_group, 4, 0, 0, 0);
}

static void
group_ends(void)
{
    start_all();
    raw(NR_exit_group, 5, 0, 0, 0);
}

static int
ends_group(void *arg)
{
    raw(NR_exit_group, NUMBER(arg), 0, 0, 0);
    return 0;
}

static void
other_ends_group(void)
{
    static struct thread last;

    start_all();
    thread_start(&last, ends_group, ARG(6));
    pause_on();
}

static int
faults(void *arg)
{
    *(volatile int *)arg = 1;
    return 0;
}

static void
other_faults(void)
{
    static struct thread last;

    start_all();
    thread_start(&last, faults, (void *)8);
    pause_on();
}

static int
kills(void *arg)
{
    raw(NR_kill, raw(NR_getpid, 0, 0, 0, 0), NUMBER(arg), 0, 0);
    return 1;
}

static void
other_kills(void)
{
    static struct thread last;

    start_all();
    thread_start(&last, kills, ARG(SIGKILL));
    pause_on();
}

static void
term_comes(void)
{
    start_all();
    raw(NR_tgkill, getpid(), threads[0].tid, SIGTERM, 0);
    pause_on();
}

static void
test_all_end(void)
{
    exited(in_process(one_ends), 4, "a thread's exit ends only itself");
    exited(in_process(group_ends), 5, "exit_group ends all that sleep or run");
    exited(in_process(other_ends_group), 6, "any thread may call it");
    killed(in_process(other_faults), SIGSEGV, "a fault of one ends all");
    killed(in_process(other_kills), SIGKILL, "SIGKILL ends all");
    killed(in_process(term_comes), SIGTERM,
        "a signal to one thread ends all by its default action");
}

/* The first thread ends first; then its pid still stands for the process. */
static int report[2], go[2];
static pid_t leader;

/* As the first thread has. */
static int
seems_ended(void)
{
    char text[256] = "";
    long fd = raw(NR_open, P("/proc/self/stat"), O_RDONLY, 0, 0);

    raw(NR_read, fd, P(text), sizeof(text) - 1, 0);
    raw(NR_close, fd, 0, 0, 0);
    return strstr(text, ") Z ") != NULL;
}

static int
survives(void *arg)
{
    char byte, state;

    until_thread(leader, leader, 'Z');
    state = raw(NR_getpid, 0, 0, 0, 0) == leader
            && raw(NR_kill, leader, 0, 0, 0) == 0
            && seems_ended()
            && tid_now() != leader ? 'y' : 'n';
    raw(NR_write, report[1], P(&state), 1, 0);
    raw(NR_read, go[0], P(&byte), 1, 0);
    if (NUMBER(arg) >= 0) {
        raw(NR_exit_group, NUMBER(arg), 0, 0, 0);
    }
    return 9;
}

/* => its status after the first thread ended with 3 */
static int
leader_first(int code)
{
    char byte = 0;
    pid_t pid;

    pipe(report);
    pipe(go);
    pid = must_fork();
    if (pid == 0) {
        leader = getpid();
        thread_start(&threads[0], survives, ARG(code));
        raw(NR_exit, 3, 0, 0, 0);
    }
    read(report[0], &byte, 1);
    is(byte, 'y', "the first thread has ended, and the process lives");
    is(raw(NR_wait4, pid, 0, WNOHANG, 0), 0, "its parent waits on");
    write(go[1], "g", 1);
    int status = status_of(pid);
    close(report[0]);
    close(report[1]);
    close(go[0]);
    close(go[1]);
    return status;
}

static void
test_leader_first(void)
{
    exited(leader_first(-1), 9, "by exit: the status is the last thread's");
    exited(leader_first(8), 8, "by exit_group: it is what that says");
}

/* A leader that has ended does not take signals any more; others do. */
static void
takes_term(int sig, siginfo_t *info, void *context)
{
    (void)sig, (void)info, (void)context;
    raw(NR_exit_group, 40 + (tid_now() != leader), 0, 0, 0);
}

static int
waits_for_term(void *arg)
{
    char byte = 'r';

    (void)arg;
    until_thread(leader, leader, 'Z');
    raw(NR_write, report[1], P(&byte), 1, 0);
    return pause_on();
}

static void
test_signal_without_leader(void)
{
    char byte;

    for (int i = 0; i < 2; i++) {
        pipe(report);
        pid_t pid = must_fork();
        if (pid == 0) {
            leader = getpid();
            if (i == 0) {
                act(SIGTERM, takes_term, 0, 0);
            }
            thread_start(&threads[0], waits_for_term, NULL);
            raw(NR_exit, 0, 0, 0, 0);
        }
        read(report[0], &byte, 1);
        kill(pid, SIGTERM);
        int status = status_of(pid);
        if (i == 0) {
            exited(status, 41, "a signal then goes to a thread that is left");
        } else {
            killed(status, SIGTERM, "and ends the process by default");
        }
        close(report[0]);
        close(report[1]);
    }
}

/* The children of a thread that ends are those of the others. */
static int
has_child(void *arg)
{
    long pid = raw(NR_fork, 0, 0, 0, 0);

    if (pid == 0) {
        char byte;
        raw(NR_read, go[0], P(&byte), 1, 0);
        raw(NR_exit_group, raw(NR_getppid, 0, 0, 0, 0) == leader ? 12 : 13,
            0, 0, 0);
    }
    *(int *)arg = (int)pid;
    return 0;
}

static void
test_children(void)
{
    int pid = 0;

    pipe(go);
    leader = getpid();
    thread_start(&threads[0], has_child, &pid);
    thread_join(&threads[0]);
    until_gone(&threads[0]);
    write(go[1], "g", 1);
    exited(status_of(pid), 12, "the child of a thread that ended has our pid "
        "for a parent, and we wait for it");
    close(go[0]);
    close(go[1]);
}

/* A signal for one thread that blocks it. */
static int
has_a_signal(void *arg)
{
    (void)arg;
    mask(SIG_BLOCK, BIT(SIGUSR1));
    raw(NR_tgkill, raw(NR_getpid, 0, 0, 0, 0), tid_now(), SIGUSR1, 0);
    return 0;
}

static void
test_pending_ends(void)
{
    thread_start(&threads[0], has_a_signal, NULL);
    thread_join(&threads[0]);
    until_gone(&threads[0]);
    ok(1, "a signal that waits for one thread ends with it");
    is((long)(pending_now() & BIT(SIGUSR1)), 0, "and is not ours");
}

/* Ends at once: one status comes of it, whichever it is. */
static void
all_end_group(void)
{
    for (int i = 0; i < 4; i++) {
        thread_start(&threads[i], ends_group, ARG(20 + i));
    }
    raw(NR_exit_group, 24, 0, 0, 0);
}

static void
all_exit(void)
{
    for (int i = 0; i < 4; i++) {
        thread_start(&threads[i], ends_with, ARG(20 + i));
    }
    raw(NR_exit, 24, 0, 0, 0);
}

static void
test_at_once(void)
{
    int group = 0, single = 0;

    for (int i = 0; i < 30; i++) {
        int status = in_process(all_end_group);
        int code = WEXITSTATUS(status);
        group += WIFEXITED(status) && code >= 20 && code <= 24;
        status = in_process(all_exit);
        code = WEXITSTATUS(status);
        single += WIFEXITED(status) && code >= 20 && code <= 24;
    }
    is(group, 30, "exit_group of five at once: the status of one of them");
    is(single, 30, "exit of five at once: the last one's");
}

int
main(void)
{
    test_all_end();
    test_leader_first();
    test_signal_without_leader();
    test_children();
    test_pending_ends();
    test_at_once();
    return done();
}

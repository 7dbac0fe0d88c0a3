/*
 * signal_pending.c: a blocked signal is pending for the process if kill sent
 * it, for the thread if tkill or tgkill did. sigpending shows both; what
 * discards a signal (SIGCONT, a stop, SIG_IGN) discards both; unblocked, those
 * of the thread are delivered first.
 */
#include "tap.h"

#include "raw.h"
#include <sys/syscall.h>

static const int tried[] = {
    SIGHUP, SIGINT, SIGUSR1, SIGTERM, SIGTSTP, SIGTTIN, SIGCONT, SIGCHLD, 64,
};

enum { TRIED = sizeof(tried) / sizeof(tried[0]) };

static void
block_all(void)
{
    sigset_t set;

    sigfillset(&set);
    sigprocmask(SIG_BLOCK, &set, NULL);
}

static void
unblock_all(void)
{
    sigset_t set;

    sigemptyset(&set);
    sigprocmask(SIG_SETMASK, &set, NULL);
}

static void
to_process(int sig)
{
    kill(getpid(), sig);
}

static void
to_thread(int sig)
{
    raw(NR_tgkill, getpid(), raw(NR_gettid, 0, 0, 0, 0), sig, 0);
}

static void
by_tkill(int sig)
{
    raw(NR_tkill, getpid(), sig, 0, 0);
}

static void
to_both(int sig)
{
    to_process(sig);
    to_thread(sig);
}

static int
is_pending(int sig)
{
    sigset_t set;

    return sigpending(&set) == 0 && sigismember(&set, sig) == 1;
}

/* => whether nothing is pending but, perhaps, one signal */
static int
only(int sig)
{
    unsigned long set = 0;

    raw(SYS_rt_sigpending, P(&set), 8, 0, 0);
    return set == (sig == 0 ? 0 : 1UL << (sig - 1));
}

/* => whether all is as it should be, in a child with all blocked */
static int
shown(void *way)
{
    void (*send)(int) = *(void (**)(int))way;
    int good = 0;

    block_all();
    for (int i = 0; i < TRIED; i++) {
        good += only(0);
        send(tried[i]);
        good += only(tried[i]);
        send(tried[i]);
        good += only(tried[i]);
        if (must_fork() == 0) {
            _exit(only(0));
        }
        int status = 0;
        wait(&status);
        good += WEXITSTATUS(status);
        signal(tried[i], SIG_IGN);
        signal(tried[i], SIG_DFL);
        if (is_pending(SIGCHLD)) { /* of the child's end */
            signal(SIGCHLD, SIG_IGN);
            signal(SIGCHLD, SIG_DFL);
        }
    }
    return good;
}

/* SIGCONT takes the stops away that wait, and each stop takes SIGCONT. */
static int
undone(void *way)
{
    void (*send)(int) = *(void (**)(int))way;
    int good = 0;

    block_all();
    send(SIGTSTP);
    send(SIGTTOU);
    to_process(SIGCONT);
    good += only(SIGCONT);
    send(SIGCONT);
    to_thread(SIGTTIN);
    good += only(SIGTTIN);
    send(SIGTSTP);
    to_thread(SIGCONT);
    good += only(SIGCONT);
    to_process(SIGTSTP);
    good += only(SIGTSTP);
    to_process(SIGCONT);
    unblock_all();
    return good + only(0);
}

/* The lower number waits with the process. */
static int
thread_first(void *unused)
{
    (void)unused;
    block_all();
    to_process(SIGHUP);
    to_process(SIGINT);
    to_thread(SIGUSR1);
    to_thread(SIGTERM);
    unblock_all();
    return 1;
}

static int
process_then(void *unused)
{
    (void)unused;
    block_all();
    to_thread(SIGTERM);
    to_process(SIGHUP);
    signal(SIGTERM, SIG_IGN);
    unblock_all();
    return 1;
}

/* What another process sends, to one that blocks it. */
static void
test_sent(void)
{
    int to[2], back[2], status = 0, good = 0;
    char byte;

    pipe(to);
    pipe(back);
    pid_t pid = must_fork();
    if (pid == 0) {
        block_all();
        for (int i = 0; i < 3; i++) {
            write(back[1], "r", 1);
            (void)!read(to[0], &byte, 1);
            good += is_pending(SIGHUP) == (i > 0);
            good += is_pending(SIGUSR1) == (i > 1);
        }
        write(back[1], good == 6 ? "g" : "b", 1);
        unblock_all();
        _exit(1);
    }
    for (int i = 0; i < 3; i++) {
        (void)!read(back[0], &byte, 1);
        if (i > 0) {
            raw(i == 1 ? NR_kill : NR_tkill, pid, i == 1 ? SIGHUP : SIGUSR1,
                0, 0);
        }
        write(to[1], "g", 1);
    }
    (void)!read(back[0], &byte, 1);
    is(byte, 'g', "another's signals wait, too, and its calls go on");
    waitpid(pid, &status, 0);
    killed(status, SIGUSR1, "until it lets them in");
}

int
main(void)
{
    static const struct {
        void (*send)(int);
        const char *name;
    } ways[] = {
        { to_process, "kill" }, { to_thread, "tgkill" },
        { by_tkill, "tkill" }, { to_both, "kill and tgkill" },
    };
    char name[64];

    for (int i = 0; i < 4; i++) {
        void (*send)(int) = ways[i].send;
        snprintf(name, sizeof(name), "by %s: shown once, not inherited",
            ways[i].name);
        exited(in_child(shown, &send), 4 * TRIED, name);
        snprintf(name, sizeof(name), "by %s: undone", ways[i].name);
        exited(in_child(undone, &send), 5, name);
    }
    killed(in_child(thread_first, NULL), SIGUSR1,
        "the thread's come first, of these the lowest");
    killed(in_child(process_then, NULL), SIGHUP, "the process's after them");
    test_sent();
    return done();
}

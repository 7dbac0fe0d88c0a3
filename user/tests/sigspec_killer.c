/*
 * sigspec_killer.c: which of two signals ends a process that has not run since
 * the first. As on Linux, one that ends it without a core file does so from
 * when it is sent: no signal that follows changes the status, and no handler
 * runs. But a process that stands still, or has something else to take, is not
 * ended before it takes the signal: then the lowest number comes first, and
 * SIGKILL before all.
 *
 * The child has our processor, and only what we leave of it.
 */
#include "sched.h"
#include "sigspec.h"

#include <sys/syscall.h>

enum { REAL_TIME = 40 };
enum how { SPINS, SLEEPS, CATCHES, STOPPED };

static const int sent[] = {
    SIGTERM, SIGHUP, SIGINT, SIGUSR1, SIGALRM, SIGKILL, REAL_TIME,
};
static const int then[] = {
    SIGTERM, SIGHUP, SIGINT, SIGUSR1, SIGALRM, SIGKILL, REAL_TIME,
    SIGQUIT, SIGSEGV, SIGSTOP, SIGCONT,
};

static void
leave(int sig)
{
    _exit(100 + sig);
}

static void
be_child(enum how how, int second, int ready)
{
    struct sched_param none = { 0 };

    sched_setscheduler(0, SCHED_IDLE, &none);
    if (how == CATCHES) {
        signal(second, leave);
    }
    write(ready, "x", 1);
    for (;;) {
        if (how == SLEEPS) {
            pause();
        }
    }
}

static void
post(pid_t pid, int one_thread, int sig)
{
    if (one_thread) {
        syscall(SYS_tgkill, pid, pid, sig);
    } else {
        kill(pid, sig);
    }
}

/* => the wait status of a child that got both signals */
static int
status_after(enum how how, int one_thread, int first, int second)
{
    int ends[2], status;
    char byte;

    pipe(ends);
    pid_t pid = fork();
    if (pid == 0) {
        be_child(how, second, ends[1]);
    }
    read(ends[0], &byte, 1);
    close(ends[0]);
    close(ends[1]);
    if (how == SLEEPS) {
        usleep(1000);
    }
    if (how == STOPPED) {
        kill(pid, SIGSTOP);
        waitpid(pid, &status, WUNTRACED);
    }
    post(pid, one_thread, first);
    post(pid, one_thread, second);
    if (how == STOPPED) {
        kill(pid, SIGCONT);
    }
    waitpid(pid, &status, 0);
    return status;
}

/* The first one ends it, whatever comes second. */
static void
test_first(enum how how, int one_thread, const char *name)
{
    int wrong = 0;

    for (int i = 0; i < COUNT_OF(sent); i++) {
        for (int j = 0; j < COUNT_OF(then); j++) {
            if (sent[i] == then[j] || (how == CATCHES && then[j] == SIGKILL)) {
                continue;
            }
            int status = status_after(how, one_thread, sent[i], then[j]);
            if (status != sent[i]) {
                printf("# signals %d, %d: status %#x\n", sent[i], then[j],
                    status);
                wrong++;
            }
        }
    }
    is(wrong, 0, name);
}

static void
test_stopped(void)
{
    static const struct { int first, second, status; } table[] = {
        { SIGTERM, SIGKILL, SIGKILL }, { SIGKILL, SIGTERM, SIGKILL },
        { SIGTERM, SIGHUP, SIGHUP }, { SIGHUP, SIGTERM, SIGHUP },
        { SIGTERM, SIGSEGV, SIGSEGV }, { REAL_TIME, SIGTERM, SIGTERM },
        { SIGQUIT, SIGINT, SIGINT }, { SIGUSR1, REAL_TIME, SIGUSR1 },
    };

    for (int i = 0; i < COUNT_OF(table); i++) {
        char name[64];
        snprintf(name, sizeof(name), "stopped: %d and %d: %d", table[i].first,
            table[i].second, table[i].status);
        is(status_after(STOPPED, 0, table[i].first, table[i].second),
            table[i].status, name);
    }
}

int
main(void)
{
    on_one_cpu();
    test_first(SPINS, 0, "a process that runs: the first signal ends it");
    test_first(SLEEPS, 0, "one that sleeps: so too");
    test_first(SPINS, 1, "sent to one thread: so too");
    test_first(CATCHES, 0, "no handler of the second one runs");
    test_stopped();
    return done();
}

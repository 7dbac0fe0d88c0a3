/*
 * signal_default.c: the default action of each signal: most end the process,
 * four are ignored. (Another test has the signals that stop a
 * process.)
 */
#include "tap.h"

static const struct {
    int sig;
    const char *name;
    int harmless;
} signals[] = {
    { SIGHUP, "SIGHUP", 0 }, { SIGINT, "SIGINT", 0 },
    { SIGQUIT, "SIGQUIT", 0 }, { SIGILL, "SIGILL", 0 },
    { SIGTRAP, "SIGTRAP", 0 }, { SIGABRT, "SIGABRT", 0 },
    { SIGBUS, "SIGBUS", 0 }, { SIGFPE, "SIGFPE", 0 },
    { SIGKILL, "SIGKILL", 0 }, { SIGUSR1, "SIGUSR1", 0 },
    { SIGSEGV, "SIGSEGV", 0 }, { SIGUSR2, "SIGUSR2", 0 },
    { SIGPIPE, "SIGPIPE", 0 }, { SIGALRM, "SIGALRM", 0 },
    { SIGTERM, "SIGTERM", 0 }, { 16, "signal 16", 0 },
    { SIGCHLD, "SIGCHLD", 1 }, { SIGCONT, "SIGCONT", 1 },
    { SIGURG, "SIGURG", 1 }, { 24, "SIGXCPU", 0 }, { 25, "SIGXFSZ", 0 },
    { 26, "SIGVTALRM", 0 }, { 27, "SIGPROF", 0 }, { 28, "SIGWINCH", 1 },
    { 29, "SIGIO", 0 }, { 30, "SIGPWR", 0 }, { 31, "SIGSYS", 0 },
    { 34, "signal 34", 0 }, { 64, "signal 64", 0 },
};

/* The child sends it to itself; if it survives, it exits with 7. */
static int
send_self(void *arg)
{
    int sig = *(int *)arg;
    signal(sig, SIG_DFL);
    kill(getpid(), sig);
    return 7;
}

/* The parent sends it to a child that waits for the end of a pipe. */
static int
send_other(int sig)
{
    int gate[2], status = 0;
    char c;

    pipe(gate);
    pid_t pid = must_fork();
    if (pid == 0) {
        close(gate[1]);
        _exit(read(gate[0], &c, 1) == 0 ? 7 : 8);
    }
    close(gate[0]);
    nap(5);
    kill(pid, sig);
    nap(5);
    close(gate[1]);
    waitpid(pid, &status, 0);
    return status;
}

int
main(void)
{
    char name[64];

    for (int i = 0; i < (int)(sizeof(signals) / sizeof(signals[0])); i++) {
        int sig = signals[i].sig;
        int status = in_child(send_self, &sig);
        if (signals[i].harmless) {
            snprintf(name, sizeof(name), "%s: nothing", signals[i].name);
            exited(status, 7, name);
            snprintf(name, sizeof(name), "%s: a read sleeps on",
                signals[i].name);
            exited(send_other(sig), 7, name);
        } else {
            snprintf(name, sizeof(name), "%s: the end", signals[i].name);
            killed(status, sig, name);
            snprintf(name, sizeof(name), "%s: of a sleeper too",
                signals[i].name);
            killed(send_other(sig), sig, name);
        }
    }
    return done();
}

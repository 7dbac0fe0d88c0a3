/*
 * status.c: what wait says of a child is how it ended: the low eight bits of
 * its exit code, or the signal that killed it; whether the parent waits before
 * or after.
 */
#include "watch.h"

static const int signals[] = {SIGKILL, SIGTERM, SIGHUP, SIGUSR1, SIGALRM};

static void
exits(int code)
{
    int status = -1, early = (int)(lab_random() & 1);
    pid_t pid = lab_fork();

    if (pid == 0) {
        if (early) {
            nap(2);
        }
        _exit(code);
    }
    if (!early) {
        comes_to(pid, 'Z');
    }
    lab_check("EX-1", "the pid that waitpid returns", (unsigned long)pid,
              (unsigned long)waitpid(pid, &status, 0));
    lab_check("EX-1", "the status of an exit", (unsigned long)(code & 255) << 8,
              (unsigned long)status);
}

static void
dies(int signal)
{
    int status = -1;
    pid_t pid = sleeper();

    kill(pid, signal);
    waitpid(pid, &status, 0);
    lab_check("EX-1", "the status of a child that a signal has killed",
              (unsigned long)signal, (unsigned long)status);
}

static void
faults(void)
{
    int status = -1;
    volatile int *volatile at = (volatile int *)8;
    pid_t pid = lab_fork();

    if (pid == 0) {
        *at = 1;
        _exit(0);
    }
    waitpid(pid, &status, 0);
    lab_check("EX-1", "the signal of a child that writes to address 8", SIGSEGV,
              (unsigned long)WTERMSIG(status));
}

int
main(int argc, char **argv)
{
    lab_begin(argc, argv);
    exits(0);
    exits(255);
    for (int i = 0; i < 8; i++) {
        exits((int)lab_between(0, 1000));
    }
    for (unsigned long i = 0; i < sizeof(signals) / sizeof(*signals); i++) {
        dies(signals[i]);
    }
    faults();
    lab_done();
}

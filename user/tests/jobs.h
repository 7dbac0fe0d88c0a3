/*
 * jobs.h: a test leads a session on a terminal, and has jobs in it.
 */
#pragma once

#include "terminal.h"

/* Run a test as the leader of a session whose terminal is the slave.
 * => what the body returned */
static inline int
lead(int (*body)(void))
{
    int status = -1;

    open_terminal();
    pid_t pid = must_fork();
    if (pid == 0) {
        setsid();
        signal(SIGTTOU, SIG_IGN); /* it may change the foreground at any time */
        if (ioctl(slave, TIOCSCTTY, 0) != 0) {
            exit(98);
        }
        exit(body());
    }
    close_terminal();
    waitpid(pid, &status, 0);
    return WIFEXITED(status) ? WEXITSTATUS(status) : 97;
}

/* A job: a child in a group of its own, in the foreground or not. It goes on
 * when it is. => its pid; 0 in the child */
static inline pid_t
start_job(int foreground)
{
    pid_t pid = must_fork();

    if (pid == 0) {
        setpgid(0, 0);
        if (foreground) {
            tcsetpgrp(slave, getpid());
        }
        signal(SIGTTOU, SIG_DFL);
        return 0;
    }
    setpgid(pid, pid);
    if (foreground) {
        tcsetpgrp(slave, pid);
    }
    return pid;
}

static inline int
status_of(pid_t pid, int options)
{
    int status = -1;

    return waitpid(pid, &status, options) == pid ? status : -1;
}

/* It has been stopped by this signal. */
static inline void
stopped(pid_t pid, int signal, const char *name)
{
    int status = status_of(pid, WUNTRACED);

    tap_status(WIFSTOPPED(status) && WSTOPSIG(status) == signal, status, name);
}

/* End a job, stopped or not. */
static inline void
end_job(pid_t pid)
{
    kill(pid, SIGKILL);
    waitpid(pid, NULL, 0);
    tcsetpgrp(slave, getpgrp());
}

static inline void
block(int signal)
{
    sigset_t set;

    sigemptyset(&set);
    sigaddset(&set, signal);
    sigprocmask(SIG_BLOCK, &set, NULL);
}

static inline int
is_pending(int signal)
{
    sigset_t set;

    sigpending(&set);
    return sigismember(&set, signal);
}

/* Wait until a blocked signal is there, but no longer than two seconds. */
static inline int
await_pending(int signal)
{
    for (int naps = 0; naps < 400 && !is_pending(signal); naps++) {
        nap(5);
    }
    return is_pending(signal);
}

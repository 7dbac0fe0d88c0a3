/*
 * Jobs: process groups, the terminal, and waiting.
 *
 * Essential fact: parent and child both put the child in its group, and both
 * give the group the terminal, because either may run first; the second time
 * does no harm. ^C then goes to the job and not to the shell.
 */
#include <errno.h>
#include <fcntl.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/wait.h>
#include <unistd.h>

#include "run.h"

/* The terminal's when a job begins: one that does not end by itself may leave
 * it in any other. */
static struct termios modes;

/* Whether ^C was typed since the last time. */
bool
job_interrupted(void)
{
    sigset_t pending;

    if (!shell.interactive || shell.traps[SIGINT] != NULL ||
        sigpending(&pending) < 0 || sigismember(&pending, SIGINT) <= 0) {
        return false;
    }
    signal(SIGINT, SIG_IGN); /* this forgets it */
    signal(SIGINT, SIG_DFL);
    return true;
}

/* A descriptor of the terminal, out of the way. => -1: there is none */
static int
open_terminal(void)
{
    for (int fd = STDIN_FILENO; fd <= STDERR_FILENO; fd++) {
        if (tcgetpgrp(fd) >= 0) {
            return fcntl(fd, F_DUPFD_CLOEXEC, 10);
        }
    }
    return -1;
}

/* Take the terminal as soon as it is our turn, or give it back. */
bool
job_control_set(bool on)
{
    static pid_t group_before;

    if (!on) {
        tcsetpgrp(shell.tty, group_before);
        setpgid(0, group_before);
        close(shell.tty);
        shell.job_control = false;
    } else {
        shell.tty = open_terminal();
        if (shell.tty < 0) {
            complain("there is no terminal to control jobs at");
            return false;
        }
        group_before = getpgrp();
        while (tcgetpgrp(shell.tty) != getpgrp()) {
            kill(0, SIGTTIN);
        }
        shell.job_control = true;
    }
    signals_set(SIGTSTP);
    signals_set(SIGTTIN);
    signals_set(SIGTTOU);
    if (on) {
        setpgid(0, 0);
        tcsetpgrp(shell.tty, getpgrp());
        tcgetattr(shell.tty, &modes);
    }
    return true;
}

/* In a new child: join the job, and undo what is only for the shell. */
void
job_child(const struct job *job)
{
    if (shell.job_control) {
        setpgid(0, job->pgid);
        if (!job->background) {
            tcsetpgrp(shell.tty, getpgrp());
        }
    }
    signals_child(job->background && !shell.job_control);
}

/* In the shell: a child was started. The first one names the group. */
void
job_add(struct job *job, pid_t pid)
{
    job->processes[job->count++] = (struct process){pid, JOB_RUNS};
    if (!shell.job_control) {
        return;
    }
    if (job->pgid == 0) {
        job->pgid = pid;
    }
    setpgid(pid, job->pgid);
    if (!job->background) {
        tcsetpgrp(shell.tty, job->pgid);
    }
}

static bool
note_in(struct job *job, pid_t pid, int status)
{
    for (int i = 0; i < job->count; i++) {
        if (job->processes[i].pid == pid) {
            enum job_state before = job_state(job);
            job->processes[i].status = WIFCONTINUED(status) ? JOB_RUNS
                                                            : status;
            job->changed |= job_state(job) != before;
            return true;
        }
    }
    return false;
}

/* Let one change of a child be known; it may be of `front`.
 * => as waitpid */
static pid_t
await(struct job *front, int options)
{
    int status;
    pid_t pid;

    if (shell.job_control) {
        options |= WUNTRACED | (front == NULL ? WCONTINUED : 0);
    }
    do {
        pid = waitpid(-1, &status, options);
    } while (pid < 0 && errno == EINTR);
    if (pid <= 0 || (front != NULL && note_in(front, pid, status))) {
        return pid;
    }
    for (struct job *job = shell.jobs; job != NULL; job = job->next) {
        if (note_in(job, pid, status)) {
            if (job_state(job) == JOB_STOPPED) {
                job_take_out(job);
                job_place(job);
            }
            break;
        }
    }
    return pid;
}

/* ^C and a reader that went away are no news. */
static void
report_deaths(const struct job *job)
{
    for (int i = 0; i < job->count; i++) {
        int status = job->processes[i].status;
        int sig = WIFSIGNALED(status) ? WTERMSIG(status) : 0;
        if (sig != 0 && sig != SIGINT && sig != SIGPIPE) {
            dprintf(STDERR_FILENO, "%s\n", strsignal(sig));
        } else if (sig == SIGINT && shell.interactive) {
            dprintf(STDERR_FILENO, "\n");
        }
    }
}

/* The terminal is the shell's again. */
static void
take_terminal(struct job *job)
{
    tcsetpgrp(shell.tty, getpgrp());
    if (job_state(job) == JOB_DONE && job_status(job) < 128) {
        tcgetattr(shell.tty, &modes);
    } else {
        job->has_modes = tcgetattr(shell.tty, &job->modes) == 0;
        tcsetattr(shell.tty, TCSADRAIN, &modes);
    }
}

/* Wait for a foreground job. => its status */
int
job_wait(struct job *job)
{
    if (job->count == 0) {
        return 2; /* nothing was started, after a complaint */
    }
    if (shell.job_control && job_interrupted()) {
        kill(-job->pgid, SIGINT); /* typed before it had the terminal */
    }
    while (job_state(job) == JOB_RUNNING && await(job, 0) > 0) {
        continue;
    }
    int status = job_status(job);
    report_deaths(job);
    if (shell.interactive && status == 128 + SIGINT) {
        shell.unwind = UNWIND_COMMAND;
    }
    if (shell.job_control) {
        take_terminal(job);
    }
    if (job_state(job) == JOB_STOPPED) {
        dprintf(STDERR_FILENO, "\n");
        job->background = true;
        if (job->number == 0) {
            job_remember(job);
        } else {
            job_place(job);
        }
    }
    if (shell.opt['b'] && shell.interactive) {
        jobs_collect();
        jobs_notify();
    }
    return status;
}

/* Let a job of the table go on. => its status, if it is in front */
int
job_resume(struct job *job, bool front)
{
    job_take_out(job);
    for (int i = 0; i < job->count; i++) {
        if (WIFSTOPPED(job->processes[i].status)) {
            job->processes[i].status = JOB_RUNS;
        }
    }
    job->background = !front;
    job->changed = false;
    if (front) {
        tcsetpgrp(shell.tty, job->pgid);
        if (job->has_modes) {
            tcsetattr(shell.tty, TCSADRAIN, &job->modes);
        }
    }
    kill(-job->pgid, SIGCONT);
    if (!front) {
        job_place(job);
        return 0;
    }
    int status = job_wait(job);
    if (job_state(job) != JOB_STOPPED) {
        job_free(job);
    }
    return status;
}

void
jobs_collect(void)
{
    while (await(NULL, WNOHANG) > 0) {
        continue;
    }
}

int
jobs_wait_change(void)
{
    sigset_t set, before;
    pid_t pid;
    int sig = 0;

    if (!signals_awaited(&set)) {
        return await(NULL, 0) > 0 ? 0 : -1;
    }
    sigprocmask(SIG_BLOCK, &set, &before);
    while ((pid = await(NULL, WNOHANG)) == 0) {
        sig = signals_caught();
        sig = sig > 0 ? sig : sigwaitinfo(&set, NULL);
        if (sig > 0 && (sig != SIGCHLD || shell.traps[sig] != NULL)) {
            signals_note(sig);
            break;
        }
    }
    sigprocmask(SIG_SETMASK, &before, NULL);
    return pid > 0 ? 0 : pid < 0 ? -1 : sig;
}

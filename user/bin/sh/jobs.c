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

/* A process in the background: the last of its pipeline. */
struct background {
    struct background *next;
    pid_t pid;
    bool done;
    int status;
};

/* What an interactive shell must survive, and its jobs must not. */
static const int shell_ignores[] = {SIGQUIT, SIGTTOU, SIGTSTP};

/*
 * SIGINT is blocked, not ignored: so it is seen, by sigpending, that ^C was
 * typed while the shell itself was at work.
 */
void
job_control_signals(bool ours)
{
    sigset_t interrupt;

    for (size_t i = 0; i < sizeof(shell_ignores) / sizeof(int); i++) {
        signal(shell_ignores[i], ours ? SIG_IGN : SIG_DFL);
    }
    sigemptyset(&interrupt);
    sigaddset(&interrupt, SIGINT);
    sigprocmask(ours ? SIG_BLOCK : SIG_UNBLOCK, &interrupt, NULL);
}

/* Whether ^C was typed since the last time. */
bool
job_interrupted(void)
{
    sigset_t pending;

    if (!shell.interactive || sigpending(&pending) < 0 ||
        sigismember(&pending, SIGINT) <= 0) {
        return false;
    }
    signal(SIGINT, SIG_IGN); /* this forgets it */
    signal(SIGINT, SIG_DFL);
    return true;
}

/* Take the terminal, if we have one to control. */
void
job_control_start(void)
{
    job_control_signals(true);
    shell.tty = fcntl(STDIN_FILENO, F_DUPFD_CLOEXEC, 10);
    if (shell.tty < 0 || tcgetpgrp(shell.tty) < 0) {
        return;
    }
    setpgid(0, 0);
    shell.job_control = tcsetpgrp(shell.tty, getpgrp()) == 0;
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
    if (shell.interactive) {
        job_control_signals(false);
    } else if (job->background) {
        signal(SIGINT, SIG_IGN);
        signal(SIGQUIT, SIG_IGN);
    }
}

/* In the shell: a child was started. The first one names the group. */
void
job_add(struct job *job, pid_t pid)
{
    job->pids[job->count++] = pid;
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

static int
status_code(int status)
{
    if (WIFEXITED(status)) {
        return WEXITSTATUS(status);
    }
    return 128 + (WIFSTOPPED(status) ? WSTOPSIG(status) : WTERMSIG(status));
}

/* ^C and a reader that went away are no news. */
static void
report_death(pid_t pid, int status)
{
    if (WIFSTOPPED(status)) {
        dprintf(STDERR_FILENO, "\n[%d] stopped\n", pid);
    } else if (WIFSIGNALED(status)) {
        int sig = WTERMSIG(status);
        if (sig != SIGINT && sig != SIGPIPE) {
            dprintf(STDERR_FILENO, "%s\n", strsignal(sig));
        } else if (sig == SIGINT && shell.interactive) {
            dprintf(STDERR_FILENO, "\n");
        }
    }
}

static pid_t
wait_patiently(pid_t pid, int *status, int options)
{
    pid_t result;

    do {
        result = waitpid(pid, status, options);
    } while (result < 0 && errno == EINTR);
    return result;
}

/* Wait for a foreground job. => the status of its last process */
int
job_wait(struct job *job)
{
    int result = 2; /* nothing was started, after a complaint */

    if (shell.job_control && job->count > 0 && job_interrupted()) {
        kill(-job->pgid, SIGINT); /* typed before the job had the terminal */
    }
    for (int i = 0; i < job->count; i++) {
        int status;
        int options = shell.job_control ? WUNTRACED : 0;
        if (wait_patiently(job->pids[i], &status, options) > 0) {
            result = status_code(status);
            report_death(job->pids[i], status);
            if (shell.interactive && result == 128 + SIGINT) {
                shell.unwind = UNWIND_COMMAND;
            }
        }
    }
    if (shell.job_control) {
        tcsetpgrp(shell.tty, getpgrp());
    }
    return result;
}

/* The job goes on in the background; its last process is $!. */
void
job_remember(const struct job *job)
{
    if (job->count == 0) {
        return;
    }
    struct background *entry = check_memory(malloc(sizeof(*entry)));
    shell.last_job = job->pids[job->count - 1];
    for (struct background *b = shell.background; b != NULL; b = b->next) {
        b->pid = b->pid == shell.last_job ? 0 : b->pid; /* it is used again */
    }
    *entry = (struct background){
        .next = shell.background,
        .pid = shell.last_job,
    };
    shell.background = entry;
    if (shell.interactive) {
        dprintf(STDERR_FILENO, "[%d]\n", shell.last_job);
    }
}

static void
note_end(pid_t pid, int status)
{
    for (struct background *b = shell.background; b != NULL; b = b->next) {
        if (b->pid == pid) {
            b->done = true;
            b->status = status;
            if (shell.interactive) {
                dprintf(STDERR_FILENO, "[%d] %s\n", pid, WIFSIGNALED(status)
                        ? strsignal(WTERMSIG(status)) : "done");
            }
        }
    }
}

void
jobs_collect(int options)
{
    int status;
    pid_t pid;

    while ((pid = wait_patiently(-1, &status, options)) > 0) {
        note_end(pid, status);
    }
}

/* => 127 if pid is no child of ours, else its status */
int
jobs_wait_one(pid_t pid)
{
    int status;

    for (struct background *b = shell.background; b != NULL; b = b->next) {
        if (b->pid == pid && b->done) {
            return status_code(b->status);
        }
    }
    if (pid <= 0 || wait_patiently(pid, &status, 0) < 0) {
        return 127;
    }
    note_end(pid, status);
    return status_code(status);
}

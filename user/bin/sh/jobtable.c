/*
 * The table of jobs: those in the background and those that are stopped, the
 * current one first: the one that stopped last, then the one begun last.
 */
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/wait.h>
#include <unistd.h>

#include "run.h"

enum job_state
job_state(const struct job *job)
{
    enum job_state state = JOB_DONE;

    for (int i = 0; i < job->count; i++) {
        int status = job->processes[i].status;
        if (status == JOB_RUNS) {
            return JOB_RUNNING;
        }
        state = WIFSTOPPED(status) ? JOB_STOPPED : state;
    }
    return state;
}

/* $? of it: what its last process, or if it is stopped any, gives. */
int
job_status(const struct job *job)
{
    int status = job->processes[job->count - 1].status;

    for (int i = 0; i < job->count && job_state(job) == JOB_STOPPED; i++) {
        if (WIFSTOPPED(job->processes[i].status)) {
            return 128 + WSTOPSIG(job->processes[i].status);
        }
    }
    return WIFEXITED(status) ? WEXITSTATUS(status) : 128 + WTERMSIG(status);
}

/* The lowest number that no job has. Where nobody is told that a job is done,
 * those are forgotten of which the status was asked for. */
static int
free_number(void)
{
    int number = 1;

    for (struct job *job = shell.jobs, *next; job != NULL; job = next) {
        next = job->next;
        if (!shell.interactive && job->waited && job_state(job) == JOB_DONE) {
            job_forget(job);
        }
    }
    for (struct job *job = shell.jobs; job != NULL; job = job->next) {
        if (job->number == number) {
            number++;
            job = shell.jobs;
        }
    }
    return number;
}

/* Put it where it belongs among the jobs. */
void
job_place(struct job *job)
{
    struct job **link = &shell.jobs;

    if (job_state(job) != JOB_STOPPED) {
        while (*link != NULL && job_state(*link) == JOB_STOPPED) {
            link = &(*link)->next;
        }
    }
    job->next = *link;
    *link = job;
}

/* Keep a copy in the table. If it runs, its last process is $!. */
void
job_remember(const struct job *job)
{
    if (job->count == 0) {
        return;
    }
    size_t size = (size_t)job->count * sizeof(*job->processes);
    pid_t last = job->processes[job->count - 1].pid;
    for (struct job *j = shell.jobs; j != NULL; j = j->next) {
        struct process *p = &j->processes[j->count - 1];
        p->pid = p->pid == last ? 0 : p->pid; /* it is used again */
    }
    struct job *copy = check_memory(malloc(sizeof(*copy)));
    *copy = *job;
    copy->processes = memcpy(check_memory(malloc(size)), job->processes, size);
    copy->text = job->text == NULL ? NULL : check_memory(strdup(job->text));
    copy->number = free_number();
    job_place(copy);
    if (job_state(copy) != JOB_STOPPED) {
        shell.last_job = last;
        if (shell.interactive) {
            dprintf(STDERR_FILENO, "[%d] %d\n", copy->number, last);
        }
    }
}

void
job_take_out(struct job *job)
{
    struct job **link = &shell.jobs;

    while (*link != job) {
        link = &(*link)->next;
    }
    *link = job->next;
}

void
job_free(struct job *job)
{
    free(job->text);
    free(job->processes);
    free(job);
}

void
job_forget(struct job *job)
{
    job_take_out(job);
    job_free(job);
}

/* As dash: [1] + Done(3)                    text */
static int
print_state(const struct job *job, char *text, size_t size)
{
    enum job_state state = job_state(job);
    int status = job->processes[job->count - 1].status;

    if (state == JOB_RUNNING) {
        return snprintf(text, size, "Running");
    }
    if (state == JOB_STOPPED) {
        return snprintf(text, size, "%s", strsignal(job_status(job) - 128));
    }
    if (WIFSIGNALED(status)) {
        return snprintf(text, size, "%s%s", strsignal(WTERMSIG(status)),
                        WCOREDUMP(status) ? " (core dumped)" : "");
    }
    return WEXITSTATUS(status) == 0
               ? snprintf(text, size, "Done")
               : snprintf(text, size, "Done(%d)", WEXITSTATUS(status));
}

void
job_show(struct job *job, int fd, bool pids)
{
    const char *text = job->text == NULL ? "" : job->text;
    char mark = job == shell.jobs ? '+' : job == shell.jobs->next ? '-' : ' ';
    char line[120];
    int n = snprintf(line, sizeof(line), "[%d] %c ", job->number, mark);
    int indent = n;

    if (pids) {
        n += snprintf(line + n, sizeof(line) - (size_t)n, "%d ",
                      job->processes[0].pid);
    }
    n += print_state(job, line + n, sizeof(line) - (size_t)n);
    dprintf(fd, "%s%*s%s\n", line, n < 32 ? 33 - n : 1, "", text);
    for (int i = 1; i < job->count && pids; i++) {
        dprintf(fd, "%*s%d\n", indent, "", job->processes[i].pid);
    }
    job->changed = false;
}

/* Tell the user what changed, and forget what is done. */
void
jobs_notify(void)
{
    for (struct job *job = shell.jobs, *next; job != NULL; job = next) {
        next = job->next;
        if (job->changed) {
            job_show(job, STDERR_FILENO, false);
        }
    }
    for (struct job *job = shell.jobs, *next; job != NULL; job = next) {
        next = job->next;
        if (job_state(job) == JOB_DONE) {
            job_forget(job);
        }
    }
}

/* Before the shell ends: whether there are jobs that the user may have
 * forgotten. It is said once. */
bool
jobs_stopped(void)
{
    bool any = shell.interactive && shell.jobs != NULL &&
               job_state(shell.jobs) == JOB_STOPPED && !shell.warned;

    if (any) {
        dprintf(STDERR_FILENO, "You have stopped jobs.\n");
    }
    shell.warned = any;
    return any;
}

/* The builtins about jobs: jobs, fg, bg, wait, kill. */
#include <ctype.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "run.h"

/* What follows a %: a number, + % or nothing, -, the start of the text, or ?
 * and a part of it. */
static bool
is_named(const struct job *job, const char *name)
{
    const char *text = job->text == NULL ? "" : job->text;

    if (isdigit(*name)) {
        return job->number == atoi(name);
    }
    if (*name == '\0' || strcmp(name, "+") == 0 || strcmp(name, "%") == 0) {
        return job == shell.jobs;
    }
    if (strcmp(name, "-") == 0) {
        return job == shell.jobs->next;
    }
    return *name == '?' ? strstr(text, name + 1) != NULL
                        : strncmp(text, name, strlen(name)) == 0;
}

/* The job of an argument, which is NULL for the current one.
 * => NULL after a complaint */
static struct job *
find_job(const char *command, const char *name)
{
    struct job *found = NULL;

    if (name == NULL && shell.jobs == NULL) {
        complain("%s: No current job", command);
        return NULL;
    }
    const char *text = name == NULL ? "" : name + (*name == '%');
    for (struct job *job = shell.jobs; job != NULL; job = job->next) {
        if (is_named(job, text)) {
            if (found != NULL) {
                complain("%s: %s: ambiguous", command, name);
                return NULL;
            }
            found = job;
        }
    }
    if (found == NULL) {
        complain("%s: No such job: %s", command, name);
    }
    return found;
}

/* jobs [-lp] [JOB...] */
int
builtin_jobs(int argc, char **argv)
{
    bool pids = argc > 1 && strcmp(argv[1], "-l") == 0;
    bool leaders = argc > 1 && strcmp(argv[1], "-p") == 0;
    int i = 1 + (pids || leaders);
    struct job *only = NULL;

    fflush(stdout);
    jobs_collect();
    if (i < argc && (only = find_job("jobs", argv[i])) == NULL) {
        return 2;
    }
    for (struct job *job = shell.jobs; job != NULL; job = job->next) {
        if (only != NULL && job != only) {
            continue;
        }
        if (leaders) {
            dprintf(STDOUT_FILENO, "%d\n", job->processes[0].pid);
        } else {
            job_show(job, STDOUT_FILENO, pids);
        }
    }
    for (struct job *job = shell.jobs, *next; job != NULL; job = next) {
        next = job->next;
        if (!job->changed && job_state(job) == JOB_DONE) {
            job_forget(job);
        }
    }
    return 0;
}

/* A job of fg or bg. => NULL after a complaint */
static struct job *
find_controlled(const char *command, const char *name)
{
    struct job *job = find_job(command, name);

    if (job != NULL && (!shell.job_control || job->pgid == 0)) {
        complain("%s: job %d not created under job control", command,
                 job->number);
        return NULL;
    }
    return job;
}

int
builtin_fg(int argc, char **argv)
{
    struct job *job = find_controlled("fg", argc > 1 ? argv[1] : NULL);

    if (job == NULL) {
        return 2;
    }
    printf("%s\n", job->text);
    fflush(stdout);
    return job_resume(job, true);
}

int
builtin_bg(int argc, char **argv)
{
    int i = 1;

    do {
        struct job *job = find_controlled("bg", i < argc ? argv[i] : NULL);
        if (job == NULL) {
            return 2;
        }
        printf("[%d] %s\n", job->number, job->text);
        job_resume(job, false);
    } while (++i < argc);
    return 0;
}

/* What a wait returns that did not see its job's end: no such child is left,
 * or a signal came. */
static int
ended_early(int sig)
{
    if (sig < 0) {
        return 127;
    }
    if (sig == SIGINT && shell.traps[sig] == NULL) {
        dprintf(STDERR_FILENO, "\n");
        shell.unwind = UNWIND_COMMAND;
    }
    return 128 + sig;
}

static int
wait_for_all(void)
{
    for (struct job *job = shell.jobs; job != NULL; job = job->next) {
        while (job_state(job) == JOB_RUNNING) {
            int sig = jobs_wait_change();
            if (sig > 0) {
                return ended_early(sig);
            }
            if (sig < 0) {
                return 0;
            }
        }
        job->waited = true;
    }
    return 0;
}

static int
wait_for_job(struct job *job)
{
    while (job_state(job) == JOB_RUNNING) {
        int sig = jobs_wait_change();
        if (sig != 0) {
            return ended_early(sig);
        }
    }
    job->waited = true;
    return job_status(job);
}

static int
wait_for_pid(pid_t pid)
{
    for (struct job *job = shell.jobs; job != NULL; job = job->next) {
        if (job->processes[job->count - 1].pid == pid && pid > 0) {
            return wait_for_job(job);
        }
    }
    return 127;
}

/* wait [PID | JOB...] */
int
builtin_wait(int argc, char **argv)
{
    int status = argc == 1 ? wait_for_all() : 0;

    for (int i = 1; i < argc && signals_caught() == 0 &&
                    shell.unwind == UNWIND_NOT; i++) {
        if (*argv[i] == '%') {
            struct job *job = find_job("wait", argv[i]);
            status = job == NULL ? 2 : wait_for_job(job);
        } else {
            int pid = number_argument("wait", argv[i]);
            status = pid < 0 ? 2 : wait_for_pid(pid);
        }
    }
    return status;
}

/* kill, with jobs: each becomes its group, or its processes. */
int
builtin_kill(int argc, char **argv)
{
    struct args args = {0};

    args_add(&args, argv[0]);
    if (argc > 1 && *argv[1] == '%') {
        args_add(&args, (char *)"--");
    }
    for (int i = 1; i < argc; i++) {
        if (*argv[i] != '%') {
            args_add(&args, argv[i]);
            continue;
        }
        struct job *job = find_job("kill", argv[i]);
        if (job == NULL) {
            return 2;
        }
        for (int j = 0; j < (job->pgid != 0 ? 1 : job->count); j++) {
            char *text = temp_alloc(16);
            pid_t pid = job->pgid != 0 ? -job->pgid : job->processes[j].pid;
            snprintf(text, 16, "%d", pid);
            args_add(&args, text);
        }
    }
    args_add(&args, NULL);
    return kill_main((int)args.count - 1, args.list);
}

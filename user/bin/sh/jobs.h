#pragma once

/* Jobs, and the signals that the shell catches: jobs.c, jobtable.c, trap.c. */

#include <signal.h>
#include <termios.h>

#include "sh.h"

/* jobs.c: the processes of one pipeline. */
struct process {
    pid_t pid;
    int status; /* as wait has it; JOB_RUNS: it has not changed yet */
};

#define JOB_RUNS (-1)

struct job {
    struct job *next;
    int number; /* 0: it is not in the table */
    pid_t pgid; /* 0: the shell's own group */
    bool background;
    bool changed; /* the user was not told yet */
    bool waited;  /* its status was asked for: the number is free again */
    int count;
    struct process *processes;
    char *text;           /* NULL: there is no job control */
    bool has_modes;       /* it was stopped in the foreground */
    struct termios modes; /* the terminal's then */
};

enum job_state { JOB_RUNNING, JOB_STOPPED, JOB_DONE };

/* Begin or end job control. => false after a complaint */
bool job_control_set(bool on);
void job_child(const struct job *job);
void job_add(struct job *job, pid_t pid);
int job_wait(struct job *job);

/* Let a job of the table go on. => its status, if it is in front */
int job_resume(struct job *job, bool front);
bool job_interrupted(void);
void jobs_collect(void);

/* Wait until any job changes. => 0; -1: there is no child; or the signal with
 * a trap, or SIGINT, that came first */
int jobs_wait_change(void);

/* jobtable.c */
enum job_state job_state(const struct job *job);
int job_status(const struct job *job);
void job_remember(const struct job *job);
void job_place(struct job *job);
void job_take_out(struct job *job);
void job_free(struct job *job);
void job_forget(struct job *job);

/* Print it as `jobs` does, and take it for told. */
void job_show(struct job *job, int fd, bool pids);
void jobs_notify(void);
bool jobs_stopped(void);

/* trap.c: which signals the shell ignores and catches. */
void signals_start(void);
void signals_set(int sig);
void signals_set_all(void);

/* Around fork and vfork: a signal comes when its child is ready for it. */
void signals_hold(sigset_t *before);
void signals_release(const sigset_t *before);
void signals_child(bool ignore_keys);

/* Those that end a wait; all are then taken by sigwaitinfo, and noted. */
bool signals_awaited(sigset_t *set);
int signals_caught(void);
void signals_note(int sig);
void traps_run(void);
void traps_drop(void);

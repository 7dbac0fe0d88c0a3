#pragma once

/*
 * Running programs by Go's rules: ForkExec (package syscall), StartProcess (os)
 * and Cmd (os/exec). A child has the descriptors of a list, as 0, 1, 2 and so
 * on; whatever fails in it before its program runs, exec included, is the
 * caller's error, and the child is gone.
 */

#include <stdbool.h>
#include <stddef.h>
#include <sys/resource.h>

#include "abi/posix.h"

struct credential {
    uid_t uid;
    gid_t gid;
    const gid_t *groups;
    size_t count;
    bool keeps_groups; /* setgroups is not called */
};

/* In the child, in this order. */
struct sys_proc_attr {
    bool setsid;
    bool setpgid;        /* into group pgid; 0: its own */
    pid_t pgid;
    bool foreground;     /* the same, and that of terminal ctty (ours) */
    const struct credential *credential;
    int pdeathsig;       /* sent to it when the thread that made it ends, also
                            if it has ended already */
    bool noctty;         /* it gives up its terminal */
    bool setctty;        /* its terminal becomes ctty, of its descriptors */
    int ctty;
};

struct proc_attr {
    const char *dir;     /* NULL: ours */
    char *const *env;    /* NULL: empty (fork_exec) or ours (start_process) */
    const int *files;    /* -1: it has none there */
    size_t count;        /* 0, 1, 2 are closed if there are fewer */
    const struct sys_proc_attr *sys; /* NULL: nothing of that */
};

/* => the child's pid; -1 and errno: there is none */
pid_t fork_exec(const char *path, char *const argv[],
                const struct proc_attr *attr);

/* The same; a dir that is missing is seen first. */
pid_t start_process(const char *path, char *const argv[],
                    const struct proc_attr *attr);

struct process_state {
    pid_t pid;
    int status;          /* as wait4 has it */
    struct rusage usage;
};

/* => its exit code; -1 if a signal ended it, or it has not ended */
int process_exit_code(const struct process_state *state);
bool process_success(const struct process_state *state);

struct cmd_buffer {
    char *data;          /* cmd_free frees it; ends with a NUL */
    size_t size;
};

#define CMD_EXTRA_MAX 16

/* A command.  After cmd_init, set what is to be other than the default. */
struct cmd {
    const char *path;
    char *const *argv;
    char *const *env;    /* NULL: ours; of two equal names the last counts */
    const char *dir;
    const struct sys_proc_attr *sys;
    int fd[3];           /* its input, output, errors; -1: /dev/null, unless: */
    const char *input;   /* text for its input */
    size_t input_size;
    struct cmd_buffer *output, *errors; /* where these go; may be the same */
    int extra[CMD_EXTRA_MAX]; /* its descriptors from 3 on */
    int extra_count;

    pid_t pid;           /* once started */
    struct process_state state; /* once waited for */
    struct cmd_buffer error_text; /* cmd_output: of a failed command's errors
                                     the first and last 32 KiB */
    int error;           /* of cmd_init: no such program */
    bool started, waited;
    int pump[3];         /* our ends of pipes that cmd_wait copies, or -1 */
    int pipe[3];         /* our ends of cmd_..._pipe, or -1 */
    int theirs[3];       /* what the child has, if we opened it, or -1 */
    char found[256];     /* of path */
};

/* argv[0] is looked for in PATH, if it has no slash. */
void cmd_init(struct cmd *cmd, char *const argv[]);

/* Start it.  => 0; -1 and errno (EINVAL: it is started already) */
int cmd_start(struct cmd *cmd);

/* Copy its texts, wait for its end, and close what we have of it.
 * => 0; 1: it has failed, see state; -1 and errno (EINVAL: it is not started,
 *    or was waited for) */
int cmd_wait(struct cmd *cmd);

/* Both.  cmd_output: and give its output; cmd_combined_output: with errors. */
int cmd_run(struct cmd *cmd);
int cmd_output(struct cmd *cmd, struct cmd_buffer *output);
int cmd_combined_output(struct cmd *cmd, struct cmd_buffer *output);

/* Before cmd_start: our end of a pipe.  cmd_wait closes it; its input, the
 * caller may close before (cmd_close_stdin).
 * => the descriptor; -1 and errno */
int cmd_stdin_pipe(struct cmd *cmd);
int cmd_stdout_pipe(struct cmd *cmd);
int cmd_stderr_pipe(struct cmd *cmd);
void cmd_close_stdin(struct cmd *cmd);

void cmd_buffer_free(struct cmd_buffer *buffer);

/*
 * Commands, as Go's exec.Cmd.
 *
 * Essential fact: a stream that is a text or a buffer is a pipe, of which Go
 * copies each in a goroutine. Here cmd_wait polls them all, so that none of two
 * full pipes stops the child: no copying happens before.
 */
#include <errno.h>
#include <fcntl.h>
#include <forkexec.h>
#include <limits.h>
#include <poll.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/wait.h>
#include <unistd.h>

#include "c/internal.h"

#define PIECE    4096
#define TEXT_MAX (32 * 1024) /* of each end of a failed command's errors */

void
cmd_init(struct cmd *cmd, char *const argv[])
{
    const char *dir = getenv("PATH"), *name = argv[0];
    char path[PATH_MAX];

    *cmd = (struct cmd){
        .path = name, .argv = argv, .fd = {-1, -1, -1}, .pump = {-1, -1, -1},
        .pipe = {-1, -1, -1}, .theirs = {-1, -1, -1},
    };
    if (strchr(name, '/') != NULL) {
        return;
    }
    cmd->error = ENOENT;
    dir = dir != NULL ? dir : DEFAULT_PATH;
    for (;;) {
        size_t length = strcspn(dir, ":");
        if (*name != '\0' && path_join(path, dir, length, name) == 0
            && strlen(path) < sizeof(cmd->found) && access(path, X_OK) == 0) {
            cmd->path = strcpy(cmd->found, path);
            cmd->error = 0;
            return;
        }
        if (dir[length] == '\0') {
            return;
        }
        dir += length + 1;
    }
}

static void
close_at(int *fd)
{
    if (*fd >= 0) {
        close(*fd);
        *fd = -1;
    }
}

/* Forget the child's ends; failed: ours, too. */
static void
close_ends(struct cmd *cmd, bool failed)
{
    for (int i = 0; i < 3; i++) {
        close_at(&cmd->theirs[i]);
        if (failed) {
            close_at(&cmd->pump[i]);
            close_at(&cmd->pipe[i]);
        }
    }
}

/* A pipe for stream n.  => our end, or -1 */
static int
add_pipe(struct cmd *cmd, int n)
{
    int ends[2];

    if (pipe2(ends, O_CLOEXEC) < 0) {
        return -1;
    }
    cmd->theirs[n] = ends[n == 0 ? 0 : 1];
    return ends[n == 0 ? 1 : 0];
}

static int
add_user_pipe(struct cmd *cmd, int n)
{
    if (cmd->started || cmd->fd[n] >= 0 || cmd->theirs[n] >= 0) {
        errno = EINVAL;
        return -1;
    }
    cmd->pipe[n] = add_pipe(cmd, n);
    return cmd->pipe[n];
}

int
cmd_stdin_pipe(struct cmd *cmd)
{
    return add_user_pipe(cmd, 0);
}

int
cmd_stdout_pipe(struct cmd *cmd)
{
    return add_user_pipe(cmd, 1);
}

int
cmd_stderr_pipe(struct cmd *cmd)
{
    return add_user_pipe(cmd, 2);
}

void
cmd_close_stdin(struct cmd *cmd)
{
    close_at(&cmd->pipe[0]);
}

/* What the child has as stream n.  => -1 and errno */
static int
open_stream(struct cmd *cmd, int n)
{
    const struct cmd_buffer *buffer = n == 1 ? cmd->output : cmd->errors;
    bool copies = n == 0 ? cmd->input != NULL : buffer != NULL;

    if (cmd->theirs[n] >= 0) { /* cmd_..._pipe */
        return cmd->theirs[n];
    }
    if (copies) {
        if (n == 2 && cmd->output == cmd->errors) {
            return cmd->theirs[1];
        }
        cmd->pump[n] = add_pipe(cmd, n);
        if (cmd->pump[n] >= 0) { /* one piece at a time, whatever is ready */
            fcntl(cmd->pump[n], F_SETFL, O_NONBLOCK);
        }
        return cmd->theirs[n];
    }
    if (cmd->fd[n] < 0) {
        cmd->theirs[n] = open("/dev/null",
                              (n == 0 ? O_RDONLY : O_WRONLY) | O_CLOEXEC);
        return cmd->theirs[n];
    }
    return cmd->fd[n];
}

/* The environment without names that come again later.  => NULL: no memory */
static char **
clean_environment(char *const *env)
{
    size_t count = 0, kept = 0;

    while (env[count] != NULL) {
        count++;
    }
    char **clean = malloc((count + 1) * sizeof(*clean));
    for (size_t i = 0; clean != NULL && i < count; i++) {
        size_t length = strcspn(env[i], "=") + 1;
        size_t later = i + 1;
        while (later < count && strncmp(env[i], env[later], length) != 0) {
            later++;
        }
        if (later == count) {
            clean[kept++] = env[i];
        }
    }
    if (clean != NULL) {
        clean[kept] = NULL;
    }
    return clean;
}

static pid_t
start(struct cmd *cmd)
{
    int files[3 + CMD_EXTRA_MAX];

    for (int n = 0; n < 3; n++) {
        files[n] = open_stream(cmd, n);
        if (files[n] < 0) {
            return -1;
        }
    }
    memcpy(files + 3, cmd->extra, (size_t)cmd->extra_count * sizeof(int));
    char **env = clean_environment(cmd->env != NULL ? cmd->env : environ);
    if (env == NULL) {
        return -1;
    }
    const struct proc_attr attr = {
        .dir = cmd->dir, .env = env, .files = files, .sys = cmd->sys,
        .count = 3 + (size_t)cmd->extra_count,
    };
    pid_t pid = start_process(cmd->path, cmd->argv, &attr);
    int error = errno;
    free(env);
    errno = error;
    return pid;
}

int
cmd_start(struct cmd *cmd)
{
    if (cmd->started || cmd->extra_count > CMD_EXTRA_MAX) {
        errno = EINVAL;
        return -1;
    }
    errno = cmd->error;
    cmd->pid = cmd->error != 0 ? -1 : start(cmd);
    int error = errno;
    close_ends(cmd, cmd->pid < 0);
    errno = error;
    cmd->started = cmd->pid > 0;
    return cmd->started ? 0 : -1;
}

/* Add to a buffer, which stays a string.  => -1: no memory */
static int
append(struct cmd_buffer *buffer, const char *data, size_t size)
{
    char *larger = realloc(buffer->data, buffer->size + size + 1);

    if (larger == NULL) {
        return -1;
    }
    memcpy(larger + buffer->size, data, size);
    buffer->data = larger;
    buffer->size += size;
    larger[buffer->size] = '\0';
    return 0;
}

/* Copy what one of the pipes is ready for.  => -1: no memory */
static int
copy_piece(struct cmd *cmd, int n, size_t *sent)
{
    char piece[PIECE];
    ssize_t size;

    if (n == 0) {
        size = write(cmd->pump[0], cmd->input + *sent,
                     cmd->input_size - *sent);
        *sent += size > 0 ? (size_t)size : 0;
        if (*sent == cmd->input_size || (size < 0 && errno == EPIPE)) {
            close_at(&cmd->pump[0]); /* it need not read all: no error */
        }
        return 0;
    }
    size = read(cmd->pump[n], piece, sizeof(piece));
    if (size == 0 || (size < 0 && errno != EAGAIN && errno != EINTR)) {
        close_at(&cmd->pump[n]);
    }
    return size > 0 ? append(n == 1 ? cmd->output : cmd->errors, piece,
                             (size_t)size)
                    : 0;
}

/* Copy all texts, until the child has closed its ends. */
static int
copy_all(struct cmd *cmd)
{
    size_t sent = 0;
    int result = 0;

    while (cmd->pump[0] >= 0 || cmd->pump[1] >= 0 || cmd->pump[2] >= 0) {
        struct pollfd ready[3];
        for (int n = 0; n < 3; n++) {
            ready[n] = (struct pollfd){.fd = cmd->pump[n],
                                       .events = n == 0 ? POLLOUT : POLLIN};
        }
        if (poll(ready, 3, -1) < 0 && errno != EINTR) {
            return -1;
        }
        for (int n = 0; n < 3; n++) {
            if (cmd->pump[n] >= 0 && ready[n].revents != 0
                && copy_piece(cmd, n, &sent) < 0) {
                close_at(&cmd->pump[n]);
                result = -1;
            }
        }
    }
    return result;
}

int
cmd_wait(struct cmd *cmd)
{
    struct sigaction ignore = {.sa_handler = SIG_IGN}, before;

    if (!cmd->started || cmd->waited) {
        errno = EINVAL;
        return -1;
    }
    cmd->waited = true;
    cmd_close_stdin(cmd);
    sigaction(SIGPIPE, &ignore, &before); /* a child need not read its input */
    int result = copy_all(cmd), error = errno;
    sigaction(SIGPIPE, &before, NULL);
    while (wait4(cmd->pid, &cmd->state.status, 0, &cmd->state.usage) < 0) {
        if (errno != EINTR) {
            error = errno;
            result = -1;
            break;
        }
    }
    cmd->state.pid = cmd->pid;
    close_ends(cmd, true);
    errno = error;
    return result < 0 ? -1 : process_success(&cmd->state) ? 0 : 1;
}

int
cmd_run(struct cmd *cmd)
{
    return cmd_start(cmd) < 0 ? -1 : cmd_wait(cmd);
}

/* Leave out the middle of a long text. */
static void
shorten(struct cmd_buffer *text)
{
    char note[64];

    if (text->size <= 2 * (size_t)TEXT_MAX) {
        return;
    }
    size_t size = (size_t)snprintf(note, sizeof(note),
                                   "\n... omitting %lu bytes ...\n",
                                   text->size - 2 * (size_t)TEXT_MAX);
    char *end = text->data + text->size - TEXT_MAX;
    memmove(text->data + TEXT_MAX + size, end, TEXT_MAX);
    memcpy(text->data + TEXT_MAX, note, size);
    text->size = 2 * (size_t)TEXT_MAX + size;
    text->data[text->size] = '\0';
}

int
cmd_output(struct cmd *cmd, struct cmd_buffer *output)
{
    bool keeps = cmd->fd[2] < 0 && cmd->errors == NULL && cmd->theirs[2] < 0;

    *output = (struct cmd_buffer){.data = NULL};
    cmd->output = output;
    if (keeps) {
        cmd->errors = &cmd->error_text;
    }
    int result = cmd_run(cmd), error = errno;
    if (keeps && result == 1) {
        shorten(&cmd->error_text);
    } else if (keeps) {
        cmd_buffer_free(&cmd->error_text);
    }
    errno = error;
    return result;
}

int
cmd_combined_output(struct cmd *cmd, struct cmd_buffer *output)
{
    *output = (struct cmd_buffer){.data = NULL};
    cmd->output = cmd->errors = output;
    return cmd_run(cmd);
}

void
cmd_buffer_free(struct cmd_buffer *buffer)
{
    free(buffer->data);
    *buffer = (struct cmd_buffer){.data = NULL};
}

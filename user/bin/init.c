/*
 * init: the first process. It starts one program, adopts orphans, and powers
 * the machine off when that program has ended.
 *
 * The program is the shell; as student, if this one is called `login`. If
 * /run/tine/args exists (tools/run adds it; see README.md), it is the command
 * in that file, and init writes how it ended to /dev/run/report before it
 * powers the machine off.
 *
 * Essential fact: init is the leader of the console's session, and the program
 * is a process group of its own in it, so ^C at the console is for the program.
 */
#include <errno.h>
#include <fcntl.h>
#include <signal.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/ioctl.h>
#include <sys/reboot.h>
#include <sys/wait.h>
#include <unistd.h>

#include "lib/signals.h"

#define CONSOLE "/dev/console"
#define ARGS "/run/tine/args"
#define ENV "/run/tine/env"
#define STDIO "/run/tine/stdio"

/* The program to start, and its descriptors. */
struct program {
    char **argv;
    char **envp;
    const char *stdio[3]; /* the paths of descriptors 0, 1, 2 */
    bool on_tty;          /* one of them is the console */
};

static char *shell_argv[] = {(char *)"sh", NULL};
static char *login_argv[] = {
    (char *)"su", (char *)"-", (char *)"student", NULL,
};
static char *shell_envp[] = {(char *)"PATH=/bin", (char *)"HOME=/", NULL};

static const char *const run_stdio[3] = {
    "/dev/run/stdin",
    "/dev/run/stdout",
    "/dev/run/stderr",
};

static bool find_program(struct program *program);
static pid_t start(struct program *program, int *error);
static int cannot(const struct program *program, const char *what,
                  const char *why);
static int reap_until(pid_t pid, const struct program *program);
static void report(int status);

/* The console as descriptors 0, 1 and 2, and as our controlling terminal. */
static void
open_console(void)
{
    setsid();
    int fd = open(CONSOLE, O_RDWR);
    if (fd < 0) {
        return;
    }
    ioctl(fd, TIOCSCTTY, 0);
    for (int i = 0; i < 3; i++) {
        dup2(fd, i);
    }
    if (fd > 2) {
        close(fd);
    }
}

int
main(int argc, char **argv)
{
    struct program program;
    int status;
    int error = 0;

    if (getpid() != 1) {
        fprintf(stderr, "init: only process 1 may be init\n");
        return 1;
    }
    open_console();
    signal(SIGTTOU, SIG_IGN); /* for tcsetpgrp from a background group */

    bool run = find_program(&program);
    if (!run && argc > 0 && strstr(argv[0], "login") != NULL) {
        program.argv = login_argv;
    }
    pid_t pid = start(&program, &error);
    if (pid < 0) {
        status = cannot(&program, "the first program could not start: vfork",
                        strerror(error));
    } else {
        status = reap_until(pid, &program);
    }
    if (run) {
        report(status); /* tools/run prints the message */
    } else if (WIFSIGNALED(status)) {
        const char *name = signal_name(WTERMSIG(status));
        dprintf(STDERR_FILENO, "init: %s: killed by signal %d (SIG%s)\n",
                program.argv[0], WTERMSIG(status), name ? name : "RT");
    }
    reboot(RB_POWER_OFF);
    perror("init: power-off");
    for (;;) {
        sleep(1000);
    }
}

/* Read a whole file, add a NUL, and unlink it. => NULL: no such file */
static char *
take_file(const char *path, size_t *size)
{
    int fd = open(path, O_RDONLY);
    size_t room = 4096;
    char *data = malloc(room);
    ssize_t n;

    *size = 0;
    if (fd < 0 || data == NULL) {
        return NULL;
    }
    while ((n = read(fd, data + *size, room - *size - 1)) > 0) {
        *size += (size_t)n;
        if (*size == room - 1) {
            room *= 2;
            data = realloc(data, room);
            if (data == NULL) {
                return NULL;
            }
        }
    }
    data[*size] = '\0';
    close(fd);
    unlink(path);
    return data;
}

/* Cut NUL-ended strings into a list ended by NULL, with `spare` free slots. */
static char **
split(char *data, size_t size, size_t spare)
{
    size_t count = 0;
    char *end = data + size;

    for (char *s = data; s < end; s += strlen(s) + 1) {
        count++;
    }
    char **list = calloc(count + spare + 1, sizeof(*list));
    if (list == NULL) {
        return NULL;
    }
    count = 0;
    for (char *s = data; s < end; s += strlen(s) + 1) {
        list[count++] = s;
    }
    return list;
}

/* PATH=/bin unless the list has a PATH. */
static void
add_path(char **envp)
{
    size_t n = 0;

    for (; envp[n] != NULL; n++) {
        if (strncmp(envp[n], "PATH=", 5) == 0) {
            return;
        }
    }
    envp[n] = shell_envp[0];
}

/* Each word of the text is `tty` or `pipe`. */
static void
choose_stdio(struct program *program, char *words)
{
    for (int i = 0; i < 3; i++) {
        char *word = words == NULL ? NULL : strtok(i ? NULL : words, " \n");
        bool tty = false;
        if (word != NULL && strcmp(word, "pipe") == 0) {
            program->stdio[i] = run_stdio[i];
        } else if (word != NULL && strcmp(word, "null") == 0) {
            program->stdio[i] = "/dev/null";
        } else {
            program->stdio[i] = CONSOLE;
            tty = true;
        }
        program->on_tty = program->on_tty || tty;
    }
}

/* => true: the program of tools/run; false: the shell */
static bool
find_program(struct program *program)
{
    size_t args_size;
    size_t env_size;
    size_t stdio_size;
    char *args = take_file(ARGS, &args_size);
    char *env = take_file(ENV, &env_size);
    char *stdio = take_file(STDIO, &stdio_size);

    *program = (struct program){.argv = shell_argv, .envp = shell_envp};
    if (args == NULL || args_size == 0) {
        choose_stdio(program, NULL);
        return false;
    }
    rmdir("/run/tine");
    choose_stdio(program, stdio);
    program->argv = split(args, args_size, 0);
    program->envp = split(env == NULL ? args : env, env_size, 1);
    if (program->argv == NULL || program->envp == NULL) {
        fprintf(stderr, "init: out of memory\n");
        program->argv = shell_argv;
        program->envp = shell_envp;
        return true;
    }
    add_path(program->envp);
    return true;
}

/* In the child: descriptors, process group, terminal, signals, exec. */
static __attribute__((noinline)) _Noreturn void
become(struct program *program)
{
    setpgid(0, 0);
    if (program->on_tty) {
        tcsetpgrp(STDIN_FILENO, getpid());
    }
    signal(SIGTTOU, SIG_DFL);
    for (int i = 0; i < 3; i++) {
        int fd = open(program->stdio[i], i == 0 ? O_RDONLY : O_WRONLY);
        if (fd >= 0 && fd != i) {
            dup2(fd, i);
            close(fd);
        }
    }
    environ = program->envp; /* execvp searches PATH there */
    execvp(program->argv[0], program->argv);
    int status = errno == ENOENT || errno == ENOTDIR ? 127 : 126;
    dprintf(STDERR_FILENO, "init: the first program could not start: exec of "
            "%s: %s\n", program->argv[0], strerror(errno));
    _exit(status);
}

static pid_t
start(struct program *program, int *error)
{
    char **ours = environ;
    pid_t pid = vfork();

    if (pid == 0) {
        become(program);
    }
    *error = errno;
    environ = ours; /* the child changed it: until exec it had our memory */
    return pid;
}

/* Print on the program's stderr that its start failed, and why.
 * => the status of a program that could not be run */
static int
cannot(const struct program *program, const char *what, const char *why)
{
    dprintf(open(program->stdio[2], O_WRONLY), "init: %s: %s\n", what, why);
    return 126 << 8;
}

/* Every orphan becomes our child. => the status of pid */
static int
reap_until(pid_t pid, const struct program *program)
{
    int status;
    pid_t ended;

    do {
        ended = wait(&status);
        if (ended == 0 || (ended < 0 && errno != EINTR)) {
            return cannot(program, "wait for the first program",
                          ended == 0 ? "returned 0" : strerror(errno));
        }
    } while (ended != pid);
    return status;
}

static void
report(int status)
{
    int fd = open("/dev/run/report", O_WRONLY);

    if (WIFSIGNALED(status)) {
        dprintf(fd, "signal %d", WTERMSIG(status));
    } else {
        dprintf(fd, "exit %d", WEXITSTATUS(status));
    }
    close(fd);
}

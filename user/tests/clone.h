/*
 * clone.h: children that share something with their parent for good, made by
 * clone(2).  Such a child should make its system calls by raw(): with CLONE_VM
 * errno and the streams are its parent's, too.
 */
#pragma once

#include <fcntl.h>
#include <sched.h>
#include <sys/syscall.h>

#include "raw.h"

#define STACKS 8
#define STACK_SIZE 16384

static char stacks[STACKS][STACK_SIZE] __attribute__((aligned(16)));
static int stacks_taken;

/* A child that runs body(arg) on a stack of its own and exits with what it
 * returns.  No more than STACKS of them at a time. */
static inline pid_t
start(unsigned long flags, int (*body)(void *), void *arg)
{
    char *stack = stacks[stacks_taken++ % STACKS];
    pid_t pid = clone(body, stack + STACK_SIZE, (int)flags | SIGCHLD, arg);

    if (pid < 0) {
        perror("clone");
        exit(99);
    }
    return pid;
}

/* Wait for its end.  => the exit code; -1 if it ended otherwise */
static inline int
ended(pid_t pid)
{
    int status;

    if (waitpid(pid, &status, 0) != pid || !WIFEXITED(status)) {
        return -1;
    }
    return WEXITSTATUS(status);
}

/* Wait until the process is asleep in a system call. */
static inline void
until_asleep(pid_t pid)
{
    char path[32], text[256];
    char state = 0;

    snprintf(path, sizeof(path), "/proc/%d/stat", pid);
    while (state != 'S') {
        int fd = open(path, O_RDONLY);
        long n = read(fd, text, sizeof(text) - 1);
        close(fd);
        text[n < 0 ? 0 : n] = '\0';
        char *end = strrchr(text, ')');
        state = end != NULL ? end[2] : 'S';
        nap(1);
    }
}

/* A gate: each opening lets one waiting process go on. */
struct gate {
    int fd[2];
};

static inline void
gate_make(struct gate *gate)
{
    if (pipe(gate->fd) < 0) {
        perror("pipe");
        exit(99);
    }
}

static inline void
gate_wait(const struct gate *gate)
{
    char byte;

    raw(NR_read, gate->fd[0], P(&byte), 1, 0);
}

static inline void
gate_open(const struct gate *gate)
{
    raw(NR_write, gate->fd[1], P("g"), 1, 0);
}

static inline void
gate_close(const struct gate *gate)
{
    close(gate->fd[0]);
    close(gate->fd[1]);
}

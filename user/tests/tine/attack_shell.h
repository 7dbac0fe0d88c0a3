/*
 * attack_shell.h: a root shell on a pseudo-terminal, as a person would have it
 * during an attack: what is typed, and how soon it answers.
 */
#pragma once

#include "../now.h"
#include "../terminal.h"

#include <poll.h>
#include <stdbool.h>

#define LIMIT_NS 30000000000L

static long answer_bound = LIMIT_NS; /* what an answer may take */
static long answer_limit = LIMIT_NS; /* how long it is waited for */
static pid_t shell;

/* A shell as init has: its parent is init, and it leads a session. */
static void
start_shell(void)
{
    int pipe_end[2];

    open_terminal();
    pipe(pipe_end);
    pid_t pid = must_fork();
    if (pid == 0) {
        pid = fork();
        if (pid != 0) {
            write(pipe_end[1], &pid, sizeof(pid));
            _exit(0);
        }
        setsid();
        ioctl(slave, TIOCSCTTY, 0);
        dup2(slave, 0);
        dup2(slave, 1);
        dup2(slave, 2);
        for (int fd = 3; fd < 16; fd++) {
            close(fd);
        }
        execl("/bin/sh", "sh", NULL);
        _exit(127);
    }
    waitpid(pid, NULL, 0);
    read(pipe_end[0], &shell, sizeof(shell));
    close(pipe_end[0]);
    close(pipe_end[1]);
    close(slave);
}

static char shown[4096]; /* that the shell shows */

/* Read what the shell shows until this is in it.  => whether it came */
static bool
await(const char *want, long until)
{
    size_t got = 0;

    do {
        struct pollfd source = {.fd = master, .events = POLLIN};
        long left = until - now_ns();
        if (left <= 0 || poll(&source, 1, (int)(left / 1000000) + 1) <= 0) {
            return false;
        }
        if (got > sizeof(shown) / 2) {
            memmove(shown, shown + got - 64, 64);
            got = 64;
        }
        long n = read(master, shown + got, sizeof(shown) - got - 1);
        if (n <= 0) {
            return false;
        }
        got += (size_t)n;
        shown[got] = '\0';
    } while (strstr(shown, want) == NULL);
    return true;
}

/* Type a line, and wait for what it prints. */
static bool
answers(const char *line, const char *want)
{
    long start = now_ns();

    type(line);
    bool came = await(want, start + answer_limit);
    long took = now_ns() - start;
    if (!came || took > answer_bound) {
        printf("# %s after %ld ms: %s: %s\n", came ? "answered" : "none",
               took / 1000000, want, shown);
    }
    return came && took <= answer_bound;
}

static bool
lives(void)
{
    bool echo = answers("echo e$((40+2))e\r", "e42e");

    return answers("/bin/true && echo t$((40+3))t\r", "t43t") && echo;
}

static void
end_shell(void)
{
    type("exit\r");
    for (int n = 0; n < 500 && kill(shell, 0) == 0; n++) {
        nap(2);
    }
    kill(shell, SIGKILL);
    close(master);
}

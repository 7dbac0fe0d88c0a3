/*
 * attack_tasks.h: attacks by processes and threads, and on time.
 */
#pragma once

#include "attack.h"

#include <sys/syscall.h>
#include <sys/uio.h>

static void
by_fork(void)
{
    for (;;) {
        if (fork() < 0) {
            swing();
        }
    }
}

/* Each waits for the next, in the memory of all. */
static void
by_vfork(void)
{
    for (;;) {
        if (vfork() < 0) {
            swing();
        }
    }
}

/* All are children of one, who does not wait for them. */
static void
by_clone(void)
{
    for (;;) {
        if (syscall(SYS_clone, CLONE_PARENT | SIGCHLD, 0, 0, 0, 0) < 0) {
            swing();
        }
    }
}

static void
by_spawn(void)
{
    static char *args[] = {"sleep", "1000", NULL};

    for (;;) {
        pid_t pid = vfork();
        if (pid == 0) {
            execv("/bin/sleep", args);
            _exit(1);
        }
        if (pid < 0) {
            swing();
        }
    }
}

static int
yields(void *unused)
{
    (void)unused;
    while (raw(NR_sched_yield, 0, 0, 0, 0) == 0) {
    }
    return 0;
}

static void
by_threads(void)
{
    static struct thread all[2048];
    int count = 0;

    while (count < 2048
           && try_thread(&all[count], THREAD_FLAGS, yields, NULL, NULL) > 0) {
        count++;
    }
    swing();
    yields(NULL);
}

/* Each begins two and ends, so nobody is anybody's child. */
static void
by_orphans(void)
{
    for (;;) {
        pid_t pid = fork();
        if (pid < 0) {
            swing();
        } else if (pid > 0 && fork() > 0) {
            _exit(0);
        }
    }
}

static void
by_zombies(void)
{
    for (;;) {
        pid_t pid = fork();
        if (pid == 0) {
            _exit(0);
        }
        if (pid < 0) {
            swing();
        }
    }
}

static void
spins(void)
{
    swing();
    for (;;) {
        __asm__ volatile("");
    }
}

static void
as_fifo(void)
{
    struct sched_param param = {.sched_priority = 99};

    sched_setscheduler(0, SCHED_FIFO, &param);
}

static void
as_nice(void)
{
    setpriority(PRIO_PROCESS, 0, -20);
}

static void
by_fifo(void)
{
    crowd(4, spins);
}

/* One that is worth 87 others, and many that are worth little. */
static void
by_nice(void)
{
    if (fork() == 0) {
        setpriority(PRIO_PROCESS, 0, 19);
        crowd(32, spins);
    }
    spins();
}

static void
yield_on(void)
{
    swing();
    yields(NULL);
}

static void
by_yields(void)
{
    crowd(64, yield_on);
}

/* Two wake each other. */
static void
wakes(void)
{
    int there[2], back[2];
    char byte = 'b';

    pipe(there);
    pipe(back);
    if (fork() == 0) {
        dup2(there[0], back[0]);
        dup2(back[1], there[1]);
    } else {
        write(there[1], &byte, 1);
    }
    for (;;) {
        read(back[0], &byte, 1);
        write(there[1], &byte, 1);
        swing();
    }
}

static void
by_wakes(void)
{
    crowd(32, wakes);
}

/* Two gibibytes in each. */
static void
calls(void)
{
    static struct iovec parts[1024];
    int fd = open(getpid() % 2 ? "/dev/zero" : "/dev/urandom", O_RDONLY);
    char *memory = room(2 * MIB);

    for (int i = 0; i < 1024; i++) {
        parts[i] = (struct iovec){memory, 2 * MIB};
    }
    swing();
    for (;;) {
        readv(fd, parts, 1024);
    }
}

static void
by_calls(void)
{
    crowd(4, calls);
}

static void
open_console(void)
{
    int fd = open("/dev/console", O_WRONLY | O_NOCTTY);

    dup2(fd, CONSOLE);
}

static void
writes(void)
{
    static char text[MIB];

    memset(text, '\r', sizeof(text)); /* in column 0: it is not shown */
    swing();
    for (;;) {
        write(CONSOLE, text, sizeof(text));
    }
}

static void
by_console(void)
{
    crowd(4, writes);
}

static const struct attack attacks_by_tasks[] = {
    {"fork", by_fork, NULL},
    {"vfork", by_vfork, NULL},
    {"clone", by_clone, NULL},
    {"spawn", by_spawn, NULL},
    {"threads", by_threads, NULL},
    {"orphans", by_orphans, NULL},
    {"zombies", by_zombies, NULL},
    {"fifo", by_fifo, as_fifo},
    {"nice", by_nice, as_nice},
    {"yields", by_yields, NULL},
    {"wakes", by_wakes, NULL},
    {"calls", by_calls, NULL},
    {"console", by_console, open_console},
};

/*
 * attack_time.h: attacks on the CPUs' time, and on those who show and log.
 */
#pragma once

#include "attack_tasks.h"
#include "attack_stores.h"

#include <sys/uio.h>

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
yields_on(void)
{
    swing();
    yields(NULL);
}

static void
by_yields(void)
{
    crowd(64, yields_on);
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
calls(const char *path)
{
    static struct iovec parts[1024];
    int fd = open(path, O_RDONLY);
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
zeros(void)
{
    calls("/dev/zero");
}

static void
randoms(void)
{
    calls("/dev/urandom");
}

static void
by_calls(void)
{
    crowd(4, fork() > 0 ? zeros : randoms);
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

/* Many processes, each with a little, log how they end. */
static void
by_log(void)
{
    crowd(16, touch_again);
}

static const struct attack attacks_on_time[] = {
    {"fifo", by_fifo, as_fifo},
    {"nice", by_nice, as_nice},
    {"yields", by_yields, NULL},
    {"wakes", by_wakes, NULL},
    {"calls", by_calls, NULL},
    {"console", by_console, open_console},
    {"log", by_log, NULL},
};
